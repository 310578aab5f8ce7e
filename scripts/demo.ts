/**
 * Demonstrates the program on a small sample: on one disk, and over ssh to this same machine.
 *
 * @module
 */

import { join } from "node:path";
import { hasSshd, type Sshd, startSshd } from "../tests/support/sshd.ts";
import { moduleFlags, ROOT } from "./modules.ts";
import { makeSample } from "./sample.ts";
import { ensurePrograms } from "./setup.ts";

/** Runs the program with its output on the screen; returns its exit code. */
type Program = (...args: string[]) => Promise<number>;

/** Makes a program that prints its command line first, with `settings` at the end. */
async function makeProgram(settings: string): Promise<Program> {
  const flags = ["-A", "--config", join(ROOT, "deno.json"), ...await moduleFlags()];
  return async (...args) => {
    console.log(`\n$ xpm-copy ${args.join(" ")} --settings ${settings}`);
    const command = ["run", ...flags, join(ROOT, "cli.ts"), ...args, "--settings", settings];
    const { code } = await new Deno.Command(Deno.execPath(), { args: command }).spawn().status;
    return code;
  };
}

/** Writes the settings of the demo as JSON, which is also YAML. */
function writeSettings(dir: string, sshd: Sshd | undefined): string {
  const path = (name: string) => JSON.stringify(join(dir, name));
  const lines = [
    "workspaces:",
    `  - { id: first, path: ${path("first")} }`,
    `  - { id: second, path: ${path("second")} }`,
  ];
  if (sshd !== undefined) {
    const ssh = `{ host: "${sshd.host}", options: ${JSON.stringify(sshd.options)} }`;
    lines.push(`  - { id: cluster, path: ${path("cluster")}, ssh: ${ssh} }`);
  }
  const file = join(dir, "settings.yaml");
  Deno.writeTextFileSync(file, lines.join("\n") + "\n");
  return file;
}

/** Plans, copies and lists; returns the first exit code that is not 0. */
async function show(title: string, program: Program, to: string): Promise<number> {
  console.log(`\n== ${title}`);
  const copy = ["neuralir", "current", "--from", "first", "--to", to];
  return await program(...copy, "--dry-run") || await program(...copy, "--yes") ||
    await program("ls", to) || await program("ls", to, "neuralir");
}

async function startSshdIfPossible(): Promise<Sshd | undefined> {
  if (!await hasSshd()) {
    console.log("No sshd here (openssh-server): the copy over ssh is left out");
    return undefined;
  }
  return await startSshd();
}

async function demo(dir: string): Promise<number> {
  const first = join(dir, "first");
  makeSample(first, { jobs: 12, largeFiles: 3, largeBytes: 16 * 1024 * 1024 });
  console.log(`A sample workspace with one experiment, neuralir: ${first}`);
  await using sshd = await startSshdIfPossible();
  const program = await makeProgram(writeSettings(dir, sshd));
  const code = await show("From one folder to another", program, "second");
  if (code !== 0 || sshd === undefined) return code;
  return await show(`To a remote workspace (${sshd.host}, port ${sshd.port})`, program, "cluster");
}

if (import.meta.main) {
  // Ctrl-C ends the child; this program still has to remove its files
  Deno.addSignalListener("SIGINT", () => {});
  await ensurePrograms();
  const dir = Deno.makeTempDirSync({ prefix: "xpm-demo-" });
  let code = 1;
  try {
    code = await demo(dir);
  } finally {
    Deno.removeSync(dir, { recursive: true });
  }
  console.log(
    code === 0 ? "\nThe demo's folders were removed" : `\nThe demo stopped (exit ${code})`,
  );
  Deno.exit(code);
}
