/**
 * Tries the package as JSR serves it, with a registry on this machine: publishing, the commands of
 * the documents with their flags, installing, a program that imports it, and the tests in
 * `tests/packaging/jsr_test.ts`.
 *
 * deno task try:jsr --registry=FILE --std=DIR
 *
 * FILE is a program that serves packages as JSR does (`--port N --std DIR --pkg DIR --out DIR`, and
 * says `ready URL`); DIR is a checkout of denoland/std. Neither is part of this project.
 *
 * @module
 */

import { existsSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { blocksOf, DOCUMENTS, linesOf, scriptOf } from "./documents.ts";
import { ROOT } from "./modules.ts";
import { SampleHome } from "./sample_home.ts";
import { type Outcome, report, Trial } from "./trial.ts";

/** Starts the registry with this package published; returns its address. */
async function serve(registry: string, std: string, out: string) {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-lock", "--no-config", registry, "--std", std]
      .concat("--pkg", ROOT, "--out", out),
    stdout: "piped",
    env: { NO_COLOR: "1" },
  }).spawn();
  let text = "";
  for await (const piece of child.stdout.pipeThrough(new TextDecoderStream())) {
    text += piece;
    const url = /^ready (\S+)$/m.exec(text)?.[1];
    if (url !== undefined) return { url, child };
  }
  throw new Error(`the registry ended:\n${text}`);
}

/** How many files were published, and their size. */
function measure(folder: string): string {
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" })
    .map((name) => statSync(join(folder, name))).filter((info) => info.isFile());
  const bytes = files.reduce((sum, { size }) => sum + size, 0);
  return `${files.length} files, ${(bytes / 1024).toFixed(0)} KiB`;
}

/** Variables that make Deno take packages from the registry, and keep them apart. */
type Env = { JSR_URL: string; DENO_DIR: string };

/** Runs a script of the documents in a home of its own. */
async function tryScript(step: string, script: string, env: Env, expected = ""): Promise<void> {
  await using home = await SampleHome.make(env);
  report(step, await home.run(script), expected);
}

/**
 * Runs the commands of the documents with `jsr:@xpm/copy`, and the same with the other entrypoint.
 */
async function tryDocuments(env: Env): Promise<void> {
  const blocks = [...DOCUMENTS].flatMap(([path, text]) => blocksOf(path, text));
  for (const block of blocks) {
    const script = scriptOf(block);
    if (!script?.includes("deno run ") || !script.includes(" jsr:@xpm/copy ")) continue;
    const where = `${block.path}:${block.line}`;
    const expected = script.includes("--yes") ? "Copied " : "Usage:";
    await tryScript(`${where}, with jsr:@xpm/copy`, script, env, expected);
    const other = script.replaceAll("jsr:@xpm/copy ", "jsr:@xpm/copy/cli ");
    await tryScript(`${where}, with jsr:@xpm/copy/cli`, other, env, expected);
  }
  const scripts = blocks.flatMap((block) => scriptOf(block) ?? []);
  const install = scripts.flatMap(linesOf).find((line) => line.startsWith("deno install -g "))!;
  const copy = scripts.find((script) => /^xpm-copy .*--from cluster .*--yes$/m.test(script))!;
  await tryScript(`${install}, and a copy by it`, install + "\n" + copy, env, "Copied ");
}

type Deno = (args: string[], cwd?: string) => Promise<Outcome>;

const IMPORTING = `
import { copyExperiment, type CopyResult, getWorkspace, loadSettings } from "@xpm/copy";
import { run } from "@xpm/copy/cli";
const copy: (...args: Parameters<typeof copyExperiment>) => Promise<CopyResult> = copyExperiment;
console.log(copy.name, typeof getWorkspace, typeof loadSettings, await run(["--version"]));
`;

async function tryImported(trial: Trial, deno: Deno): Promise<void> {
  const folder = trial.folder("importing");
  writeFileSync(join(folder, "deno.json"), "{}\n");
  writeFileSync(join(folder, "main.ts"), IMPORTING);
  report("deno add jsr:@xpm/copy", await deno(["add", "jsr:@xpm/copy"], folder));
  report("deno check of a program that imports it", await deno(["check", "main.ts"], folder));
  const outcome = await deno(["run", "-A", "main.ts"], folder);
  report("that program, run", outcome, "copyExperiment function function 0");
}

/** Runs the tests of the served package. */
async function tryTests(deno: Deno): Promise<void> {
  const file = "tests/packaging/jsr_test.ts";
  const outcome = await deno(["test", "-A", "--no-lock", file], ROOT);
  report(file, outcome, "| 0 failed");
  if (outcome.said.includes("ignored")) throw new Error(`${file} was skipped`);
}

async function tryAll(registry: string, std: string): Promise<void> {
  const published = mkdtempSync(join(tmpdir(), "xpm-published-"));
  const { url, child } = await serve(registry, std, published);
  try {
    using trial = new Trial({ JSR_URL: url, DENO_DIR: "ROOT/deno_dir", DENO_NO_UPDATE_CHECK: "1" });
    const deno: Deno = (args, cwd) => trial.run(Deno.execPath(), args, cwd);
    const dry = ["publish", "--dry-run", "--allow-dirty", "--no-lock"];
    report("deno publish --dry-run", await deno(dry, ROOT), "Dry run complete");
    console.log(`ok  deno publish: ${measure(published)}`);
    await tryDocuments({ JSR_URL: url, DENO_DIR: join(trial.root, "deno_dir") });
    await tryImported(trial, deno);
    await tryTests(deno);
  } finally {
    child.kill();
    rmSync(published, { recursive: true });
  }
}

if (import.meta.main) {
  const options = { registry: { type: "string" }, std: { type: "string" } } as const;
  const { registry = "", std = "" } = parseArgs({ options }).values;
  const missing = [
    ...(existsSync(registry)
      ? []
      : ["--registry=FILE, a program that serves packages as JSR does"]),
    ...(std !== "" && existsSync(join(std, "deno.json"))
      ? []
      : ["--std=DIR, a checkout of denoland/std"]),
  ];
  if (missing.length > 0) {
    console.error(`try:jsr lacks ${missing.join("; ")}`);
    Deno.exit(1);
  }
  try {
    await tryAll(resolve(registry), resolve(std));
  } catch (error) {
    console.error(`try:jsr: ${(error as Error).message}`);
    Deno.exit(1);
  }
}
