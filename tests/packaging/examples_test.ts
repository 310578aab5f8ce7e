/**
 * The programs in `examples/`, run in a home as the documents take it for granted.
 *
 * @module
 */

import { assertEquals, assertStringIncludes } from "@std/assert";
import { moduleFlags, ROOT } from "../../scripts/modules.ts";
import { SampleHome } from "../../scripts/sample_home.ts";
import { hasSshd } from "../support/sshd.ts";

/** Each example: its arguments, and what it says at its first and at its second run. */
const EXAMPLES: Record<string, [args: string, first: string, second: string]> = {
  nightly_sync: ["cluster ./archive", "ls 20260118_170744: 3 jobs copied", ""],
  follow: ["neuralir cluster local", "] 1 of 1 jobs", "has ended: 0 jobs copied"],
  ci_job: ["me@hpc:experiments/main ./results neuralir", "fetched", ""],
};

const flags = ["--config", `${ROOT}/deno.json`, ...await moduleFlags()].join(" ");

Deno.test("every example is run here", () => {
  const files = [...Deno.readDirSync(`${ROOT}/examples`)].map(({ name }) => name);
  assertEquals(files.sort(), Object.keys(EXAMPLES).map((name) => `${name}.ts`).sort());
});

for (const [name, [args, first, second]] of Object.entries(EXAMPLES)) {
  Deno.test({
    name: `examples/${name}.ts runs, and has nothing to do the second time`,
    ignore: !await hasSshd(),
    fn: async () => {
      await using home = await SampleHome.make();
      Deno.mkdirSync(`${home.root}/work/archive`);
      for (const expected of [first, second]) {
        const { code, said } = await home.run(
          `deno run -A ${flags} ${ROOT}/examples/${name}.ts ${args}`,
        );
        assertEquals(code, 0, said);
        assertStringIncludes(said, expected);
        if (expected === "") assertEquals(said, "");
      }
    },
  });
}
