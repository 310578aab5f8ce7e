/**
 * Stands in for `@std/path/normalize` where JSR is out of reach.
 *
 * @module
 */

export { normalize } from "node:path";
