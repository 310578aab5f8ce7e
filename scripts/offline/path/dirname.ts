/**
 * Stands in for `@std/path/dirname` where JSR is out of reach.
 *
 * @module
 */

export { dirname } from "node:path";
