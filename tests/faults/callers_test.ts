/**
 * Callers whose `onEvent` fails: their error is theirs, and nothing stays at work.
 *
 * @module
 */

import { existsSync } from "node:fs";
import { assert, assertEquals } from "@std/assert";
import { LARGE } from "../../lib/transport/clone.ts";
import type { CopyEvent } from "../../mod.ts";
import { makeSample } from "../../scripts/sample.ts";
import { inEachDirection, onEachHost, useSshd } from "../support/directions.ts";
import { descendants, HAS_PROC, until, workingIn } from "../support/processes.ts";
import { shell } from "../support/shell.ts";
import { namesIn } from "../support/trees.ts";

useSshd({ logins: "each" });

/** At so many events, one after the other. */
const EVENTS = 14;

/** The clients of ssh that this process has started. */
function clients(): string[] {
  return descendants(Deno.pid).map(({ words }) => words.join(" "))
    .filter((line) => /^(\S*\/)?ssh /.test(line));
}

// BUG when this was written: who failed when a login was told left the session open for ever; who
// failed when tar was told, left the tar of the other end.
onEachHost(
  "copyExperiment() leaves nothing at work when onEvent fails, whenever",
  async (pair) => {
    // more than a pipe takes
    const sample = makeSample(pair.source.path, { jobs: 10, filesPerJob: 60, largeFiles: 1 });
    for (let at = 0; at < EVENTS; at++) {
      const other = pair.between({ destination: `destination-${at}` });
      let told = 0;
      let type = "";
      const onEvent = (event: CopyEvent) => {
        if (told++ !== at) return;
        type = event.type;
        throw new Error("mine");
      };
      const said = await other.copy(sample, { onEvent }).then(() => "", String);
      assert(["", "Error: mine"].includes(said), said); // some are only tried
      const area = `${other.destination.path}/.xpm-staging`;
      const left = () => [
        ...workingIn(pair.root).map(({ words }) => words.join(" ")),
        ...clients(),
        ...(existsSync(area) ? namesIn(area).filter((name) => name.endsWith(".lock")) : []),
      ];
      assert(await until(() => left().length === 0), `${type}: ${left().join("\n")}`);
    }
  },
  { ignore: !HAS_PROC },
);

// BUG when this was written: the other files were copied on, where nobody held a claim any more.
inEachDirection(
  "copyExperiment() copies no large file on when onEvent fails",
  async (pair) => {
    const options = { jobs: 24, largeFiles: 24, largeBytes: LARGE };
    const sample = makeSample(pair.source.path, options);
    let failed = false;
    const onEvent = (event: CopyEvent) => {
      if (failed || event.type !== "progress" || event.progress.bytes <= LARGE) return;
      failed = true;
      throw new Error("mine");
    };
    const staged = () =>
      shell(pair.destination.path, "find .xpm-staging -printf '%P %s\\n' | sort");
    const said = await pair.copy(sample, { onEvent }).then(() => "", String);
    const then = staged();
    await new Promise((resolve) => setTimeout(resolve, 500));
    assertEquals([said, staged()], ["Error: mine", then]);
  },
  { directions: ["local to local"] },
);
