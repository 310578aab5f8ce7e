/**
 * Names made to be taken for something else: paths, options, commands, orders to a terminal.
 *
 * @module
 */

import { mkdirSync, renameSync, symlinkSync, writeFileSync } from "node:fs";
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { main } from "../../lib/cli/main.ts";
import { hasControl } from "../../lib/text/printable.ts";
import { makeSample, type Sample } from "../../scripts/sample.ts";
import { fakeTerminal } from "../cli/samples.ts";
import { inEachDirection, onEachHost, type Pair, useSshd } from "../support/directions.ts";
import { makeOutside } from "../support/outside.ts";
import { assertFailed, runProgram } from "../support/program.ts";
import { compareTrees, namesIn } from "../support/trees.ts";

useSshd();

/** Ids that no job can have: each begins so that a reader without care would be led astray. */
const WRONG = [
  "..",
  "../outside",
  "../../outside",
  "/etc",
  "/etc/passwd",
  "a/../../outside",
  "a/b",
  "-rf",
  "--delete",
  ".xpm-staging",
  "a\nrun 9\ntouch x",
  "a\0b",
  "\x1b[2J",
  "\x9b31m",
  "\u202egnp",
  "a\ud800",
];

/** Lines of `jobs.jsonl` for such jobs, and for such tasks. */
function wrongLines(): string[] {
  return WRONG.flatMap((id) => [
    JSON.stringify({ job_id: id, task_id: "neuralir.tasks.train" }),
    JSON.stringify({ job_id: "0123", task_id: id }),
  ]);
}

inEachDirection(
  "copyExperiment() names each line of jobs.jsonl whose ids are paths or options, and copies the rest",
  async (pair) => {
    const sample = makeSample(pair.source.path, { jobs: 2 });
    const outside = makeOutside(pair, ["0123/train.done"]);
    const file = `${sample.runFolder}/jobs.jsonl`;
    const lines = Deno.readTextFileSync(file).trimEnd().split("\n");
    writeFileSync(file, [...wrongLines(), ...lines, ""].join("\n"));
    const { code, out, err } = await runProgram(pair, sample, ["--verbose"]);
    assertEquals(code, 3, err);
    for (const at of wrongLines().keys()) assertStringIncludes(out, `jobs.jsonl, line ${at + 1}: `);
    assert(!out.includes(`line ${wrongLines().length + 1}: `), out);
    outside.assertKept();
    compareTrees({ sample, destination: pair.destination.path });
    assertEquals(namesIn(pair.root), ["destination", "outside", "source"]);
    assertEquals(namesIn(`${pair.destination.path}/jobs`).length, 2);
  },
);

for (
  const host of ["-oProxyCommand=touch x", "me@-oProxyCommand=touch", "a b", "$(touch x)", "`x`"]
) {
  Deno.test(`xpm-copy takes ${host} for no host, in settings, in an address, or before a path`, async () => {
    const root = Deno.makeTempDirSync();
    const settings = `${root}/settings.yaml`;
    const workspaces = [{ id: "evil", path: "/x", ssh: { host } }, { id: "here", path: root }];
    writeFileSync(settings, JSON.stringify({ workspaces }));
    for (const from of ["evil", `ssh://${host}/x`, `${host}:x`]) {
      const terminal = fakeTerminal();
      const code = await main(
        ["e", `--from=${from}`, "--to", root, "--settings", settings],
        terminal,
      );
      const err = terminal.err.join("");
      assertFailed({ code, out: "", err }, 2, "");
      assert(!err.includes("connecting"), err);
    }
    writeFileSync(settings, JSON.stringify({ workspaces: workspaces.slice(1) }));
    for (const from of [`ssh://${host}/x`, `${host}:x`]) {
      const terminal = fakeTerminal();
      const code = await main(
        ["e", `--from=${from}`, "--to", root, "--settings", settings],
        terminal,
      );
      assertFailed({ code, out: "", err: terminal.err.join("") }, 2, "is not a valid host");
    }
    assertEquals(namesIn(root), ["settings.yaml"]);
    Deno.removeSync(root, { recursive: true });
  });
}

/** Orders to a terminal, as they could stand in a name: colour, title, clear, C1, backspace, bell. */
const ORDERS = "\x1b[31m\x1b]0;x\x07\x1b[2J\x9b1m\b\r\u202e";

/** Names with orders in whatever a workspace can name, and jobs that fail because of it. */
function makeOdd(pair: Pair): Sample {
  const sample = makeSample(pair.source.path, { jobs: 7 });
  const [file, link, torn, params, meta] = sample.jobs;
  writeFileSync(`${file!.folder}/out/${ORDERS}`, "x");
  symlinkSync(`/etc/${ORDERS}`, `${file!.folder}/link`);
  renameSync(link!.folder, `${pair.root}/moved`);
  symlinkSync(`${pair.root}/${ORDERS}`, link!.folder);
  writeFileSync(`${torn!.folder}/params.json`, `{"${ORDERS.replaceAll("\r", "")}": `);
  writeFileSync(`${params!.folder}/params.json`, Uint8Array.of(27, 91, 51, 49, 109, 255));
  writeFileSync(`${meta!.folder}/.experimaestro/status.json`, `"${ORDERS}`);
  const status = `${sample.runFolder}/status.json`;
  const said = JSON.parse(Deno.readTextFileSync(status));
  for (const { jobId } of sample.jobs) said.job_states[jobId] = ORDERS;
  said.run_tags = [ORDERS];
  writeFileSync(status, JSON.stringify(said));
  writeFileSync(`${sample.runFolder}/${ORDERS}`, "x");
  mkdirSync(`${sample.root}/experiments/${ORDERS}/${ORDERS}`, { recursive: true });
  const jobs = `${sample.runFolder}/jobs.jsonl`;
  const odd = JSON.stringify({ job_id: ORDERS, task_id: ORDERS });
  writeFileSync(jobs, `${Deno.readTextFileSync(jobs)}${odd}\n\x1b[31m\n`);
  const objects = `${sample.runFolder}/objects.jsonl`;
  const outward = JSON.stringify({ type: "path", value: `/data/${ORDERS}` });
  writeFileSync(objects, `${Deno.readTextFileSync(objects)}${outward}\n`);
  return sample;
}

/** Checks that nothing a terminal would obey was written, but line ends. */
function assertHarmless(text: string): void {
  const odd = text.split("\n").find(hasControl);
  assertEquals(odd, undefined);
}

onEachHost(
  "xpm-copy never prints the orders to a terminal that names hold",
  async (pair) => {
    const sample = makeOdd(pair);
    for (const args of [["--verbose"], [], ["--json", "--verbose"]]) {
      const { code, out, err } = await runProgram(pair, sample, args);
      assertEquals(code, 3, err);
      assertHarmless(out);
      assertHarmless(err);
      assert(out.includes("u001b") || args.length === 0, out);
    }
    const settings = `${pair.root}/settings.yaml`;
    writeFileSync(settings, JSON.stringify({ workspaces: [pair.source] }));
    for (const args of [["source"], ["source", "neuralir"], ["source", "--json"]]) {
      const terminal = fakeTerminal();
      assertEquals(await main(["ls", ...args, "--settings", settings], terminal), 0);
      assertHarmless(terminal.out.join("") + terminal.err.join(""));
    }
    const { errors, warnings } = await pair.copy(sample);
    for (const { message } of [...errors, ...warnings]) assertHarmless(message);
  },
);
