/**
 * Stands in for `@std/path/posix/dirname` where JSR is out of reach.
 *
 * @module
 */

export { dirname } from "node:path/posix";
