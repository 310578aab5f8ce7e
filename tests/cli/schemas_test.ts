/**
 * The JSON schemas: they are made from the types, and what the program prints and reads agrees with
 * them. Each line of `--json` that a test prints is checked by `fakeTerminal`.
 *
 * @module
 */

import { assertEquals, assertMatch } from "@std/assert";
import { join } from "@std/path";
import { JsonReporter } from "../../lib/cli/json_reporter.ts";
import { main } from "../../lib/cli/main.ts";
import { CopyError } from "../../lib/errors.ts";
import { loadDefaults } from "../../lib/settings/defaults.ts";
import type { CopyEvent } from "../../lib/copy/types.ts";
import { blocksOf, DOCUMENTS } from "../../scripts/documents.ts";
import { ROOT } from "../../scripts/modules.ts";
import { makeSample } from "../../scripts/sample.ts";
import { SCHEMAS, schemaText } from "../../scripts/schemas.ts";
import copyFile from "../../schemas/copy.json" with { type: "json" };
import output from "../../schemas/output.json" with { type: "json" };
import { faultIn } from "../support/json_schema.ts";
import { withFolder } from "../support/variables.ts";
import { fakeTerminal, sampleResult } from "./samples.ts";

for (const wanted of SCHEMAS) {
  Deno.test(`schemas/${wanted.file} is what deno task schemas makes`, () => {
    const text = Deno.readTextFileSync(join(ROOT, "schemas", wanted.file));
    assertEquals(text, schemaText(wanted), "run: deno task schemas");
  });
}

/** Events that a copy between local folders does not tell. */
const EVENTS: CopyEvent[] = [
  { type: "connecting", host: "me@hpc" },
  { type: "connected", host: "me@hpc" },
  { type: "waiting", folder: "/ws" },
  { type: "retrying", attempt: 1, seconds: 1, message: "lost" },
  { type: "followed", result: sampleResult() },
  { type: "warning", problem: { code: "job", message: "look", job: { taskId: "t", jobId: "1" } } },
];

Deno.test("JsonReporter writes each type of schemas/output.json", () =>
  withFolder(async (folder) => {
    makeSample(`${folder}/ws`, { jobs: 2 });
    const settings = `${folder}/settings.yaml`;
    const workspaces = [{ id: "from", path: `${folder}/ws` }, { id: "to", path: `${folder}/to` }];
    await Deno.writeTextFile(settings, JSON.stringify({ workspaces }));
    let seconds = 0;
    const terminal = fakeTerminal({ seconds: () => seconds += 2 });
    const ends = ["--from", "from", "--to", "to"];
    const archive = `${folder}/x.tar`;
    for (
      const args of [
        ["ls"],
        ["ls", "from"],
        ["ls", "from", "neuralir"],
        ["ls", "from", "neuralir", "current"],
        ["permissions", "neuralir", ...ends],
        ["export", "neuralir", "--from", "from", "-o", archive],
        ["import", archive, "--to", `${folder}/third`, "--yes"],
        ["neuralir", ...ends, "--yes", "-v"],
        ["--all", ...ends],
        ["status", ...ends],
        ["check", "neuralir", ...ends, "--checksum"],
        ["check", "neuralir", "--from", "from", "--to", `${folder}/third`],
        ["move", "neuralir", ...ends],
        ["doctor", "from"],
        ["nothing", ...ends],
      ]
    ) {
      await main([...args, "--json", "--settings", settings], terminal);
      if (args[0] !== "import") continue;
      // a difference, and something to clean
      const runs = Deno.readDirSync(`${folder}/third/experiments/neuralir`);
      const run = [...runs].find(({ isDirectory }) => isDirectory)!.name;
      await Deno.writeTextFile(`${folder}/third/experiments/neuralir/${run}/note.txt`, "");
      await Deno.mkdir(`${folder}/third/.xpm-staging/0123456789abcdef`, { recursive: true });
    }
    await main(["clean", `${folder}/third`, "--json"], terminal);
    const reporter = new JsonReporter(terminal, true);
    for (const event of EVENTS) reporter.event(event);
    const types = output.anyOf.flatMap(({ $ref }) => {
      const { type } = output.$defs[$ref.split("/").at(-1) as "ErrorObject"].properties;
      return "enum" in type ? type.enum as string[] : [type.const];
    });
    const written = new Set(terminal.out.map((line) => JSON.parse(line).type));
    assertEquals(types.filter((type) => !written.has(type)), []);
  }));

Deno.test("faultIn() finds a wrong type, a key that is not there, and one that is not known", () => {
  const fault = (value: unknown, isStrict = true) => faultIn(value, output, isStrict);
  assertEquals(fault({ type: "summary", exitCode: 0 }), undefined);
  assertEquals(fault({ type: "summary" }), "$ has no exitCode");
  assertEquals(fault({ type: "summary", exitCode: "0" }), "$.exitCode is no number");
  assertEquals(fault({ type: "summary", exitCode: 0, more: 1 }), "$.more is not known");
  assertEquals(fault({ type: "summary", exitCode: 0, more: 1 }, false), undefined);
  assertMatch(fault({ type: "unheard" })!, /^\$\.type is "unheard", not one of /);
});

Deno.test("schemas/copy.json and copy.jsonc agree on what the file may have", () =>
  withFolder(async (folder) => {
    const [example] = blocksOf("docs/guide.md", DOCUMENTS.get("docs/guide.md")!)
      .filter(({ language }) => language === "jsonc");
    const ofGuide = JSON.parse(example!.body.replace(/^\s*\/\/.*|\s\/\/.*$/gm, ""));
    assertEquals(ofGuide.$schema, copyFile.$id);
    const good = [ofGuide, {}, { workspaces: [{ id: "a", ssh: { rsyncPath: "/x/rsync" } }] }];
    const bad = [{ form: "a" }, { exclude: "*.ckpt" }, { keepReplaced: 1 }, {
      workspaces: [{ id: "a" }],
    }, { workspaces: [{ id: "a", ssh: { host: "h" } }] }];
    for (const [values, isGood] of [[good, true], [bad, false]] as const) {
      for (const value of values) {
        await Deno.writeTextFile(`${folder}/copy.jsonc`, JSON.stringify(value));
        const read = await loadDefaults(`${folder}/settings.yaml`)
          .then(() => true, (error) => !(error instanceof CopyError));
        const fault = faultIn(value, copyFile, false);
        assertEquals([read, fault === undefined], [isGood, isGood], JSON.stringify(value));
      }
    }
  }));
