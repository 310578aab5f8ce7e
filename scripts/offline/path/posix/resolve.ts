/**
 * Stands in for `@std/path/posix/resolve` where JSR is out of reach.
 *
 * @module
 */

export { resolve } from "node:path/posix";
