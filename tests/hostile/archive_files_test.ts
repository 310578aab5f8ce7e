/**
 * Files to import that were damaged, or made by somebody who means harm.
 *
 * @module
 */

import { existsSync } from "node:fs";
import { assert, assertEquals, assertMatch } from "@std/assert";
import { MANIFEST, sumLine, SUMS } from "../../lib/host/archive/manifest.ts";
import { sumOf } from "../../lib/system/hash.ts";
import { joined } from "../../lib/system/streams.ts";
import { headerOfExtra } from "../../lib/tar/header.ts";
import { BLOCK } from "../../lib/tar/pax.ts";
import { archive, type OverlayEntry, padding, writeOctal, writeSum } from "../../lib/tar/write.ts";
import { loadZstd } from "../../lib/transport/zstd.ts";
import { CopyError, exportExperiment, importExperiment } from "../../mod.ts";
import { makeSample, type Sample } from "../../scripts/sample.ts";
import { ENDING } from "../support/archives.ts";
import { compareTrees } from "../support/trees.ts";

/** The forms of an archive. */
const NAMES = new Set(["run.tar", `run${ENDING}`]);
/** How many damages of each kind are tried. */
const DAMAGES = 150;

let root: string;
let sample: Sample;

Deno.test.beforeAll(async () => {
  root = Deno.realPathSync(Deno.makeTempDirSync({ prefix: "xpm-files-" }));
  sample = makeSample(`${root}/source`, { jobs: 3 });
  for (const name of NAMES) {
    const source = { id: "source", path: sample.root };
    await exportExperiment(source, `${root}/${name}`, sample.experimentId, sample.runId);
  }
});

Deno.test.afterAll(() => Deno.removeSync(root, { recursive: true }));

/** Imports some bytes; answers why not, and checks that then nothing was written. */
async function refusal(bytes: Uint8Array, name = "other.tar"): Promise<string | undefined> {
  const destination = `${root}/destination`;
  Deno.writeFileSync(`${root}/${name}`, bytes);
  try {
    await importExperiment(`${root}/${name}`, { id: "destination", path: destination });
    compareTrees({ sample, destination });
    Deno.removeSync(destination, { recursive: true });
    return undefined;
  } catch (error) {
    assert(error instanceof CopyError, String((error as Error).stack));
    assertEquals([error.code, existsSync(destination)], ["refused", false], error.message);
    assertMatch(
      error.message,
      /^\/.*other\.tar(\.zst)? (cannot be imported: it has [^\n]{1,300}|is not an export of xpm-copy)$/,
    );
    assert(error.hint !== undefined);
    return error.message;
  }
}

/** Numbers that look like chance, the same in every run. */
function* chances(): Generator<number> {
  for (let value = 12345;;) yield (value = value * 48271 % 0x7fffffff) / 0x7fffffff;
}

for (const name of NAMES) {
  const other = name.replace("run", "other");

  Deno.test(`importExperiment() refuses ${name} when a bit of it is wrong, or takes it as it was`, async () => {
    const whole = Deno.readFileSync(`${root}/${name}`);
    const chance = chances();
    let refused = 0;
    for (let count = 0; count < DAMAGES; count++) {
      const bytes = whole.slice();
      const at = Math.floor(chance.next().value! * bytes.length);
      bytes[at]! ^= 1 << Math.floor(chance.next().value! * 8);
      if (await refusal(bytes, other) !== undefined) refused++;
    }
    // padding and the like has no meaning
    assert(refused > DAMAGES * 0.5, `${refused} of ${DAMAGES}`);
  });

  Deno.test(`importExperiment() refuses every part of ${name}`, async () => {
    const whole = Deno.readFileSync(`${root}/${name}`);
    // after its end, tar's archive has only zeros; zstd's ends with a sum of its own, 4 bytes, which
    // says nothing that the sums of the archive do not
    const needed = whole.length - (name.endsWith(".tar") ? BLOCK : 4);
    for (let count = 0; count < DAMAGES; count++) {
      const length = Math.floor(count / DAMAGES * (needed - 1));
      assert(await refusal(whole.slice(0, length), other) !== undefined, `${length} bytes`);
    }
    assert(await refusal(whole.slice(0, needed - 1), other) !== undefined);
  });
}

Deno.test("importExperiment() refuses an archive with its parts in another order, or twice", async () => {
  const blocks = Deno.readFileSync(`${root}/run.tar`);
  const parts = Array.from({ length: 16 }, (_, index) => {
    const cut = (index: number) => Math.floor(index / 16 * blocks.length / BLOCK) * BLOCK;
    return blocks.slice(cut(index), cut(index + 1));
  });
  for (let index = 0; index < 15; index++) {
    const swapped = parts.toSpliced(index, 2, parts[index + 1]!, parts[index]!);
    const twice = parts.toSpliced(index, 0, parts[index]!);
    for (const bytes of [swapped, twice, parts.toSpliced(index, 1)].map(joined)) {
      assert(await refusal(bytes) !== undefined, `part ${index}`);
    }
  }
});

const RUN = "experiments/neuralir/20260118_170744";
const text = (value: string) => new TextEncoder().encode(value);
const file = (path: string, content = "x"): OverlayEntry => ({
  ...{ path, kind: "file", mode: 0o644, mtime: "1", bytes: text(content) },
});
const link = (path: string, target: string): OverlayEntry => ({
  ...{ path, kind: "link", target, mtime: "1" },
});
const member = (entry: OverlayEntry) => joined([...archive([entry])]).slice(0, -2 * BLOCK);
const plain = (entry: OverlayEntry) => member(entry).slice(2 * BLOCK); // without a pax header
const END = new Uint8Array(2 * BLOCK);

/** Members of a run, then other ones, then the end of an archive with right sums for all files. */
function withSums(others: (OverlayEntry | Uint8Array)[], manifest: object = {}): Uint8Array {
  const jobs = file(`${RUN}/jobs.jsonl`, "");
  const said = { format: 1, root: "/ws", experimentId: "neuralir", runId: "20260118_170744" };
  const about = { ...said, current: null, references: [], headers: "", ...manifest };
  const own = file(MANIFEST, JSON.stringify(about));
  const files = [jobs, ...others, own].flatMap((entry) =>
    "kind" in entry && entry.kind === "file"
      ? [sumLine({ name: entry.path, sum: sumOf([entry.bytes].flat()) })]
      : []
  );
  const all = [jobs, ...others, own, file(SUMS, files.join(""))];
  return joined([...all.map((entry) => "kind" in entry ? member(entry) : entry), END]);
}

function ofKind(letter: string, entry: OverlayEntry): Uint8Array {
  const bytes = member(entry);
  const header = bytes.subarray(2 * BLOCK, 3 * BLOCK);
  header[156] = letter.charCodeAt(0);
  writeSum(header);
  return bytes;
}

/** A pax header that says it has so many bytes. */
function hugeExtra(size: number): Uint8Array {
  const header = headerOfExtra(member(file("jobs/t/1/x")).slice(2 * BLOCK, 3 * BLOCK));
  writeOctal(header, 124, 12, size);
  writeSum(header);
  return header;
}

/** A pax header with a record, before a file. */
function withRecord(record: string, entry: OverlayEntry): Uint8Array {
  const line = `${record.length + 4} ${record}\n`;
  const header = hugeExtra(line.length);
  return joined([header, text(line), padding(line.length), member(entry).slice(2 * BLOCK)]);
}

const HOSTILE: Record<string, [bytes: () => Uint8Array, sentence: RegExp]> = {
  "an absolute name": [() => withSums([file("/etc/cron.d/x")]), /not part of a run/],
  "a name that climbs out": [() => withSums([file("jobs/t/1/../../../../x")]), /not part of a run/],
  "a name that climbs out of a run": [() => withSums([file(`${RUN}/../x`)]), /not part of a run/],
  "a name with an empty part": [() => withSums([file("jobs/t/1//x")]), /not part of a run/],
  "a name that no workspace has": [() => withSums([file(".ssh/authorized_keys")]), /not part of a/],
  "a job of a name with a dash": [() => withSums([file("jobs/-rf/1/x")]), /not part of a run/],
  "a link in place of jobs": [() => withSums([link("jobs", "/etc")]), /not part of a run/],
  "a file below a link": [
    () => withSums([link("jobs/t/1/a", "/tmp"), file("jobs/t/1/a/x")]),
    /below a link/,
  ],
  "a link in place of a job": [
    () => withSums([link("jobs/t/1", "/tmp"), file("jobs/t/1/x")]),
    /below a link/,
  ],
  "a hard link to a file outside": [
    () => withSums([ofKind("1", link("jobs/t/1/a", "/etc/passwd"))]),
    /a hard link to \/etc\/passwd/,
  ],
  "a hard link to another job": [
    () => withSums([file("jobs/t/2/a"), ofKind("1", link("jobs/t/1/a", "jobs/t/2/a"))]),
    /a hard link to jobs\/t\/2\/a/,
  ],
  "a device": [() => withSums([ofKind("3", link("jobs/t/1/a", ""))]), /unexpected file type/],
  "a member of an unknown kind": [
    () => withSums([ofKind("S", link("jobs/t/1/a", ""))]),
    /unexpected file type/,
  ],
  "a file twice": [() => withSums([file("jobs/t/1/a"), file("jobs/t/1/a", "y")]), /a twice/],
  "another run beside": [() => withSums([file("experiments/e/r/x")]), /not part of a run/],
  "a different run than it says": [
    () => withSums([], { runId: "other" }),
    /a different run than it says/,
  ],
  "a header that was changed": [() => withSums([]), /names, modes, times or links that were/],
  "no id but a path": [() => withSums([], { experimentId: "../x" }), /cannot be read/],
  "a root that is no path": [() => withSums([], { root: "ws" }), /cannot be read/],
  "a later form": [() => withSums([], { format: 2 }), /format 2, made by a newer xpm-copy/],
  "no sums": [() => joined([member(file(`${RUN}/jobs.jsonl`)), END]), /no SHA256SUMS/],
  "sums first": [() => joined([member(file(SUMS)), END]), /SHA256SUMS in the wrong place/],
  "nothing": [() => new Uint8Array(), /missing or damaged parts$/],
  "a huge header": [() => withSums([hugeExtra(2 ** 30)]), /an overlong name/],
  "a sparse file": [
    () => withSums([withRecord("GNU.sparse.major=1", file("jobs/t/1/x"))]),
    /unexpected file type/,
  ],
  "a small file of a long size": [
    () => withSums([withRecord("size=1", file("jobs/t/1/x"))]),
    /unexpected file type/,
  ],
  "a file of endless size": [
    () => withSums([withRecord("size=99999999999999999999", file("jobs/t/1/x"))]),
    /unexpected file type/,
  ],
};

for (const [what, [bytes, sentence]] of Object.entries(HOSTILE)) {
  Deno.test(`importExperiment() refuses an archive with ${what}`, async () => {
    assertMatch(await refusal(bytes()) ?? "", sentence);
  });
}

Deno.test("importExperiment() says that a file is no export, but not of one that was damaged", async () => {
  const zstd = await loadZstd();
  async function* packed(bytes: Uint8Array) {
    yield* zstd?.pack((async function* () {
      yield await Promise.resolve(bytes);
    })()) ?? [bytes];
  }
  const others = [
    text("PK\x03\x04 of a zip"),
    text("a text\n".repeat(1000)),
    joined([plain(file("notes.txt")), END]),
    joined([plain({ path: "jobs", kind: "folder", mode: 0o755, mtime: "1" }), END]),
    new Uint8Array(3 * BLOCK),
  ];
  const said = async (bytes: Uint8Array, name: string) => {
    Deno.writeFileSync(`${root}/${name}`, bytes);
    const importing = importExperiment(`${root}/${name}`, { id: "there", path: `${root}/there` });
    return await importing.then(() => "", ({ message }) => message as string);
  };
  for (const bytes of others) {
    const expected = / is not an export of xpm-copy$/;
    assertMatch(await said(bytes, "x.tar"), expected);
    const parts: Uint8Array[] = [];
    for await (const part of packed(bytes)) parts.push(part.slice());
    assertMatch(await said(joined(parts), `x${ENDING}`), expected);
  }
  const whole = Deno.readFileSync(`${root}/run.tar`);
  for (const length of [0, 100, 3 * BLOCK, whole.length - 3 * BLOCK]) {
    assertMatch(await said(whole.slice(0, length), "x.tar"), /missing or damaged parts$/);
  }
  for (const at of [0, 150, 257]) { // of the name, the checksum, the magic
    assertMatch(await said(whole.with(at, 0x21), "x.tar"), / cannot be imported: it has /);
  }
  assertMatch(
    await said(Deno.readFileSync(`${root}/run${ENDING}`).slice(0, 10), `x${ENDING}`),
    /part/,
  );
});

Deno.test("importExperiment() does not unpack zeros without end", async () => {
  const zstd = await loadZstd();
  if (zstd === undefined) return;
  async function* zeros(first: Uint8Array) {
    yield first;
    const part = new Uint8Array(1 << 20);
    for (let count = 0; count < 4096; count++) yield part;
    await Promise.resolve();
  }
  for (
    const [first, sentence] of [
      [new Uint8Array(), /is not an export/],
      [Deno.readFileSync(`${root}/run.tar`), /data after the archive/],
      [hugeExtra(2 ** 32), /an overlong name/],
    ] as const
  ) {
    const parts: Uint8Array[] = [];
    for await (const part of zstd.pack(zeros(first))) parts.push(part.slice());
    const bytes = joined(parts);
    assert(bytes.length < 2 ** 22, `${bytes.length} bytes`);
    assertMatch(await refusal(bytes, "other.tar.zst") ?? "", sentence);
  }
});
