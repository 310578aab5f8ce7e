/**
 * The storeys of the house: which folders may import which.
 *
 * @module
 */

/**
 * The storeys of the house, from the top: a file imports from its own and from those below. A folder
 * stands for all that is in it.
 */
export const STOREYS: readonly (readonly string[])[] = [
  ["cli.ts"],
  ["lib/cli"],
  ["mod.ts"],
  ["lib/move"],
  ["lib/inspect"],
  ["lib/copy"],
  ["lib/host"],
  ["lib/rewrite", "lib/transport", "lib/settings", "lib/tar"],
  ["lib/system", "lib/workspace"],
  ["lib/text"],
  ["lib/errors.ts"],
];
