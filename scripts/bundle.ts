/**
 * Makes one module of a program and of all that it imports: for npm, the wheel and the single files.
 *
 * @module
 */

import { readFileSync, writeFileSync } from "node:fs";
import config from "../deno.json" with { type: "json" };
import { ROOT } from "./modules.ts";

/** The notice at the head of a bundled program. The bundler removes all other comments. */
const NOTICE = `// xpm-copy ${config.version}, bundled from the modules of https://jsr.io/@xpm/copy
// and of https://jsr.io/@std, Copyright the Deno authors. All under the MIT licence: see LICENSE.
`;

/**
 * Bundles a module.
 *
 * @param entry The module.
 * @param file The file to write; it may be the module itself.
 * @param flags The import map, where the module needs one.
 */
export async function bundle(entry: string, file: string, flags: string[] = []): Promise<void> {
  const args = ["bundle", "--quiet", "--minify", "--no-lock", ...flags, `--output=${file}`, entry];
  const env = { NO_COLOR: "1" };
  const command = new Deno.Command(Deno.execPath(), { args, cwd: ROOT, env });
  const { success, stderr } = await command.output();
  if (!success) throw new Error(`deno bundle ${entry}:\n${new TextDecoder().decode(stderr)}`);
  const text = readFileSync(file, "utf8");
  if (text.includes(ROOT)) throw new Error("the bundled program names a path of this machine");
  writeFileSync(file, NOTICE + text);
}
