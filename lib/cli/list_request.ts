/**
 * Reads the command line of `xpm-copy ls`.
 *
 * @module
 */

import { CopyError } from "../errors.ts";
import { ORDERS } from "../inspect/order.ts";
import type { ListRequest } from "./requests.ts";
import { type Given, readChoice, readChosen } from "./values.ts";

/** Reads what to list, and checks which of the options have a meaning for that. */
export function readList(given: Given, [workspace, experimentId, runId]: string[]) {
  const brief = given.has("brief");
  const sort = readChoice(given, "sort", ORDERS);
  const choosing = ["state", "task", "tag"].find((name) => given.has(name));
  if (choosing !== undefined && runId === undefined) {
    throw new CopyError(
      "usage",
      `--${choosing} chooses jobs, and needs a run`,
      "write `xpm-copy ls WORKSPACE EXPERIMENT RUN`; RUN may be `current`",
    );
  }
  if (brief && runId !== undefined) {
    throw new CopyError(
      "usage",
      "--brief does not look at jobs, so it cannot list those of a run",
      "use --no-size",
    );
  }
  if (sort !== undefined && workspace === undefined) {
    throw new CopyError("usage", "--sort needs a workspace", "write `xpm-copy ls WORKSPACE`");
  }
  const without = ["brief", "no-size"].find((name) => given.has(name));
  if (sort === "size" && without !== undefined) {
    throw new CopyError("usage", `--sort size and --${without} cannot be combined`, "drop one");
  }
  return {
    ...{ workspace, experimentId, runId, brief, sort },
    sizes: !given.has("no-size"),
    ...readChosen(given),
  } satisfies Partial<ListRequest>;
}
