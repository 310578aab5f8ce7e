/**
 * Who copies: the command line of each contender.
 *
 * @module
 */

import { join } from "node:path";
import { moduleFlags, ROOT } from "../scripts/modules.ts";
import type { Contender } from "./cases.ts";
import type { Command } from "./measure.ts";
import type { Ssh } from "./network.ts";

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
  /** A home folder of the bench's own, for experimaestro's settings. */
  home: string;
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
      return await ours(errand, equipment);
    case "rsync":
      return rsync(from, to);
    case "cp":
      return { words: ["cp", "-a", from.path, to.path] };
    case "tar":
      return tar(from, to);
    case "experimaestro":
      return experimaestro(errand, equipment);
    case "help":
      return { words: await program("--help") };
    case "empty":
      return { words: [Deno.execPath(), "run", "-A", join(equipment.home, "empty.ts")] };
  }
}

/** Makes the equipment's folder. */
export function equip(home: string, experimaestro: string | undefined): Equipment {
  Deno.mkdirSync(join(home, ".config", "experimaestro"), { recursive: true });
  Deno.writeTextFileSync(join(home, "empty.ts"), "");
  return { home, experimaestro };
}

/** The real program, started as a user does. */
async function program(...args: string[]): Promise<string[]> {
  const flags = ["-A", "--config", join(ROOT, "deno.json"), ...await moduleFlags()];
  return [Deno.execPath(), "run", ...flags, join(ROOT, "cli.ts"), ...args];
}

async function ours(errand: Errand, equipment: Equipment): Promise<Command> {
  const settings = writeSettings(errand, equipment);
  const { experimentId, runId } = errand;
  const workspaces = ["--from", "from", "--to", "to", "--settings", settings];
  return { words: await program(experimentId, runId, ...workspaces, "--yes", "--quiet") };
}

function experimaestro(errand: Errand, equipment: Equipment): Command | undefined {
  if (equipment.experimaestro === undefined) return undefined;
  writeSettings(errand, equipment);
  const { experimentId, runId } = errand;
  const workspaces = ["--from-workspace", "from", "--to-workspace", "to"];
  return {
    words: [
      join(equipment.experimaestro, "experimaestro"),
      ...["experiments", "copy", experimentId, runId, ...workspaces, "--yes"],
    ],
    env: { HOME: equipment.home },
  };
}

/** Writes the settings of an errand where experimaestro looks for them; JSON is YAML. */
function writeSettings({ from, to }: Errand, { home }: Equipment): string {
  const file = join(home, ".config", "experimaestro", "settings.yaml");
  const workspaces = [{ id: "from", ...from }, { id: "to", ...to }];
  Deno.writeTextFileSync(file, JSON.stringify({ workspaces }));
  return file;
}

function rsync(from: End, to: End): Command {
  const ssh = from.ssh ?? to.ssh;
  const rsh = ssh === undefined ? [] : ["-e", ["ssh", ...ssh.options].map(quoted).join(" ")];
  const operand = (end: End) => `${end.ssh === undefined ? "" : `${end.ssh.host}:`}${end.path}/`;
  return { words: ["rsync", "-aH", ...rsh, operand(from), operand(to)] };
}

/** `tar` here into `tar` there, or the other way round. */
function tar(from: End, to: End): Command {
  const pack = remotely(from.ssh, `tar -C ${quoted(from.path)} -cf - .`);
  const path = quoted(to.path);
  const unpack = remotely(to.ssh, `mkdir ${path} && tar -C ${path} -xpf -`);
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
