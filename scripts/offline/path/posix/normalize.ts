/**
 * Stands in for `@std/path/posix/normalize` where JSR is out of reach.
 *
 * @module
 */

export { normalize } from "node:path/posix";
