/**
 * GitHub's workflows and forms, as far as they can be checked where GitHub is not.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { parse } from "@std/yaml/parse";
import { ROOT } from "../../scripts/modules.ts";
import { ensureActionlint } from "../../scripts/setup.ts";

/** What this reads of a workflow. */
interface Workflow {
  jobs: Record<string, { steps: { run?: string; uses?: string }[]; "timeout-minutes"?: number }>;
}

/** And of a form. */
interface Form {
  name?: string;
  description?: string;
  body: { type: string; attributes: { label?: string; value?: string } }[];
}

const FOLDER = `${ROOT}/.github`;
const workflows = [...Deno.readDirSync(`${FOLDER}/workflows`)].map(({ name }) =>
  parse(Deno.readTextFileSync(`${FOLDER}/workflows/${name}`)) as Workflow
);
const jobs = workflows.flatMap((workflow) => Object.values(workflow.jobs));
const actionlint = await ensureActionlint();

Deno.test({
  name: "actionlint finds nothing wrong with the workflows",
  ignore: actionlint === undefined,
  fn() {
    const { stdout, code } = new Deno.Command(actionlint!, { cwd: ROOT }).outputSync();
    assertEquals([new TextDecoder().decode(stdout), code], ["", 0]);
  },
});

Deno.test("the workflows call tasks and scripts that are there", () => {
  const { tasks } = JSON.parse(Deno.readTextFileSync(`${ROOT}/deno.json`));
  const commands = jobs.flatMap(({ steps }) => steps.flatMap(({ run = "" }) => run.split("\n")));
  const called = commands.flatMap((line) => /^deno task (\S+)/.exec(line)?.[1] ?? []);
  assert(called.length > 5, `only ${called} were found`);
  assertEquals(called.filter((name) => !(name in tasks)), []);
  for (const line of commands) {
    const script = /^deno run .*?(scripts\/\S+)/.exec(line)?.[1];
    if (script !== undefined) assert(Deno.statSync(`${ROOT}/${script}`).isFile);
  }
});

Deno.test("the workflows pin each action to a version, and end each job in time", () => {
  for (const { steps, "timeout-minutes": minutes } of jobs) {
    assert(minutes !== undefined && minutes <= 60);
    for (const { uses } of steps) {
      assert(uses === undefined || /@(release\/)?v\d+$/.test(uses), uses);
    }
  }
});

Deno.test("the forms for issues have what GitHub asks for", () => {
  for (const { name } of Deno.readDirSync(`${FOLDER}/ISSUE_TEMPLATE`)) {
    const form = parse(Deno.readTextFileSync(`${FOLDER}/ISSUE_TEMPLATE/${name}`)) as Form;
    assert(form.name && form.description && form.body.length > 0, name);
    for (const { type, attributes } of form.body) {
      assert(["checkboxes", "dropdown", "input", "markdown", "textarea"].includes(type), type);
      assert(type === "markdown" ? attributes.value : attributes.label, name);
    }
  }
});
