/**
 * The program in a process of its own, under some of Deno's permissions.
 *
 * @module
 */

import { moduleFlags, ROOT } from "../../scripts/modules.ts";
import type { RequiredPermissions } from "../../mod.ts";
import { makeSample, type Sample } from "../../scripts/sample.ts";
import { type Direction, endsHere } from "./directions.ts";
import type { Said } from "./program.ts";
import type { Login, Sshd } from "./sshd.ts";

/** The flags, by their names. */
export type Granted = RequiredPermissions;

/** The folders of one try: two workspaces, settings, and a place for the socket. */
export interface Folders extends Disposable {
  /** What the others are in; real, as Deno's scopes are. */
  root: string;
  /** Where from; a sample of three jobs is there. */
  source: string;
  /** Where to; not there yet. */
  destination: string;
  /** The folder of the settings. */
  settings: string;
  /** `TMPDIR` of the program. */
  temporary: string;
  /** What is at the source. */
  sample: Sample;
}

/** Makes the folders, in a short path for the sake of the socket. */
export function makeFolders(): Folders {
  const root = Deno.realPathSync(Deno.makeTempDirSync({ prefix: "xpm-p-" }));
  const folders = {
    root,
    source: `${root}/source`,
    destination: `${root}/destination`,
    settings: `${root}/settings`,
    temporary: `${root}/tmp`,
  };
  const sample = makeSample(folders.source, { jobs: 3, experimentId: "sandboxed" });
  Deno.mkdirSync(folders.settings);
  Deno.mkdirSync(folders.temporary);
  return { ...folders, sample, [Symbol.dispose]: () => Deno.removeSync(root, { recursive: true }) };
}

/** Writes settings with both workspaces; gives the arguments that copy between them. */
export function writeSettings(
  folders: Folders,
  direction: Direction,
  sshd: Sshd | undefined,
  file = `${folders.settings}/settings.yaml`,
): string[] {
  const { source, destination } = endsHere(direction);
  const login = (to: Login | undefined) => ({ ssh: { host: to?.host, options: to?.options } });
  const from = destination ? sshd : sshd?.elsewhere;
  const workspaces = [
    { id: "source", path: folders.source, ...(!source && login(from)) },
    { id: "destination", path: folders.destination, ...(!destination && login(sshd)) },
  ];
  Deno.writeTextFileSync(file, JSON.stringify({ workspaces })); // JSON is YAML
  return ["sandboxed", "--from", "source", "--to", "destination", "--settings", file];
}

/** Runs the program under flags; an `LD_LIBRARY_PATH` is set, as by any `module load`. */
export async function runUnder(
  flags: string[],
  folders: Folders,
  args: string[],
  env: Record<string, string> = {},
): Promise<Said> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-prompt", ...flags, ...await moduleFlags(), `${ROOT}/cli.ts`, ...args],
    env: { TMPDIR: folders.temporary, LD_LIBRARY_PATH: "/no/such/folder", ...env },
    stdin: "null",
  });
  const { code, stdout, stderr } = await child.output();
  const [out, err] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
  return { code, out: out!, err: err! };
}

/** What `xpm-copy permissions` prints of a copy, as data. */
export async function askPermissions(
  folders: Folders,
  args: string[],
  env: Record<string, string> = {},
): Promise<Granted & { command: string[] }> {
  const { code, out, err } = await runUnder(
    ["-A"],
    folders,
    ["permissions", ...args, "--json"],
    env,
  );
  const found = out.split("\n").find((line) => line.includes('"type":"permissions"'));
  if (code !== 0 || found === undefined) throw new Error(err + out);
  const { run, read, write, env: variables, sys, command } = JSON.parse(found);
  return { run, read, write, env: variables, sys, command };
}

/** The flags of a command line. */
export function flagsOf(granted: Granted): string[] {
  return Object.entries(granted)
    .filter(([name, values]) => name !== "command" && values.length > 0)
    .map(([name, values]) => `--allow-${name}=${values.join(",")}`);
}

/** The same with each single value taken away, and which one that is. */
export function* withoutEach(
  granted: Granted,
  names: readonly (keyof Granted)[],
): Generator<{ name: keyof Granted; value: string; rest: Granted }> {
  for (const name of names) {
    for (const value of granted[name]) {
      const rest = { ...granted, [name]: granted[name].filter((other) => other !== value) };
      yield { name, value, rest };
    }
  }
}
