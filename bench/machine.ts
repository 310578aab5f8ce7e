/**
 * The machine that measured, in its own words.
 *
 * @module
 */

import { ROOT } from "../scripts/modules.ts";

/** What is known of the machine: names, and what it says. */
export type Machine = [name: string, words: string][];

/** Asks the machine; `folder` is where the disk cases are, experimaestro where its programs are. */
export async function describeMachine(
  folder: string,
  experimaestro: string | undefined,
): Promise<Machine> {
  const model = /^model name\s*:\s*(.*)$/m.exec(await textOf("/proc/cpuinfo"))?.[1];
  const load = Deno.loadavg().map((value) => value.toFixed(2)).join(" ");
  const { total } = Deno.systemMemoryInfo();
  const found: [string, string | undefined][] = [
    ["cores", `${navigator.hardwareConcurrency}${model === undefined ? "" : `, ${model}`}`],
    ["load", `${load} when it began`],
    ["memory", `${(total / 2 ** 30).toFixed(1)} GiB`],
    ["disk", await says("findmnt", "-no", "SOURCE,FSTYPE,OPTIONS", "-T", folder)],
    ["kernel", `${Deno.build.os} ${Deno.osRelease()}`],
    ["xpm-copy", await programVersion()],
    ["deno", Deno.version.deno],
    ["rsync", await says("rsync", "--version")],
    ["ssh", await says("ssh", "-V")],
    ["tar", await says("tar", "--version")],
    ["cp", await says("cp", "--version")],
  ];
  if (experimaestro !== undefined) found.push(["experimaestro", await versionOf(experimaestro)]);
  return found.map(([name, words]) => [name, words ?? "not known"]);
}

/** The commit that was measured, and whether the program differed from it. */
async function programVersion(): Promise<string | undefined> {
  const commit = await says("git", "-C", ROOT, "rev-parse", "--short", "HEAD");
  const changed = await says("git", "-C", ROOT, "status", "--porcelain", "lib", "cli.ts");
  return commit && `commit ${commit}${changed === undefined ? "" : ", with changes"}`;
}

async function versionOf(bin: string): Promise<string | undefined> {
  const code = 'from importlib.metadata import version; print(version("experimaestro"))';
  return await says(`${bin}/python`, "-c", code);
}

/** The first line that a program says; undefined when it is not there, or says nothing. */
async function says(program: string, ...args: string[]): Promise<string | undefined> {
  try {
    const { success, stdout, stderr } = await new Deno.Command(program, { args }).output();
    if (!success) return undefined;
    const text = new TextDecoder().decode(stdout.length > 0 ? stdout : stderr);
    return text.trim().split("\n")[0]?.replace(/\s+/g, " ") || undefined;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

async function textOf(file: string): Promise<string> {
  try {
    return await Deno.readTextFile(file);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return "";
    throw error;
  }
}
