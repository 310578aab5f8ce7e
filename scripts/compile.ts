/**
 * Compiles the program into one file for each target, in `dist/bin`, with `SHA256SUMS`; then runs
 * the one for this machine.
 *
 * deno task compile all targets deno task compile --target=TARGET one of them deno task compile
 * --if-available succeeds where Deno's runtime cannot be downloaded
 *
 * @module
 */

import { createHash } from "node:crypto";
import { copyFileSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import config from "../deno.json" with { type: "json" };
import { bundle } from "./bundle.ts";
import { MAN_PAGE, moduleFlags, ROOT } from "./modules.ts";
import { grantedByReadme, report, Trial } from "./trial.ts";

const OUT = join(ROOT, "dist", "bin");
/** The program as one module. */
const BUNDLE = join(ROOT, "dist", "xpm-copy.mjs");
/** The targets, each with a file of its own. */
export const TARGETS = [
  "x86_64-unknown-linux-gnu",
  "aarch64-unknown-linux-gnu",
  "x86_64-apple-darwin",
  "aarch64-apple-darwin",
];

/** The permissions of the program everywhere; workspaces may be anywhere. */
function permissions(): string[] {
  return [
    "--no-prompt",
    "--allow-read",
    "--allow-write",
    `--allow-run=${grantedByReadme("run")},test`,
    ...["env", "sys"].map((name) => `--allow-${name}=${grantedByReadme(name)}`),
  ];
}

function fileName(target: string): string {
  return `xpm-copy-${config.version}-${target}`;
}

/** Deno's arguments for compiling to a target. */
export function compileArguments(target: string): string[] {
  return [
    "compile",
    ...permissions(),
    "--no-check",
    "--no-lock",
    `--target=${target}`,
    "--include=LICENSE",
    `--output=${join(OUT, fileName(target))}`,
    BUNDLE,
  ];
}

/** Compiles for one target; returns whether Deno's runtime for it was available. */
async function compile(target: string): Promise<boolean> {
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: compileArguments(target),
    cwd: ROOT,
    env: { NO_COLOR: "1" },
  }).output();
  if (success) return true;
  const complaint = new TextDecoder().decode(stderr);
  if (/\/denort-\S+.*(error sending request|dns error|404)/s.test(complaint)) return false;
  throw new Error(complaint);
}

/** Runs the program: it prints its version, and copies a sample. */
async function tryOut(file: string): Promise<void> {
  using trial = new Trial();
  const program = (args: string[]) => trial.run(join(OUT, file), args);
  report(`${file} --version`, await program(["--version"]), `xpm-copy ${config.version}\n`);
  await trial.copy(`${file} copies`, program);
}

/** Writes the list for `sha256sum --check`. */
function writeSums(files: string[]): void {
  const lines = files.map((file) => {
    const sum = createHash("sha256").update(readFileSync(join(OUT, file))).digest("hex");
    return `${sum}  ${file}\n`;
  });
  writeFileSync(join(OUT, "SHA256SUMS"), lines.join(""));
}

async function main(args: string[]): Promise<number> {
  const only = args.find((arg) => arg.startsWith("--target="))?.slice("--target=".length);
  const targets = TARGETS.filter((target) => only === undefined || target === only);
  if (targets.length === 0) throw new Error(`no target ${only}: there is ${TARGETS.join(", ")}`);
  rmSync(OUT, { recursive: true, force: true });
  mkdirSync(OUT, { recursive: true });
  await bundle("cli.ts", BUNDLE, (await moduleFlags()).slice(0, 1));
  const made: string[] = [];
  for (const target of targets) {
    if (!await compile(target)) {
      console.error(`compile: Deno's runtime for ${target} cannot be downloaded from dl.deno.land`);
      return args.includes("--if-available") ? 0 : 1;
    }
    const file = fileName(target);
    made.push(file);
    console.log(`${file}  ${(statSync(join(OUT, file)).size / 2 ** 20).toFixed(1)} MiB`);
    if (target === Deno.build.target) await tryOut(file);
  }
  copyFileSync(MAN_PAGE, join(OUT, basename(MAN_PAGE)));
  writeSums([...made, basename(MAN_PAGE)]);
  return 0;
}

if (import.meta.main) {
  try {
    Deno.exit(await main(Deno.args));
  } catch (error) {
    rmSync(OUT, { recursive: true, force: true }); // nobody should take it for the program
    console.error(`compile: ${(error as Error).message}`);
    Deno.exit(1);
  }
}
