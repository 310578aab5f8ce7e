/**
 * Checks this machine and workspaces: whether copies would work, and how to repair what prevents
 * them.
 *
 * @module
 */

import { asWorkspace, call } from "../copy/call.ts";
import { CopyError } from "../errors.ts";
import type { ConnectionOptions } from "../copy/types.ts";
import type { MachineCondition } from "../host/condition.ts";
import { pathsOf } from "../host/found.ts";
import type { Host, WorkspaceInfo } from "../host/host.ts";
import type { Hosts } from "../host/hosts.ts";
import { asCopyError } from "../system/permissions.ts";
import { refuseUnnamed } from "../transport/rsync.ts";
import type { Workspace } from "../workspace/workspace.ts";
import { leftIn } from "./clean.ts";
import { allows, type Diagnosis, type DoctorCheck, type Finding, problem } from "./finding.ts";
import { machineFindings } from "./machine_findings.ts";
import { leftoverFindings, workspaceFindings } from "./workspace_findings.ts";

export type { Diagnosis, DoctorCheck, Finding } from "./finding.ts";

/** How to look. */
export type DoctorOptions = ConnectionOptions;

/**
 * Checks beforehand whether copies would work: programs and their versions, the login, the folder
 * at the path, free space, the file system, locks, and what copies have left. Nothing is written in
 * a workspace. Each host needs one login. A failure at one workspace becomes a finding of that
 * workspace, and the others are still checked.
 *
 * experimaestro has no such function. Needs `--allow-read` of local workspaces, `--allow-run` of
 * `rsync`, `tar`, `ssh` and `df`, and `--allow-write` of the temporary folder for remote
 * workspaces; a finding names what was not granted.
 *
 * @param workspaces The workspaces, or words as for `findWorkspace`; one after the other.
 * @param options How to look.
 * @returns First this machine, then each workspace.
 * @throws {CopyError} `interrupted`, when the caller asked to stop.
 *
 * @example
 * ```ts
 * import { doctor } from "@xpm/copy";
 * import { assertEquals } from "@std/assert";
 *
 * const path = await Deno.makeTempDir();
 * const [machine, local] = await doctor([{ id: "local", path: `${path}/none` }]);
 * assertEquals([machine?.workspace, local?.workspace], [undefined, "local"]);
 * const problem = local?.findings.find(({ state }) => state === "problem");
 * assertEquals([problem?.check, problem?.code, problem?.prevents], ["workspace", "not-found", ["from"]]);
 * await Deno.remove(path);
 * ```
 */
export async function doctor(
  workspaces: (string | Workspace)[],
  options: DoctorOptions = {},
): Promise<Diagnosis[]> {
  if (!Array.isArray(workspaces)) throw new CopyError("usage", "the workspaces are not a list");
  return await call({}, options, async (hosts) => {
    const one = new Doctor(hosts);
    const found = [await one.machine()];
    for (const named of workspaces) found.push(await diagnose(one, named));
    return found;
  }, "interrupted");
}

async function diagnose(doctor: Doctor, named: string | Workspace): Promise<Diagnosis> {
  let workspace: Workspace;
  try {
    workspace = await asWorkspace("workspace", named);
  } catch (error) {
    if (typeof named !== "string" || !(error instanceof CopyError)) throw error;
    return unknownWorkspace(named, error);
  }
  return await doctor.workspace(workspace);
}

/** Checks this machine, and workspaces one after the other. */
export class Doctor {
  readonly #hosts: Hosts;
  readonly #machines = new Map<Host, Promise<MachineCondition>>();

  /** @param hosts The machines; each is connected once. */
  constructor(hosts: Hosts) {
    this.#hosts = hosts;
  }

  /** The findings about this machine. */
  async machine(): Promise<Diagnosis> {
    const here = this.#hosts.here();
    const findings = machineFindings(await this.#examine(here));
    return { ...verdict(findings), findings };
  }

  /**
   * The findings about a workspace.
   *
   * @param clean The command that lists what copies have left there.
   */
  async workspace(
    workspace: Workspace,
    clean: string[] = ["xpm-copy", "clean", workspace.id],
  ): Promise<Diagnosis> {
    const { id, path, ssh } = workspace;
    const ofHere = machineFindings(await this.#examine(this.#hosts.here()));
    const found: Findings = { ...(ssh && { host: ssh.host }), path, findings: [] };
    await this.#look(workspace, found, clean);
    // a missing program of this machine prevents all copies, wherever the workspace is
    return { workspace: id, ...found, ...verdict([...ofHere, ...found.findings]) };
  }

  /** Adds findings step by step, as far as possible: each step needs those before it. */
  async #look(workspace: Workspace, found: Findings, clean: string[]): Promise<void> {
    const { findings } = found;
    const host = await attempt("login", findings, () => this.#hosts.openForBytes(workspace));
    if (host === undefined) return;
    if (host !== this.#hosts.here()) {
      const machine = await attempt("login", findings, () => this.#examine(host));
      if (machine === undefined) return;
      findings.push(...machineFindings(machine));
    }
    const info = await attempt("workspace", findings, () => {
      host.check(workspace.path, ["read"]);
      return host.look({ path: workspace.path, wanted: "space" });
    });
    if (info === undefined) return;
    found.path = info.path;
    await attempt("rsync", findings, () => this.#refuseUnnamed(host, info));
    await attempt("filesystem", findings, async () => {
      const disks = await host.disks([...new Set(pathsOf(info))]);
      findings.push(...workspaceFindings(info, disks));
    });
    await attempt("leftovers", findings, async () => {
      findings.push(...leftoverFindings(await leftIn(host, info, false), clean));
    });
  }

  #examine(host: Host): Promise<MachineCondition> {
    const known = this.#machines.get(host) ?? host.examine();
    this.#machines.set(host, known);
    return known;
  }

  /** Refuses paths there that this machine's rsync cannot name. */
  async #refuseUnnamed(host: Host, info: WorkspaceInfo): Promise<void> {
    const [here, there] = [this.#hosts.here(), host].map((one) => this.#examine(one));
    const [ours, theirs] = [(await here!).rsync, (await there!).rsync];
    if (ours instanceof CopyError || theirs instanceof CopyError) return; // a finding of its own
    refuseUnnamed(ours, theirs, pathsOf(info));
  }
}

/** The findings so far. */
type Findings = Omit<Diagnosis, "workspace" | "from" | "to">;

/** Runs a step; its failure becomes a finding. */
async function attempt<T>(
  check: DoctorCheck,
  findings: Finding[],
  step: () => Promise<T>,
): Promise<T | undefined> {
  try {
    return await step();
  } catch (thrown) {
    const error = asCopyError(thrown);
    if (!(error instanceof CopyError) || error.code === "interrupted") throw error;
    findings.push(problem(check, error));
    return undefined;
  }
}

function verdict(findings: Finding[]): Pick<Diagnosis, "from" | "to"> {
  return { from: allows(findings, "from"), to: allows(findings, "to") };
}

/** The diagnosis of a workspace that the settings do not know, or whose place is unknown. */
export function unknownWorkspace(words: string, error: CopyError): Diagnosis {
  return { workspace: words, from: false, to: false, findings: [problem("settings", error)] };
}
