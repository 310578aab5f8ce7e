/**
 * Generates `lib/host/ssh/programs/programs.ts` from the `.sh` files beside it, since neither Node
 * nor JSR can import texts.
 *
 * deno task programs writes it deno task programs --check fails when it is stale, or shellcheck
 * finds something
 *
 * @module
 */

import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "./modules.ts";
import { ensureShellcheck } from "./setup.ts";

/** The folder of the programs. */
const FOLDER = join(ROOT, "lib", "host", "ssh", "programs");
/** The generated module. */
const MADE = join(FOLDER, "programs.ts");

/** The beginning of that module. */
const HEAD = `/**
 * The programs that a remote host runs: constants of POSIX \`sh\`. Their data comes on standard
 * input, line by line and then as it may be; what they answer is framed: NUL, a word chosen
 * anew each time, and texts that end with a NUL, the last of them that word and \`end\`. So nothing
 * that a login script prints is taken for an answer, and no answer cut short for a whole one.
 *
 * Made by \`deno task programs\` of the \`.sh\` files of this folder: change those.
 *
 * @module
 */

// deno-fmt-ignore-file
`;

/** A line that includes another file. */
const INCLUDE = /^\. \.\/(\w+)\.sh$/gm;
/** A line that includes, or tries to. */
const ANY_INCLUDE = /^[ \t]*(?:\.|source) .*$/gm;
/** The comment at the beginning of a file. */
const ABOUT = /^(?:#.*\n)+/;
/** A comment, which the far end does not need: a line, or the end of one. */
export const COMMENT = /^[ \t]*#.*\n|[ \t]+# .*$/gm;

/** The texts of the `.sh` files, by their names without `.sh`. */
export function programFiles(): Map<string, string> {
  const names = readdirSync(FOLDER).filter((name) => name.endsWith(".sh")).sort();
  return new Map(
    names.map((name) => [name.slice(0, -".sh".length), readFileSync(join(FOLDER, name), "utf8")]),
  );
}

/** The files that others include. They are no programs of their own. */
export function parts(files: ReadonlyMap<string, string>): Set<string> {
  return new Set([...files.values()].flatMap((text) => includesOf(text)));
}

function includesOf(text: string): string[] {
  return [...text.matchAll(INCLUDE)].map(([, name]) => name!);
}

/**
 * The module, with each program as a constant after the parts that it includes.
 *
 * @throws When a file includes itself, a missing file, or in another form than `. ./NAME.sh`.
 */
export function programsModule(files: ReadonlyMap<string, string>): string {
  const shared = parts(files);
  const constants = inOrder(files).map((name) => constant(name, files.get(name)!, shared));
  return [HEAD, ...constants].join("\n");
}

/** The files, each after those that it includes. */
function inOrder(files: ReadonlyMap<string, string>): string[] {
  const order = new Set<string>();
  function add(name: string, path: readonly string[]): void {
    const text = files.get(name);
    if (text === undefined) throw new Error(`${path.at(-1)}.sh includes ${name}.sh: there is none`);
    if (path.includes(name)) throw new Error(`${name}.sh includes itself`);
    for (const [line] of text.matchAll(ANY_INCLUDE)) {
      if (!line.match(INCLUDE)) throw new Error(`${name}.sh: '${line}' is not '. ./NAME.sh'`);
    }
    for (const other of includesOf(text)) add(other, [...path, name]);
    order.add(name);
  }
  for (const name of files.keys()) add(name, []);
  return [...order];
}

function constant(name: string, file: string, shared: ReadonlySet<string>): string {
  const about = (ABOUT.exec(file)?.[0] ?? "").replace(/\n?^# ?/gm, " ").trim();
  // the rest stays there: each package has the module, and none has the files
  const [first = ""] = /^.*?(?=[.:;](?: |$))/.exec(about) ?? [];
  const doc = first === "" ? "" : `/** ${first.replaceAll("*/", "*\\/")}. */\n`;
  const text = file.replace(COMMENT, "").replace(/^ +/gm, "").trim() // no text begins with a blank
    .replace(/[\\`]|\$\{/g, "\\$&")
    .replace(INCLUDE, (_, other) => `\${${other.toUpperCase()}}`);
  const isPart = shared.has(name);
  return `${doc}${isPart ? "" : "export "}const ${name.toUpperCase()} = \`${text}${
    isPart ? "" : "\n"
  }\`;\n`;
}

/** Whether the module matches the files; prints a message when it does not. */
export function isFresh(): boolean {
  const fresh = programsModule(programFiles()) === readFileSync(MADE, "utf8");
  if (!fresh) console.error("programs.ts is not what the .sh files say: run `deno task programs`");
  return fresh;
}

/**
 * Whether shellcheck has no findings in the files; true when it is not available, with a message.
 */
async function passesShellcheck(): Promise<boolean> {
  const shellcheck = await ensureShellcheck();
  if (shellcheck === undefined) return true;
  const files = programFiles();
  const shared = parts(files);
  const programs = [...files.keys()].filter((name) => !shared.has(name));
  // a part is checked in each program that includes it, with the names that program defines and
  // uses
  const args = ["--check-sourced", ...programs.map((name) => `${name}.sh`)];
  const command = new Deno.Command(shellcheck, { args, cwd: FOLDER, stdin: "null" });
  return (await command.spawn().status).success;
}

/** Whether the programs have no faults; prints those that there are. */
export async function checkPrograms(): Promise<boolean> {
  return [isFresh(), await passesShellcheck()].every((passed) => passed);
}

if (import.meta.main) {
  if (Deno.args.includes("--check")) Deno.exit(await checkPrograms() ? 0 : 1);
  writeFileSync(MADE, programsModule(programFiles()));
}
