/**
 * Claims a staging folder of its own and gives it up, again and again; prints what went wrong:
 * `claimer.ts AREA NAME ROUNDS`.
 *
 * @module
 */

import { claimLocally } from "../../lib/host/local/claim.ts";

const [area, name, rounds] = Deno.args as [string, string, string];
const request = { staging: `${area}/${name}`, places: [], about: "{}" };
for (let round = 0; round < Number(rounds); round++) {
  try {
    const claim = await claimLocally(request, () => console.log("there was a wait"), undefined);
    await claim.release();
  } catch (error) {
    console.log(String(error));
  }
}
