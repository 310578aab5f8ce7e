/**
 * What rsync -aHS would keep: links, holes, modes, times, odd names, odd kinds of file; and what
 * stays behind.
 *
 * @module
 */

import { lstatSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { assert, assertEquals } from "@std/assert";
import { makeSample } from "../../scripts/sample.ts";
import { inEachDirection, useSshd } from "../support/directions.ts";
import { setTimes, shell } from "../support/shell.ts";
import { compareTrees, namesIn, readTree } from "../support/trees.ts";

useSshd();

const ODD_NAMES = [
  " blank at both ends ",
  "it's",
  'say "so"',
  "two\nlines",
  "$(touch x)",
  "`touch y`",
  "back\\slash",
  "-rf",
  "--files-from=x",
  "# comment",
  "[x]",
  "a*b?",
  "a -> b",
  "é ü 漢字 🙂",
  "e\u0301",
  "~",
  "tab\there",
  "\u001b[31mred",
  "a:b",
  "x".repeat(255),
  "漢".repeat(85),
  ".hidden",
  ".~tmp~",
  "..more",
  "%41",
  "a;b|c&d",
];

inEachDirection("copyExperiment() keeps names of every kind", async (pair) => {
  const sample = makeSample(pair.source.path, { jobs: 2 });
  const [job] = sample.jobs;
  for (const folder of [job!.folder, sample.runFolder]) {
    for (const name of ODD_NAMES) {
      mkdirSync(`${folder}/odd/${name}`, { recursive: true });
      writeFileSync(`${folder}/odd/${name}/${name}`, name);
      symlinkSync(`${folder}/odd/${name}`, `${folder}/odd/${name}/to ${name.slice(0, 80)}`);
      mkdirSync(`${folder}/odd/${name}/empty`);
    }
  }
  const deep = `${job!.folder}/${"deep/".repeat(60)}${"d".repeat(200)}`;
  mkdirSync(deep, { recursive: true });
  symlinkSync(`${job!.folder}/model.bin`, `${deep}/${"l".repeat(250)}`);
  setTimes(job!.folder);
  setTimes(sample.runFolder);
  const result = await pair.copy(sample);
  assertEquals([result.errors, result.complete], [[], true]);
  compareTrees({ sample, destination: pair.destination.path });
  assertEquals(namesIn(pair.root), ["destination", "source"]);
});

inEachDirection("copyExperiment() keeps names that are not UTF-8", async (pair) => {
  const sample = makeSample(pair.source.path, { jobs: 1 });
  const make = `name=$(printf 'a\\377b'); mkdir "$name"; echo x > "$name/$name"`;
  const list = "find . ! -path './train.lock' ! -name '*.lock' | sort | od -c";
  shell(sample.jobs[0]!.folder, make);
  const result = await pair.copy(sample);
  assertEquals([result.errors, result.complete], [[], true]);
  const folder = sample.jobs[0]!.folder.slice(sample.root.length);
  assertEquals(shell(pair.destination.path + folder, list), shell(sample.root + folder, list));
});

inEachDirection(
  "copyExperiment() keeps modes, times, holes, hard links and odd kinds",
  async (pair) => {
    const sample = makeSample(pair.source.path, { jobs: 3, largeFiles: 1, largeBytes: 200_000 });
    for (const folder of [sample.jobs[0]!.folder, sample.runFolder]) {
      shell(
        folder,
        `mkdir -p odd/empty odd/private odd/shared odd/closed
      echo a > odd/private/secret; echo b > odd/shared/b; echo c > odd/closed/c
      ln odd/private/secret odd/one; ln odd/private/secret odd/shared/two
      truncate -s 8M odd/holes; printf x | dd of=odd/holes bs=1 seek=3000000 conv=notrunc status=none
      truncate -s 1M odd/only-hole; : > odd/nothing
      mkfifo odd/fifo; ln -s nowhere odd/dangling; ln -s ../status.json odd/relative
      chmod 600 odd/private/secret; chmod 444 odd/nothing; chmod 4755 odd/shared/b
      chmod 700 odd/private; chmod 2775 odd/shared; chmod 1777 odd/empty; chmod 555 odd/closed`,
      );
      makeSocket(pair.root, `${folder}/odd/socket`);
    }
    const [first, second] = sample.jobs;
    shell(
      first!.folder,
      "chmod 444 params.json; chmod 600 .experimaestro/status.json; chmod 711 .",
    );
    shell(second!.folder, "chmod 750 .experimaestro; chmod 640 params.json");
    for (const { folder } of sample.jobs) setTimes(folder);
    setTimes(sample.runFolder);
    const result = await pair.copy(sample);
    assertEquals([result.errors, result.complete], [[], true]);
    compareTrees({ sample, destination: pair.destination.path });
    const holes = `${first!.folder.slice(sample.root.length)}/odd/holes`;
    const [from, to] = [sample.root, pair.destination.path].map((root) => lstatSync(root + holes));
    assert(to!.blocks <= from!.blocks + 64, `${to!.blocks} blocks, ${from!.blocks} at the source`);
  },
);

/** A socket's path must be short when it is made. */
function makeSocket(root: string, path: string): void {
  using _socket = Deno.listen({ transport: "unix", path: `${root}/s` });
  Deno.renameSync(`${root}/s`, path); // closing would remove it
}

inEachDirection("copyExperiment() takes links along, those into the source too", async (pair) => {
  const sample = makeSample(pair.source.path, { jobs: 3 });
  symlinkSync(sample.root, `${pair.root}/alias`);
  const [from, to] = [`jobs/${sample.jobs[0]!.taskId}/${sample.jobs[0]!.jobId}`, sample.jobs[1]!];
  const targets: Record<string, string> = {
    real: `${sample.root}/${from}/out/part 0.txt`,
    alias: `${pair.root}/alias/${from}/out`,
    root: sample.root,
    slash: `${sample.root}/`,
    gone: `${sample.root}/jobs/gone`,
    beside: `${sample.root}-other/x`,
    climbing: `${sample.root}/../elsewhere`,
    outside: "/etc/hostname",
    relative: "../../neuralir.tasks.prepare",
    dangling: "/no/such/file",
    'odd "$(name)"\n -> ': `${sample.root}/'"$(x)\n -> `,
  };
  for (const folder of [`${to.folder}/links`, `${sample.runFolder}/results/deep`]) {
    mkdirSync(folder, { recursive: true });
    for (const [name, target] of Object.entries(targets)) symlinkSync(target, `${folder}/${name}`);
    setTimes(folder);
  }
  const aliased = pair.between({ source: "alias" });
  const result = await aliased.copy(sample);
  assertEquals([result.errors, result.complete], [[], true]);
  const found = readTree(`${pair.destination.path}/${to.folder.slice(sample.root.length)}/links`);
  assertEquals(found.get("climbing")?.target, `${sample.root}/../elsewhere`);
  assertEquals(found.get("alias")?.target, `${pair.destination.path}/${from}/out`);
  for (const folder of [`${to.folder}/links`, `${sample.runFolder}/results/deep`]) {
    Deno.removeSync(`${folder}/climbing`); // the one that a comparison of texts would move
    Deno.removeSync(`${pair.destination.path}${folder.slice(sample.root.length)}/climbing`);
    for (const root of [sample.root, pair.destination.path]) {
      shell(root, 'touch -d @1 ".$1"', folder.slice(sample.root.length));
    }
  }
  const spellings = [`${pair.root}/alias`, sample.root];
  compareTrees({ sample, destination: pair.destination.path, spellings });
  const [warning] = result.warnings;
  for (const outside of ["beside", "climbing", "dangling", "outside"]) {
    assert(warning!.message.includes(targets[outside]!), warning!.message);
  }
});

inEachDirection(
  "copyExperiment() leaves behind exactly the locks and pids of experimaestro",
  async (pair) => {
    const data = {
      "out/uv.lock": "data",
      "out/train.pid": "data",
      "out/train.lock": "data",
      "other.lock": "data",
      "train.pid.old": "data",
      "prepare.lock": "data",
      ".experimaestro/other.lock": "data",
      ".experimaestro/events/train.lock": "data",
      "out/.experimaestro/train.lock": "data",
    };
    const left = { "train.pid": "{}", "train.lock": "", ".experimaestro/train.lock": "" };
    const sample = makeSample(pair.source.path, {
      jobs: [{ task: "train", files: { ...data, ...left } }],
    });
    for (const path of ["services/jobs/x", "data/jobs/y", "events/.status.json.lock", "uv.lock"]) {
      mkdirSync(dirname(`${sample.runFolder}/${path}`), { recursive: true });
      writeFileSync(`${sample.runFolder}/${path}`, "data");
    }
    writeFileSync(`${sample.runFolder}/jobs/notes.txt`, "left behind, with all of jobs");
    const result = await pair.copy(sample);
    assertEquals([result.errors, result.complete], [[], true]);
    Deno.removeSync(`${sample.runFolder}/jobs/notes.txt`);
    for (const root of [sample.root, pair.destination.path]) {
      shell(root, 'touch -d @1 ".$1/jobs"', sample.runFolder.slice(sample.root.length));
    }
    compareTrees({ sample, destination: pair.destination.path });
    const folder = pair.destination.path + sample.jobs[0]!.folder.slice(sample.root.length);
    assertEquals(
      Object.keys(data).map((path) => Deno.readTextFileSync(`${folder}/${path}`)).length,
      9,
    );
    for (const path of Object.keys(left)) {
      assertEquals(lstatSync(`${folder}/${path}`, { throwIfNoEntry: false }), undefined);
    }
  },
);

/** Whom the files of a job, and what is made at the destination, may belong to. */
const OWNERS = {
  "root, all of it": "",
  "root, but for one file": 'chown 65534 "$1/params.json"',
  "root, but for the group of one file": 'chgrp 65534 "$1/params.json"',
  "somebody else, all of it": 'chown -hR 65534:65534 "$(dirname "$2")"',
};

for (const [owners, script] of Object.entries(OWNERS)) {
  inEachDirection(`copyExperiment() by root keeps the owners: ${owners}`, async (pair) => {
    const sample = makeSample(pair.source.path, { jobs: 2 });
    shell("/", script, sample.jobs[0]!.folder, pair.destination.path);
    setTimes(sample.root);
    const result = await pair.copy(sample);
    assertEquals([result.errors, result.complete], [[], true]);
    compareTrees({ sample, destination: pair.destination.path });
  }, { ignore: Deno.uid() !== 0 });
}
