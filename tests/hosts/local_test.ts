/**
 * This machine as a host.
 *
 * @module
 */

import { LocalHost } from "../../lib/host/local/host.ts";
import { tarOf } from "../support/stand_in.ts";
import { withVariables } from "../support/variables.ts";
import { conforms } from "./conformance.ts";
import type { Traits } from "./words.ts";

const traits: Traits = {
  remote: false,
  decimals: 3,
  tar: tarOf("tar"),
  judges: ["program"],
  user: Deno.uid()!,
};

conforms({
  name: "this machine",
  traits,
  use: (home, action) =>
    withVariables(
      { HOME: home },
      () => action({ traits, home, connect: () => new LocalHost({ fsync: true }) }),
    ),
});
