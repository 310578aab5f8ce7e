/**
 * Where the `@std` modules come from: JSR, or `scripts/offline/` where JSR is out of reach.
 *
 * @module
 */

import { mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

/** The project's folder. */
export const ROOT: string = fileURLToPath(new URL("..", import.meta.url));

/** Tells the children of a task what was found; empty when JSR answered. */
const DECISION = "XPM_COPY_IMPORT_MAP";
/** How long JSR has to answer, in milliseconds. */
const PATIENCE = 2000;

/**
 * The arguments that `deno run`, `test`, `check` and `doc` need here: none where JSR answers. What
 * the first to ask found holds for all the processes that it starts.
 */
export async function moduleFlags(): Promise<string[]> {
  let map = Deno.env.get(DECISION);
  if (map === undefined) {
    map = await jsrAnswers() ? "" : writeImportMap();
    Deno.env.set(DECISION, map);
  }
  return map === "" ? [] : [`--import-map=${map}`, "--no-lock"];
}

async function jsrAnswers(): Promise<boolean> {
  const registry = Deno.env.get("JSR_URL") || "https://jsr.io";
  try {
    const url = new URL("@std/path/meta.json", registry.replace(/\/*$/, "/"));
    const response = await fetch(url, { signal: AbortSignal.timeout(PATIENCE) });
    await response.body?.cancel();
    return response.ok;
  } catch {
    return false;
  }
}

/** Writes the imports of `deno.json` with an adapter for each name of `@std`; gives the file. */
function writeImportMap(): string {
  const config = JSON.parse(readFileSync(join(ROOT, "deno.json"), "utf8"));
  const imports: Record<string, string> = {};
  for (const [name, target] of Object.entries<string>(config.imports)) {
    if (!target.startsWith("jsr:")) imports[name] = target;
  }
  const folder = join(ROOT, "scripts", "offline");
  for (const file of readdirSync(folder, { recursive: true, encoding: "utf8" })) {
    if (!file.endsWith(".ts")) continue;
    const name = file.slice(0, -".ts".length).replaceAll("\\", "/").replaceAll("_", "-");
    imports[`@std/${name}`] = pathToFileURL(join(folder, file)).href;
  }
  const map = join(ROOT, ".cache", "import_map.json");
  mkdirSync(join(ROOT, ".cache"), { recursive: true });
  // two tasks may start at once: each sees a whole file
  writeFileSync(`${map}.${Deno.pid}`, JSON.stringify({ imports }, undefined, 2) + "\n");
  renameSync(`${map}.${Deno.pid}`, map);
  return map;
}
