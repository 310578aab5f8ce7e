/**
 * Replaces `@std/path` where JSR cannot be reached.
 *
 * @module
 */

export { basename, dirname, isAbsolute, join, normalize, relative, resolve } from "node:path";
export { fileURLToPath as fromFileUrl } from "node:url";
