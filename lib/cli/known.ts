/**
 * What is known of the user's workspaces without any login: those of the settings, and what is in
 * the folders of those on this machine. A remote workspace has nothing to offer.
 *
 * @module
 */

import { loadDefaults, withDefaults } from "../settings/defaults.ts";
import { namedWorkspace } from "../settings/find.ts";
import { localPath } from "../settings/local_path.ts";
import { loadSettings } from "../settings/settings.ts";
import { namesIn } from "../system/files.ts";
import { printable } from "../text/printable.ts";
import { CURRENT, EXPERIMENTS, isId, JOBS } from "../workspace/layout.ts";
import { complete, type Known, type Offer } from "./complete.ts";
import { location } from "./names.ts";

/**
 * The lines for a shell: a word each, and its meaning after a tab. Nobody sees an error while
 * typing a command, so what cannot be read offers nothing.
 *
 * @param words The words after the program's name; the last one is to be completed.
 * @param file Another settings file.
 */
export async function completionLines(words: string[], file?: string): Promise<string[]> {
  const offers = complete(words, await known(file).catch(() => NOTHING));
  return offers.map(({ word, about }) => about === undefined ? word : `${word}\t${about}`)
    .filter((line) => !/[\n\r]/.test(line));
}

const NOTHING: Known = {
  workspaces: () => [],
  experiments: () => [],
  runs: () => [],
  tasks: () => [],
};

async function known(file: string | undefined): Promise<Known> {
  const read = await loadSettings(file);
  const defaults = await loadDefaults(read.file);
  const settings = withDefaults(read, defaults);
  const folders = (words = defaults.from, below: string): string[] => {
    try {
      const { ssh, path } = namedWorkspace(words ?? "", settings);
      if (ssh !== undefined) return [];
      return (namesIn(`${localPath(path)}/${below}`) ?? [])
        .filter(({ name, isFile }) => isId(name) && !isFile).map(({ name }) => name).sort();
    } catch {
      return [];
    }
  };
  return {
    workspaces: () =>
      settings.workspaces.map((one): Offer => ({ word: printable(one.id), about: location(one) })),
    experiments: (words) => folders(words, EXPERIMENTS),
    runs: (words, experimentId) => [
      CURRENT,
      ...folders(words, `${EXPERIMENTS}/${experimentId}`).filter((name) => name !== CURRENT),
    ],
    tasks: (words) => folders(words, JOBS),
  };
}
