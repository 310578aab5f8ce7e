/**
 * The permissions that Deno needs to read the settings again.
 *
 * @module
 */

import { dirname } from "@std/path/posix/dirname";
import { variable } from "../system/environment.ts";
import { realPath } from "../system/files.ts";
import { readSettingsText } from "./read_file.ts";
import type { Defaults } from "./defaults.ts";
import { referredVariables } from "./interpolate.ts";
import { localPath } from "./local_path.ts";
import type { Settings } from "./settings.ts";

/** The permissions for the settings. */
export interface SettingsAccess {
  /** Folders and files to read. */
  read: string[];
  /** Environment variables to read. */
  env: string[];
}

/**
 * The permissions for settings that were read.
 *
 * @param given The settings file that the command line names.
 */
export async function settingsAccess(
  settings: Settings,
  defaults: Defaults,
  given: string | undefined,
): Promise<SettingsAccess> {
  const files = [settings.file, defaults.file].filter((file) => file !== undefined);
  const config = `${variable("XDG_CONFIG_HOME")}/experimaestro`;
  const inConfig = (file: string) => given === undefined && dirname(file) === config;
  const folders = new Set(files.map(dirname));
  if (files.length === 0 || inConfig(files[0]!) && settings.file === undefined) {
    folders.add(localPath("~/.config/experimaestro"));
  }
  const real = files.map((file) => realPath(file)!);
  const texts = await Promise.all(files.map(readSettingsText));
  return {
    read: [...folders, ...real.filter((file) => !folders.has(dirname(file)))],
    env: [
      ...(files.some(inConfig) ? ["XDG_CONFIG_HOME"] : []),
      ...new Set(texts.flatMap((text) => referredVariables(text ?? ""))),
    ],
  };
}
