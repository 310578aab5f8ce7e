/**
 * The version of the program: that of `deno.json`, which would come whole into each bundle.
 *
 * @module
 */

/** The version. */
export const VERSION = "0.1.0";
