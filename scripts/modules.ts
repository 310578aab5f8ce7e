/**
 * Chooses the source of the `@std` modules: JSR, or `scripts/offline/` where JSR cannot be reached.
 * What comes from npm is imported by its address: of what `deno.json` lists, Deno would fetch all for
 * every task.
 *
 * @module
 */

import { mkdirSync, readdirSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

/** The project's folder. */
export const ROOT: string = fileURLToPath(new URL("..", import.meta.url));

/** The man page; packages take it along. */
export const MAN_PAGE: string = join(ROOT, "docs", "xpm-copy.1");

/** The variable that passes the choice to the children of a task; empty when JSR has answered. */
const DECISION = "XPM_COPY_IMPORT_MAP";
/** How long JSR may take to answer, in milliseconds. */
const PATIENCE = 2000;

/**
 * The arguments that `deno run`, `test`, `check` and `doc` need here: none when JSR answers. The
 * first process asks, and the choice holds for all processes that it starts.
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

/** Writes an import map with a stand-in for each name of `@std`; returns the file. */
function writeImportMap(): string {
  const imports: Record<string, string> = {};
  const folder = join(ROOT, "scripts", "offline");
  for (const file of readdirSync(folder, { recursive: true, encoding: "utf8" })) {
    if (!file.endsWith(".ts")) continue;
    const name = file.slice(0, -".ts".length).replaceAll("\\", "/").replaceAll("_", "-");
    imports[`@std/${name}`] = pathToFileURL(join(folder, file)).href;
  }
  const map = join(ROOT, ".cache", "import_map.json");
  mkdirSync(join(ROOT, ".cache"), { recursive: true });
  // two tasks may start at once, and each must see a whole file
  writeFileSync(`${map}.${Deno.pid}`, JSON.stringify({ imports }, undefined, 2) + "\n");
  renameSync(`${map}.${Deno.pid}`, map);
  return map;
}
