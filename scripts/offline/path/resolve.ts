/**
 * Stands in for `@std/path/resolve` where JSR is out of reach.
 *
 * @module
 */

export { resolve } from "node:path";
