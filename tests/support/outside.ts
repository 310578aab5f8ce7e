/**
 * What a copy has no business with: a folder beside the two workspaces, which must stay as it is
 * and of which nothing may arrive.
 *
 * @module
 */

import { mkdirSync, writeFileSync } from "node:fs";
import { assert } from "@std/assert";
import type { Pair } from "./directions.ts";
import { assertUntouched, readTree, type Tree } from "./trees.ts";

/** What stands in every file of such a folder. */
const SECRET = "nobody's business";

/** A folder that is neither the source nor the destination. */
export interface Outside {
  /** The folder. */
  path: string;
  /** Checks that it is what it was, and that nothing of it is at the destination. */
  assertKept(): void;
}

/** Makes such a folder; `files` are its files, by their path there. */
export function makeOutside(pair: Pair, files: string[] = ["secret"]): Outside {
  const path = `${pair.root}/outside`;
  for (const file of files) {
    mkdirSync(`${path}/${file}`.replace(/\/[^/]*$/, ""), { recursive: true });
    writeFileSync(`${path}/${file}`, SECRET);
  }
  const before: Tree = readTree(path);
  return {
    path,
    assertKept() {
      assertUntouched(path, before);
      for (const [name, { bytes }] of readTree(pair.destination.path)) {
        assert(!new TextDecoder().decode(bytes).includes(SECRET), `${name} came from outside`);
      }
    },
  };
}
