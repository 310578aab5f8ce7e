/**
 * Output that cannot be written: a sentence and exit code 1, and never half the work.
 *
 * @module
 */

import { existsSync } from "node:fs";
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { makeOutput } from "../../lib/cli/output.ts";
import { moduleFlags, ROOT } from "../../scripts/modules.ts";
import { makeSample } from "../../scripts/sample.ts";
import { assertFailed, type Said } from "../support/program.ts";
import { compareTrees } from "../support/trees.ts";
import { withFolder } from "../support/variables.ts";

const ignore = !existsSync("/dev/full");

/** Runs the program in a shell that sends its output somewhere; `"$@"` stands for the program. */
async function runInShell(line: string, args: string[]): Promise<Said> {
  const program = [Deno.execPath(), "run", "-A", ...await moduleFlags(), `${ROOT}/cli.ts`];
  const { code, stdout, stderr } = await new Deno.Command("sh", {
    args: ["-c", line, "sh", ...program, ...args],
    stdin: "null",
  }).output();
  const [out, err] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
  return { code, out: out!, err: err! };
}

/** What there is to say, with the arguments that make the program say it. */
const SAID: Record<string, string[]> = {
  "its help": ["--help"],
  "its version": ["--version"],
  "a list": ["ls", "SOURCE"],
  "a list as JSON": ["ls", "SOURCE", "--json"],
  "a plan": ["neuralir", "--from", "SOURCE", "--to", "DESTINATION"],
  "a plan as JSON": ["neuralir", "--from", "SOURCE", "--to", "DESTINATION", "--json"],
  "what was copied": ["neuralir", "--from", "SOURCE", "--to", "DESTINATION", "--yes"],
  "what is copied, as JSON": [
    ...["neuralir", "--from", "SOURCE", "--to", "DESTINATION", "--yes", "--json"],
  ],
};

for (const [what, words] of Object.entries(SAID)) {
  Deno.test({
    name: `xpm-copy says in a sentence that ${what} could not be written, and does all else`,
    ignore,
    fn: () =>
      withFolder(async (root) => {
        const sample = makeSample(`${root}/source`, { jobs: 2 });
        const args = words.map((word) =>
          word.replace("SOURCE", `${root}/source`).replace("DESTINATION", `${root}/destination`)
        );
        const said = await runInShell('exec "$@" > /dev/full', args);
        assertFailed(said, 1, "standard output could not be written: ");
        assertStringIncludes(said.err.toLowerCase(), "no space left on device");
        assertStringIncludes(said.err, "everything else was done");
        if (words.includes("--yes")) compareTrees({ sample, destination: `${root}/destination` });
      }),
  });

  Deno.test(`xpm-copy is silent when nobody wants to read ${what}`, () =>
    withFolder(async (root) => {
      const sample = makeSample(`${root}/source`, { jobs: 2 });
      const args = words.map((word) =>
        word.replace("SOURCE", `${root}/source`).replace("DESTINATION", `${root}/destination`)
      );
      // the reader has gone before the program begins
      const line = '{ sleep 0.1; "$@"; echo $? >&2; } | true';
      const { err } = await runInShell(line, [...args, ...quietly(words)]);
      assertEquals(err, "0\n");
      if (words.includes("--yes")) compareTrees({ sample, destination: `${root}/destination` });
    }));
}

/** Without the progress, and the plan before a copy. */
function quietly(words: string[]): string[] {
  return words.includes("--yes") && !words.includes("--json") ? ["--quiet"] : [];
}

Deno.test({
  name: "xpm-copy says an error, too, when its output cannot be written",
  ignore,
  async fn() {
    const { code, err } = await runInShell('exec "$@" > /dev/full', ["ls", "/no/such", "--json"]);
    assertEquals(code, 4, err);
    const lines = err.trimEnd().split("\n");
    assertStringIncludes(lines[0]!, "xpm-copy: there is no folder /no/such");
    assertStringIncludes(lines[1]!, "xpm-copy: standard output could not be written");
    assertEquals(lines.length, 2);
  },
});

Deno.test({
  name: "xpm-copy does not mind that its standard error cannot be written",
  ignore,
  fn: () =>
    withFolder(async (root) => {
      const sample = makeSample(`${root}/source`, { jobs: 2 });
      const destination = `${root}/destination`;
      const args = ["neuralir", "--from", sample.root, "--to", destination, "--yes"];
      const { code, out } = await runInShell('exec "$@" 2> /dev/full', args);
      assertEquals(code, 0);
      assert(out.startsWith("Copied 2 jobs"), out);
      compareTrees({ sample, destination });
    }),
});

Deno.test("makeOutput() writes on when a pipe takes a part, or nothing at this moment", () => {
  const taken: string[] = [];
  let calls = 0;
  const stream = {
    writeSync(bytes: Uint8Array) {
      if (calls++ % 2 === 0) throw Object.assign(new Error("busy"), { code: "EAGAIN" });
      taken.push(new TextDecoder().decode(bytes.subarray(0, 2)));
      return 2;
    },
  };
  const output = makeOutput(stream, false);
  output.write("abcdef");
  assertEquals([taken, output.failure()], [["ab", "cd", "ef"], undefined]);
});

Deno.test("makeOutput() drops what follows a failure, or goes on where lines may be missed", () => {
  for (const again of [false, true]) {
    const taken: string[] = [];
    let full = true;
    const stream = {
      writeSync(bytes: Uint8Array) {
        if (full) throw Object.assign(new Error("full"), { code: "ENOSPC" });
        taken.push(new TextDecoder().decode(bytes));
        return bytes.length;
      },
    };
    const output = makeOutput(stream, again);
    output.write("a");
    full = false;
    output.write("b");
    assertEquals([taken, output.failure()], [again ? ["b"] : [], "full"]);
  }
});
