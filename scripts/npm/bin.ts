/**
 * The command `xpm-copy` of the npm package.
 *
 * @module
 */

import { run } from "../../cli.ts";

Deno.exit(await run(Deno.args));
