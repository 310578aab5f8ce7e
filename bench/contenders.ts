/**
 * Who copies: the command line of each contender.
 *
 * @module
 */

import { basename, join } from "node:path";
import { bundle } from "../scripts/bundle.ts";
import { moduleFlags, ROOT } from "../scripts/modules.ts";
import type { Contender } from "./cases.ts";
import type { Command } from "./measure.ts";
import type { Ssh } from "./network.ts";

/** Where experimaestro's settings are, in a home folder. */
const SETTINGS = ".config/experimaestro/settings.yaml";

/** One end of a copy. */
export interface End {
  /** The workspace's folder, an absolute path. */
  path: string;
  /** How it is reached, when it is on the other machine. */
  ssh?: Ssh;
}

/** What is to be copied. */
export interface Errand {
  /** Where from. */
  from: End;
  /** Where to. */
  to: End;
  /** The experiment. */
  experimentId: string;
  /** The run. */
  runId: string;
}

/** What the contenders need beside the errand. */
export interface Equipment {
  /** A folder for settings. */
  folder: string;
  /** Our program in one module, as the wheel, the npm package and the single files have it. */
  bundled: string;
  /** Where experimaestro's programs are; undefined where it is not to be had. */
  experimaestro: string | undefined;
}

/** The command of a contender; undefined when it is not to be had here. */
export async function commandOf(
  contender: Contender,
  errand: Errand,
  equipment: Equipment,
): Promise<Command | undefined> {
  const { from, to } = errand;
  switch (contender) {
    case "ours":
      return ours(errand, equipment);
    case "plan":
      return without("--yes", ours(errand, equipment));
    case "modules":
      return { words: await unbundled(without("--yes", ours(errand, equipment)), equipment) };
    case "rsync":
      return rsync(from, to);
    case "rsyncs":
      return rsyncs(from, to, equipment);
    case "cp":
      return { words: ["cp", "-a", from.path, to.path] };
    case "tar":
      return tar(from, to);
    case "zstd":
      return tar(from, to, ["| zstd -1 -qc", "zstd -dqc | "]);
    case "experimaestro":
      return experimaestro(errand, equipment);
    case "check":
      return check(errand, equipment);
    case "sha256sum":
      return sums(to);
    case "help":
      return { words: [...start(equipment.bundled), "--help"] };
    case "empty":
      return { words: start(join(equipment.folder, "empty.js")) };
  }
}

/** Puts the equipment into a folder. */
export async function equip(
  folder: string,
  experimaestro: string | undefined,
): Promise<Equipment> {
  Deno.mkdirSync(folder);
  Deno.writeTextFileSync(join(folder, "empty.js"), "");
  const bundled = join(folder, "xpm-copy.mjs");
  await bundle("cli.ts", bundled, (await moduleFlags()).slice(0, 1));
  return { folder, bundled, experimaestro };
}

/** Starts a program that is one module. */
function start(file: string): string[] {
  return [Deno.execPath(), "run", "--no-config", "--no-lock", "-A", file];
}

function ours(errand: Errand, equipment: Equipment): Command {
  const settings = join(makeHome(errand, equipment), SETTINGS);
  const { experimentId, runId } = errand;
  const workspaces = ["--from", "from", "--to", "to", "--settings", settings];
  const words = [...start(equipment.bundled), experimentId, runId, ...workspaces];
  return { words: [...words, "--yes", "--quiet"] };
}

/** The same command by the program's own modules, as JSR has them. */
async function unbundled({ words }: Command, { bundled }: Equipment): Promise<string[]> {
  const flags = ["-A", "--config", join(ROOT, "deno.json"), ...await moduleFlags()];
  const own = [Deno.execPath(), "run", ...flags, join(ROOT, "cli.ts")];
  return [...own, ...words.slice(words.indexOf(bundled) + 1)];
}

/** The same command without one of its words. */
function without(left: string, { words }: Command): Command {
  return { words: words.filter((word) => word !== left) };
}

/** Checks what our program has copied. */
function check(errand: Errand, equipment: Equipment): Command {
  const { words } = without("--yes", ours(errand, equipment));
  const at = words.indexOf(errand.experimentId);
  return { words: [...words.slice(0, at), "check", ...words.slice(at), "--checksum"] };
}

/** The sums of all files of one end, where it is. */
function sums({ path, ssh }: End): Command {
  const script = `find ${quoted(path)} -type f -print0 | xargs -0 sha256sum > /dev/null`;
  return { words: ["sh", "-c", remotely(ssh, script)] };
}

function experimaestro(errand: Errand, equipment: Equipment): Command | undefined {
  if (equipment.experimaestro === undefined) return undefined;
  const { experimentId, runId } = errand;
  const workspaces = ["--from-workspace", "from", "--to-workspace", "to"];
  return {
    words: [
      join(equipment.experimaestro, "experimaestro"),
      ...["experiments", "copy", experimentId, runId, ...workspaces, "--yes"],
    ],
    env: { HOME: makeHome(errand, equipment) },
  };
}

/** A home folder for this errand alone, with settings where experimaestro looks for them. */
function makeHome({ from, to }: Errand, { folder }: Equipment): string {
  const home = join(folder, basename(to.path));
  Deno.mkdirSync(join(home, SETTINGS, ".."), { recursive: true });
  const workspaces = [{ id: "from", ...from }, { id: "to", ...to }];
  // JSON is YAML
  Deno.writeTextFileSync(join(home, SETTINGS), JSON.stringify({ workspaces }));
  return home;
}

function rsync(from: End, to: End, ...more: string[]): Command {
  const ssh = from.ssh ?? to.ssh;
  const rsh = ssh === undefined ? [] : ["-e", ["ssh", ...ssh.options].map(quoted).join(" ")];
  const operand = (end: End) => `${end.ssh === undefined ? "" : `${end.ssh.host}:`}${end.path}/`;
  return { words: ["rsync", "-aH", ...more, ...rsh, operand(from), operand(to)] };
}

/** So many rsyncs at once. */
const AT_ONCE = 4;

/** Several rsyncs over one login; the jobs are dealt out beforehand, as an expert would. */
function rsyncs(from: End, to: End, { folder }: Equipment): Command {
  const { host, options } = (from.ssh ?? to.ssh)!;
  const socket = join(folder, "master");
  const ssh = { host, options: ["-S", socket, ...options] };
  const through = (end: End) => end.ssh === undefined ? end : { ...end, ssh };
  const shares = Array.from({ length: AT_ONCE }, (): string[] => []);
  const jobs = [...Deno.readDirSync(join(from.path, "jobs"))].flatMap(({ name }) =>
    [...Deno.readDirSync(join(from.path, "jobs", name))].map((job) => `jobs/${name}/${job.name}`)
  );
  for (const [at, job] of jobs.entries()) shares[at % AT_ONCE]!.push(job);
  shares[0]!.push("experiments", ".__experimaestro__");
  const starts = shares.map((share, at) => {
    const list = join(folder, `share-${at}`);
    Deno.writeTextFileSync(list, share.join("\n"));
    const { words } = rsync(through(from), through(to), "-r", `--files-from=${list}`);
    return `${words.map(quoted).join(" ")} & pids="$pids $!"`;
  });
  const login = ["ssh", "-M", "-S", socket, ...options, "-fN", host].map(quoted).join(" ");
  const exit = ["ssh", "-S", socket, "-O", "exit", host].map(quoted).join(" ");
  const make = remotely(to.ssh === undefined ? undefined : ssh, `mkdir ${quoted(to.path)}`);
  const script = [
    ...[`${login} && ${make} || exit`, "pids=", ...starts, "code=0"],
    ...["for pid in $pids; do wait $pid || code=1; done", `${exit} 2> /dev/null`, "exit $code"],
  ];
  return { words: ["sh", "-c", script.join("\n")] };
}

/** `tar` here into `tar` there, or the other way round; with what packs after one, before the other. */
function tar(from: End, to: End, [packed, unpacked] = ["", ""]): Command {
  const pack = remotely(from.ssh, `tar -C ${quoted(from.path)} -cf - . ${packed}`);
  const path = quoted(to.path);
  const unpack = remotely(to.ssh, `mkdir ${path} && ${unpacked} tar -C ${path} -xpf -`);
  return { words: ["sh", "-c", `${pack} | ${unpack}`] };
}

function remotely(ssh: Ssh | undefined, script: string): string {
  if (ssh === undefined) return `{ ${script}; }`;
  return ["ssh", ...ssh.options, "--", ssh.host, script].map(quoted).join(" ");
}

/** A word as a shell takes it, and rsync's `-e`, unless it holds a `'`. */
function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
