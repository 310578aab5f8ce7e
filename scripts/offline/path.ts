/**
 * Stands in for `@std/path` where JSR is out of reach.
 *
 * @module
 */

export { basename, dirname, isAbsolute, join, normalize, relative, resolve } from "node:path";
export { fileURLToPath as fromFileUrl } from "node:url";
