/**
 * What the documents tell to run is run, block by block, in a home as they take it for granted. A
 * command that cannot be run here is a test that is skipped, and whose name says why.
 *
 * @module
 */

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import config from "../../deno.json" with { type: "json" };
import { loadDefaults } from "../../lib/settings/defaults.ts";
import { type Block, blocksOf, DOCUMENTS, scriptOf } from "../../scripts/documents.ts";
import { moduleFlags, ROOT } from "../../scripts/modules.ts";
import { SampleHome } from "../../scripts/sample_home.ts";
import { hasSshd } from "../support/sshd.ts";
import { withFolder } from "../support/variables.ts";

/** What is not run, and why not. */
const ELSEWHERE: [command: RegExp, why: string][] = [
  [/deno task (build|test):npm/, "it needs jsr.io, for dnt"],
  [/deno install .*jsr:/, "it needs jsr.io; try:jsr runs it"],
  [/np[mx] .*@xpm\/copy/, "it needs jsr.io, for dnt; try:npm runs it"],
  [/^(pip install|uvx) /, "it needs PyPI; pypi_test.ts and try:pypi install and run the wheel"],
  [/xpm-copy completions /, "it is for other shells; completions_test.ts runs it in each"],
  [/^experimaestro launchers /, "it needs the wheel beside experimaestro; pypi_test.ts runs it"],
];
/** What runs these very tests, what was built before, or the internet: that there is such a task. */
const TASK = /deno(?:@\S+)? task (test|test:faults|ok|package:check|links|build:pypi)\b/;

const ignore = !await hasSshd();
const blocks = [...DOCUMENTS].flatMap(([path, text]) => blocksOf(path, text));

for (const block of blocks) {
  const script = scriptOf(block);
  if (script !== undefined) testScript(block, script);
}

function testScript({ path, line }: Block, script: string): void {
  const here: string[] = [];
  for (const command of script.split("\n")) {
    const task = TASK.exec(command)?.[1];
    if (task !== undefined) {
      Deno.test(`${path}:${line}: \`${command}\` is a task`, () => {
        assert(task in config.tasks);
      });
      continue;
    }
    const why = ELSEWHERE.find(([pattern]) => pattern.test(command))?.[1];
    if (why === undefined) here.push(command);
    else {
      const name = `${path}:${line}: \`${command}\` is not run here, for ${why}`;
      Deno.test({ name, ignore: true, fn: () => {} });
    }
  }
  const [first] = here.filter((command) => command.trim() !== "");
  if (first === undefined) return;
  Deno.test({
    name: `${path}:${line}: \`${first.replace(/ *\\$/, " ...")}\` runs, with all of its block`,
    ignore,
    async fn() {
      await using home = await SampleHome.make();
      const inCheckout = /\bdeno(@\S+)? task |\bscripts\//.test(script);
      const { code, said } = await home.run(here.join("\n"), inCheckout ? ROOT : undefined);
      assertEquals(code, 0, said);
    },
  });
}

Deno.test({
  name: "README.md's program compiles, and copies",
  ignore,
  async fn() {
    const program = blocks.find(({ path, language }) => path === "README.md" && language === "ts")!;
    await using home = await SampleHome.make();
    home.write("work/main.ts", program.body.replace("jsr:@xpm/copy", `file://${ROOT}/mod.ts`));
    const flags = ["--config", `${ROOT}/deno.json`, ...await moduleFlags(), "main.ts"].join(" ");
    const { code, said } = await home.run(`deno check ${flags}\ndeno run -A ${flags}`);
    assertEquals(code, 0, said);
    assertStringIncludes(said, "true 1 2");
  },
});

Deno.test("loadDefaults() reads the copy.jsonc of docs/guide.md", () =>
  withFolder(async (folder) => {
    const [example] = blocks.filter(({ language }) => language === "jsonc");
    await Deno.writeTextFile(`${folder}/copy.jsonc`, example!.body);
    const { bandwidthLimit, workspaces } = await loadDefaults(`${folder}/settings.yaml`);
    assertEquals([bandwidthLimit, workspaces?.length], [20000, 1]);
  }));

Deno.test("the documents name no task that is not there", () => {
  const { tasks } = JSON.parse(Deno.readTextFileSync(`${ROOT}/deno.json`));
  const named = [...DOCUMENTS].flatMap(([path, text]) =>
    [...text.matchAll(/deno(?:@\S+)? task ([\w:]+)/g)].map(([, task]) => ({ path, task: task! }))
  );
  assert(named.length > 20, `only ${named.length} were found`);
  assertEquals(named.filter(({ task }) => !(task in tasks)), []);
});
