/**
 * What reads bytes of others, given any bytes: it ends, and nothing but our own errors comes out.
 * The seed is fixed, and a counterexample is printed as small as it can be made.
 *
 * @module
 */

import { assert, assertEquals, assertRejects } from "@std/assert";
import fc from "npm:fast-check@^4.3.0";
import { StreamRewriter } from "../../lib/rewrite/rewriter.ts";
import { failedJobs } from "../../lib/copy/stage.ts";
import { pathMap, relocatePath } from "../../lib/rewrite/path_map.ts";
import { addTags, markEnded, relocate } from "../../lib/rewrite/relocate.ts";
import type { DocumentKind } from "../../lib/workspace/documents.ts";
import { CopyError } from "../../lib/errors.ts";
import { infoOf, linksOf, listingReader, scanReader } from "../../lib/host/ssh/answers.ts";
import { members } from "../support/tar_members.ts";
import { Answers } from "../../lib/host/ssh/frame.ts";

import type { Entry } from "../../lib/system/entry.ts";
import { archive, type OverlayEntry, writeSum } from "../../lib/tar/write.ts";
import { followProgress, judge } from "../../lib/transport/rsync.ts";
import { rsyncVersion } from "../../lib/transport/rsync_version.ts";
import { Chunks } from "../../lib/system/process.ts";
import { LINKS_AT_ONCE, UNPACK_ARGUMENTS } from "../../lib/transport/tar.ts";
import { editTar } from "../../lib/tar/edit.ts";
import { readJobsFile } from "../../lib/workspace/jobs.ts";
import { readJson } from "../../lib/text/json.ts";
import { isId, jobFolder } from "../../lib/workspace/layout.ts";
import { readRunStatus, readTransientJobs } from "../../lib/workspace/runs.ts";
import { byteStream } from "../support/byte_stream.ts";
import { plannedJob } from "../support/planned_job.ts";
import { shell } from "../support/shell.ts";

fc.configureGlobal({ seed: 20261124, numRuns: 1000 });

const encoder = new TextEncoder();

/** Calls something; any error but our own, or one of these, is a fault. */
function onlyOurs<T>(action: () => T, ...others: (new () => Error)[]): T | undefined {
  try {
    return action();
  } catch (error) {
    if (error instanceof CopyError || others.some((kind) => error instanceof kind)) {
      return undefined;
    }
    throw error;
  }
}

/** Bytes in chunks of any sizes. */
function* chunks(bytes: Uint8Array, sizes: number[]): Generator<Uint8Array> {
  for (let at = 0, n = 0; at < bytes.length; n++) {
    const size = sizes[n % sizes.length] ?? bytes.length;
    yield bytes.subarray(at, at + size);
    at += size;
  }
}

const sizes = fc.array(fc.integer({ min: 1, max: 1500 }), { maxLength: 8 });
/** Any text, often of what parsers look for. */
const text = fc.oneof(
  fc.string({ unit: "binary", maxLength: 60 }),
  fc.string({ unit: fc.constantFrom(...'\0\n\r/.. {}[]":,\\0179 lfd-+xe') }),
);

/** Changes some bytes, cuts some away, or doubles some. */
const changes = fc.array(
  fc.record({ at: fc.nat(100_000), byte: fc.nat(255), cut: fc.nat(3), double: fc.boolean() }),
  { minLength: 1, maxLength: 4 },
);

function changed(
  bytes: Uint8Array,
  list: { at: number; byte: number; cut: number; double: boolean }[],
) {
  let result = [...bytes];
  for (const { at, byte, cut, double } of list) {
    const place = at % (result.length + 1);
    const more = double ? result.slice(place, place + 600) : [byte];
    result = [...result.slice(0, place), ...more, ...result.slice(place + cut)];
  }
  return Uint8Array.from(result);
}

Deno.test("Answers.read() takes any bytes, in any chunks, for an answer or for none", async () => {
  const word = "0b5e";
  const bytes = fc.array(
    fc.oneof(text, fc.constantFrom(`\0${word}\0`, `${word} end\0`, `${word} stop\0`)),
  );
  await fc.assert(fc.asyncProperty(bytes, sizes, async (parts, cuts) => {
    const stream = byteStream(chunks(encoder.encode(parts.join("")), cuts));
    const read = new Answers(stream).read(word, () => {});
    await read.catch((error) => assert(error instanceof CopyError, error));
  }));
});

Deno.test("Answers.read() tells exactly the texts of an answer, after any banner, in any chunks", async () => {
  const word = "0b5e";
  const texts = fc.array(text.map((one) => one.toWellFormed().replaceAll("\0", "")));
  await fc.assert(fc.asyncProperty(text, texts, sizes, async (banner, expected, cuts) => {
    const framed = `${banner}\0${word}\0${expected.map((one) => `${one}\0`).join("")}${word} end\0`;
    const told: string[] = [];
    const stream = byteStream(chunks(encoder.encode(framed), cuts));
    assertEquals(await new Answers(stream).read(word, (one) => told.push(one)), true);
    assertEquals(told, expected);
  }));
});

Deno.test("infoOf() takes any answer for what it says or for nonsense", () => {
  const names = ["path", "realPath", "state", "jobs", "experiments", "rsync", "tar", "free", "run"];
  const more = ["jobsStaging", "experimentsStaging", "jobs.jsonl", "status.json", "current"];
  const value = fc.oneof(text, fc.constantFrom("/a", "workspace", "/ws/jobs", "x 1 2 3 4% /"));
  const answer = fc.array(fc.tuple(fc.constantFrom(...names, ...more), value), { maxLength: 40 });
  fc.assert(fc.property(answer, (pairs) => {
    const info = onlyOurs(() => infoOf(new Map(pairs), "host"));
    for (const path of info === undefined ? [] : [info.realPath, info.jobsPath]) {
      assert(path.startsWith("/") && !path.includes("\n"), path);
    }
  }));
});

Deno.test("scanReader() takes any texts for entries or for nonsense, and none leads out", () => {
  const described = fc.oneof(
    text,
    text.map((path) => `f12 8 1795470732.38 644 ${path}`),
    text.map((path) => `/d4096 8 1795470732 755 ./${path}`),
    fc.constantFrom("links", "l1 0 1 777 ../x", "f1 8 1 1 /etc/passwd"),
  );
  const folders = ["jobs/t/1", "jobs/t/2", "experiments/e/r"];
  fc.assert(fc.property(fc.array(described), (texts) => {
    const entries: Entry[] = [];
    onlyOurs(() => {
      const reader = scanReader("host", (_, entry) => entries.push(entry));
      for (const one of texts) reader.tell(one);
      for (const { folder } of linksOf(folders, reader.links)) assert(folders.includes(folder));
    });
    for (const { path } of entries) {
      assert(!path.startsWith("/") && !path.split("/").includes(".."), path);
    }
  }));
});

Deno.test("listingReader() takes any texts", () => {
  const names = ["root", "experiment", "by", "current", "run", "status", "jobs", "absent"];
  fc.assert(fc.property(fc.array(fc.oneof(fc.constantFrom(...names), text)), (texts) => {
    onlyOurs(() => {
      const { tell, listing } = listingReader("host");
      for (const one of texts) tell(one);
      listing();
    });
  }));
});

Deno.test("followProgress(), judge() and failedJobs() take whatever rsync and ssh say", async () => {
  const line = fc.oneof(
    text,
    fc.nat().map((bytes) => `  ${bytes}  63%   94.00MB/s    0:01:15 (xfr#26, ir-chk=1/2)`),
    text.map((path) => `rsync: [sender] send_files failed to open "/ws/jobs/t/1/${path}": x (13)`),
    text.map((path) => `file has vanished: "/ws/${path}"`),
  );
  const codes = fc.constantFrom(0, 1, 5, 10, 11, 12, 23, 24, 30, 255, 143);
  await fc.assert(fc.asyncProperty(fc.array(line), codes, sizes, async (lines, code, cuts) => {
    const said = lines.join("\n");
    const stdout = ReadableStream.from(
      chunks(encoder.encode(said.replaceAll("\n", "\r")), cuts),
    ) as ReadableStream<Uint8Array<ArrayBuffer>>;
    await followProgress({ stdout }, (bytes) => assert(bytes >= 0 && !Number.isNaN(bytes)));
    const outcome = onlyOurs(() => judge(code, said, {}));
    const jobs = [{ taskId: "t", jobId: "1" }];
    if (outcome !== undefined) onlyOurs(() => failedJobs(outcome, jobs));
    assert(/^(\d+\.\d+\.\d+)?$/.test(rsyncVersion(said)));
  }));
});

Deno.test("readJobsFile() takes any text, and reads each line as if it were alone", () => {
  const job = fc.record({ job_id: text, task_id: text, tags: fc.json(), transient: fc.anything() });
  const line = fc.oneof(
    text.map((one) => one.replaceAll("\n", "")),
    job.map((one) => JSON.stringify(one)),
    fc.integer().map((n) => `{"job_id": "${n}", "task_id": "t", "tags": {"a": 1e-07}}`),
    fc.json(),
  );
  fc.assert(fc.property(fc.array(line, { minLength: 1 }), (lines) => {
    const { jobs, problems } = readJobsFile(lines.map((one) => `${one}\n`).join(""));
    const alone = lines.map((one) => readJobsFile(one));
    assertEquals(problems.length, alone.flatMap((one) => one.problems).length);
    const folders = alone.flatMap((one) => one.jobs).map(jobFolder);
    assertEquals(jobs.map(jobFolder), [...new Set(folders)]);
    for (const [at, one] of alone.entries()) {
      assertEquals(one.jobs.length + one.problems.length, lines[at]!.trim() === "" ? 0 : 1);
    }
    for (const { jobId, taskId } of jobs) assert(isId(jobId) && isId(taskId));
    const named = problems.map((problem) => Number(/^line (\d+): /.exec(problem)![1]));
    assert(named.every((number, index) => number > (named[index - 1] ?? 0)));
  }));
});

Deno.test("readRunStatus() and readTransientJobs() take any text", () => {
  const json = fc.oneof(
    text,
    fc.json(),
    fc.json().map((one) => `{"job_states": ${one}, "run_tags": ${one}}`),
  );
  fc.assert(fc.property(json, (one) => {
    readRunStatus(one);
    readTransientJobs(`${one}\n{"job_id": ${one}}`);
  }));
});

const MAP = pathMap({
  workspace: ["/ws/main", "/mnt/scratch/main"],
  moved: ["/fast/jobs"],
  jobs: "/big/jobs",
  experiments: "/mnt/scratch/main/experiments",
  partials: "/mnt/scratch/main/partials",
  destination: '/home/é/new "ws"',
});

const KINDS: DocumentKind[] = ["params", "job-status", "objects", "lines", "run-status"];
const kind = fc.constantFrom(...KINDS);

Deno.test("relocate(), addTags() and markEnded() take any text for JSON or for none", () => {
  const json = fc.oneof(
    text,
    fc.json(),
    fc.json().map((one) => `{"objects": ${one}, "services": ${one}}`),
  );
  fc.assert(fc.property(json, kind, (content, of) => {
    onlyOurs(() => relocate(of, content, MAP, "/x"), SyntaxError);
    onlyOurs(() => addTags(content, ["a", "b"]), SyntaxError);
    onlyOurs(() => markEnded(content), SyntaxError);
  }));
});

/** A piece of a document: text that must stay, or a path, as spelled and as it should become. */
type Piece = string | { path: string };

const space = fc.constantFrom("", " ", "\n", "\t ", "\r\n");
const path = fc.oneof(
  fc.constantFrom("/ws/main", "/ws/main/", "/ws/mainly", "/ws", "/fast/jobs/t/1", "/big/jobs"),
  fc.constantFrom("/ws/main/../x", "/etc/passwd", "", "jobs/t/1", "/ws/main/jobs/../../y"),
  fc.string({ unit: "grapheme", maxLength: 12 }).map((rest) => `/ws/main/${rest}`),
  fc.string({ unit: "binary", maxLength: 12 }).map((rest) => `/mnt/scratch/main/${rest}`),
);
/** A text in quotes, with escapes that no writer would need. */
const quoted = fc.tuple(fc.string({ unit: "grapheme", maxLength: 10 }), fc.boolean()).map(
  ([one, escaped]) =>
    escaped
      ? `"${
        Array.from({ length: one.length }, (_, at) =>
          `\\u${one.charCodeAt(at).toString(16).padStart(4, "0")}`).join("")
      }"`
      : JSON.stringify(one),
);
const scalar = fc.constantFrom(
  "1e-07",
  "12345678901234567890",
  "NaN",
  "-Infinity",
  "true",
  "null",
  "-0.0",
);

/** A value as pieces: objects and lists around scalars, texts and paths that count as such. */
const { value } = fc.letrec<{ value: Piece[] }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.oneof(scalar, quoted).map((one) => [one]),
    fc.tuple(path, space).map(([one, gap]): Piece[] => [
      `{"type":${gap}"path",${gap}"value": `,
      { path: one },
      `${gap}}`,
    ]),
    fc.tuple(path, space).map(([one, gap]): Piece[] => [
      `{"type":${gap}"path", "base": "job", "value": ${JSON.stringify(one)}}`,
    ]),
    fc.tuple(fc.array(tie("value"), { maxLength: 4 }), space).map(([items, gap]): Piece[] => [
      `[${gap}`,
      ...items.flatMap((item, index) => index === 0 ? item : [`,${gap}`, ...item]),
      `${gap}]`,
    ]),
    fc.tuple(fc.array(fc.tuple(quoted, tie("value")), { maxLength: 4 }), space)
      .map(([entries, gap]): Piece[] => [
        `{${gap}`,
        ...entries.flatMap(([key, item], index): Piece[] => [
          `${index === 0 ? "" : ","}"k${index}${key.slice(1)}:${gap}`,
          ...item,
        ]),
        `}`,
      ]),
  ),
}));

/** What pieces are before, and what they should be after. */
function documents(pieces: Piece[]): [before: string, after: string] {
  const spell = (one: string) =>
    JSON.stringify(one).replace(
      /[\u007f-\uffff]/g,
      (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`,
    );
  const before = pieces.map((piece) =>
    typeof piece === "string" ? piece : JSON.stringify(piece.path)
  );
  const after = pieces.map((piece, index) => {
    if (typeof piece === "string") return piece;
    const moved = relocatePath(piece.path, MAP);
    return moved === undefined || moved === piece.path ? before[index]! : spell(moved);
  });
  return [before.join(""), after.join("")];
}

Deno.test("relocate() changes no byte outside the paths that it relocates", () => {
  fc.assert(fc.property(value, (pieces) => {
    const [before, after] = documents(pieces);
    readJson(before);
    assertEquals(relocate("objects", before, MAP).text ?? before, after);
    const [old, moved] = [`{"objects": ${before}, "x": 1}`, `{"objects": ${after}, "x": 1}`];
    assertEquals(relocate("params", old, MAP).text ?? old, moved);
  }));
});

Deno.test("relocate() changes no byte of a line outside its paths, whatever the other lines are", () => {
  const torn = text.map((one) => [`${one.replaceAll("\n", "")}{`]);
  fc.assert(fc.property(fc.array(fc.oneof(value, torn), { maxLength: 6 }), (lines) => {
    const both = lines.map((pieces) =>
      documents(
        pieces.map((piece) => typeof piece === "string" ? piece.replaceAll(/[\r\n]/g, " ") : piece),
      )
    );
    const before = both.map(([one]) => one).join("\n");
    const after = both.map(([, one]) => one).join("\n");
    assertEquals(relocate("lines", before, MAP).text ?? before, after);
  }));
});

const FOLDER = "jobs/t/1";

/** Archives of one job, as we make them ourselves. */
const job = fc.array(
  fc.record({
    name: fc.string({ unit: "grapheme", minLength: 1, maxLength: 60 })
      .map((name) => name.replaceAll(/[/\0]/g, "_").repeat(3)),
    content: fc.option(fc.uint8Array({ maxLength: 1200 }), { nil: undefined }),
  }),
  { minLength: 1, maxLength: 4 },
).map((things) => {
  const entries: OverlayEntry[] = [{ path: FOLDER, kind: "folder", mode: 0o755, mtime: "1.5" }];
  for (const { name, content } of things) {
    const path = `${FOLDER}/x${name}`;
    entries.push(
      content === undefined
        ? { path, kind: "link", target: `/etc/${name}`, mtime: "2" }
        : { path, kind: "file", mode: 0o644, mtime: "3.25", bytes: content },
    );
  }
  return { entries, bytes: Uint8Array.from([...archive(entries)].flatMap((part) => [...part])) };
});

/** An archive of that job, on the way from a host. */
function through(stream: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const passage = new StreamRewriter([plannedJob("t", "1")], undefined, MAP, "host");
  return editTar(stream, passage, {
    from: "host",
    mostBytes: 1 << 20,
    owner: 0,
    onBytes: () => {},
  });
}

async function passed(bytes: Uint8Array, cuts: number[]): Promise<Uint8Array> {
  const parts: number[] = [];
  for await (const part of through(new Chunks(byteStream(chunks(bytes, cuts))))) {
    parts.push(...part);
  }
  return Uint8Array.from(parts);
}

Deno.test("editTar() passes on, and members() reads, every archive of what was asked for", async () => {
  await fc.assert(
    fc.asyncProperty(job, sizes, async ({ entries, bytes }, cuts) => {
      assertEquals(await passed(bytes, cuts), bytes);
      const read = [...members(bytes)].map(({ name, mtime }) => `${name} ${mtime}`).sort();
      assertEquals(read, entries.map(({ path, mtime }) => `${path} ${mtime}`).sort());
    }),
    { numRuns: 100 },
  );
});

Deno.test("editTar() and members() take any bytes for an archive or for none", async () => {
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 3000 }),
    fc.tuple(job, changes).map(([{ bytes }, list]) => changed(bytes, list)),
  );
  await fc.assert(fc.asyncProperty(bytes, sizes, async (archive, cuts) => {
    onlyOurs(() => [...members(archive)]);
    const pass = passed(archive, cuts);
    await pass.catch((error) => assert(error instanceof CopyError, error));
  }));
});

Deno.test("editTar() lets no archive through that tar unpacks elsewhere", async () => {
  const root = await Deno.makeTempDir();
  const place = fc.constantFrom(
    ...["../out", "/tmp/xpm-out", "jobs/t/2/x", "jobs/t/1/../2", "replaced/x", "jobs/t", ".", ""],
    ...["jobs//t/1", "./jobs/t/1/x", "jobs/t/1x", "jobs/t/1\0/../../x", "experiments/e/r/x"],
  );
  const other = fc.tuple(job, place, fc.boolean()).map(([{ entries }, path, isLink]) => {
    const entry: OverlayEntry = isLink
      ? { path, kind: "link", target: "x", mtime: "1" }
      : { path, kind: "file", mode: 0o644, mtime: "1", bytes: Uint8Array.of(1) };
    return Uint8Array.from([...archive([...entries, entry])].flatMap((part) => [...part]));
  });
  const any = fc.oneof(
    other,
    fc.tuple(job, changes).map(([{ bytes }, list]) => changed(bytes, list)),
  );
  try {
    await fc.assert(
      fc.asyncProperty(any, async (bytes) => {
        const through = await passed(bytes, [700]).catch(() => undefined);
        if (through === undefined) return;
        await Deno.mkdir(`${root}/in/staging`, { recursive: true });
        await Deno.writeFile(`${root}/a.tar`, through);
        shell(
          `${root}/in/staging`,
          'tar "$@" < ../../a.tar 2> /dev/null || :',
          LINKS_AT_ONCE,
          ...UNPACK_ARGUMENTS,
        );
        const found = shell(`${root}/in`, "find . ! -path './staging/jobs/t/1*' -print");
        const expected = [".", "./staging", "./staging/jobs", "./staging/jobs/t"];
        assert(found.trim().split("\n").every((path) => expected.includes(path)), found);
        await Deno.remove(`${root}/in`, { recursive: true });
      }),
      { numRuns: 120 },
    );
  } finally {
    await Deno.remove(root, { recursive: true });
  }
});

/** An archive of a file, with another record in place of its time. */
function withRecord(record: string): Uint8Array {
  const mtime = `${"1".repeat(record.length - "mtime=".length - 2)}.5`;
  const file = {
    path: `${FOLDER}/x`,
    kind: "file",
    mode: 0o644,
    bytes: new Uint8Array(9),
  } as const;
  const bytes = Uint8Array.from([...archive([{ ...file, mtime }])].flatMap((part) => [...part]));
  const at = 512 + new TextDecoder().decode(bytes.subarray(512)).indexOf("mtime=");
  bytes.set(encoder.encode(record), at);
  return bytes;
}

// What tar skips before a key is no part of it for tar, and what comes after a NUL is no part of a value.
for (
  const record of ["\tpath=jobs/t/2/x", " path=jobs/t/2/x", "path=jobs/t/1/x\0y", "path=\0y1234"]
) {
  Deno.test(`editTar() takes no archive with a record ${JSON.stringify(record)}`, async () => {
    await assertRejects(
      () => passed(withRecord(record), []),
      CopyError,
      "data that is not a tar archive",
    );
  });
}

// By a map of holes tar could take the bytes of what comes next for those of this file.
for (const record of ["GNU.sparse.major=1", "GNU.sparse.map=0,9999", "GNU.sparse.size=999"]) {
  Deno.test(`editTar() leaves out a file with ${record}`, async () => {
    const left = await passed(withRecord(record), []);
    assertEquals(left.some((byte) => byte !== 0), false);
  });
}

/** An archive of a file, with other bytes in its header. */
function withField(at: number, field: string): Uint8Array {
  const file = { path: `${FOLDER}/x`, kind: "file", mode: 0o644, mtime: "1" } as const;
  const bytes = Uint8Array.from(
    [...archive([{ ...file, bytes: new Uint8Array(9) }])].flatMap((part) => [...part]),
  );
  const header = bytes.subarray(1024, 1536); // its time comes before it
  header.set(encoder.encode(field), at);
  writeSum(header);
  return bytes;
}

// BUG when this was written: tar reads other sizes there, and takes what a file holds for members;
// and it takes a file for a folder when its name ends so.
const FIELDS: [what: string, at: number, field: string][] = [
  ["a NUL before its size", 124, "\0" + "0000000011" + "\0"],
  ["a blank in its size", 124, "1 000000011\0"],
  ["a size of twelve digits", 124, "000000000011"],
  ["a size with no digits", 124, "\0".repeat(12)],
  ["the name of a folder", 0, `${FOLDER}/x/\0`],
];

for (const [what, at, field] of FIELDS) {
  Deno.test(`editTar() takes no archive of a file with ${what}`, async () => {
    await assertRejects(
      () => passed(withField(at, field), []),
      CopyError,
      "an unexpected file type",
    );
  });
}

Deno.test("editTar() refuses more bytes than there can be", async () => {
  async function* endless() {
    for (;;) {
      yield new Uint8Array(1 << 16);
      await Promise.resolve();
    }
  }
  const error = await assertRejects(async () => {
    for await (const _ of through(endless()));
  }, CopyError);
  assertEquals(error.message, "host sent more than requested");
});
