/**
 * Listing what is in folders.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { hasByteNames } from "../support/byte_names.ts";
import { shell } from "../support/shell.ts";
import type { Case } from "./conformance.ts";
import { type Fixture, ROOT } from "./fixture.ts";

const JOB = "jobs/pkg.T/a";
const FOLDER = { folder: 0o755 };

/** Names that are read as something else where somebody is careless. */
const NAMES = [
  ...[" ", "a b ", "-rf", "*", "$(id)", "`id`", "'", '"', "\\n", "%s", "#", "~", "é", "tab\there"],
  ...["two\nlines", "..x", "[a]", "{a,b}", ";", "&&", "\u0001", "links", "end"],
];

/** Times that are not the same twice, and what the host tells of them. */
class Times {
  readonly #told = new Map<string, string>();
  constructor(readonly fixture: Fixture) {}

  /** Gives paths of `ws` times of their own. */
  set(...paths: string[]): void {
    paths.forEach((path, index) => {
      const time = `${1600000000 + index * 86400}.${String(123456789 + index).padStart(9, "0")}`;
      this.fixture.touch(time, `ws/${path}`);
      this.#told.set(path, this.fixture.time(time));
    });
  }

  /** What is told of a path. */
  of(path: string): string {
    return this.#told.get(path)!;
  }
}

export const scanCases: readonly Case[] = [
  {
    name:
      "scan() tells kinds, modes, sizes, times, targets and holes, and follows no link in a job",
    async check(f) {
      f.make({
        [`ws/${JOB}/T.done`]: "",
        [`ws/${JOB}/sub/out`]: "12345",
        [`ws/${JOB}/sub/again`]: { same: `ws/${JOB}/sub/out` },
        [`ws/${JOB}/hole`]: { hole: 1 << 20 },
        [`ws/${JOB}/full`]: "x".repeat(1 << 13),
        [`ws/${JOB}/fifo`]: { fifo: true },
        [`ws/${JOB}/relative`]: { link: "sub" },
        [`ws/${JOB}/absolute`]: { link: `${ROOT}/ws/jobs` },
        [`ws/${JOB}/odd`]: { link: "a 'b'\n$c " },
        [`ws/${JOB}/empty`]: { folder: 0o700 },
        "ws/experiments/e/r/jobs/x/y": { link: "nowhere" },
      });
      Deno.chmodSync(f.at(`ws/${JOB}/full`), 0o640);
      const times = new Times(f);
      const inJob = ["T.done", "sub/out", "hole", "full", "fifo", "relative", "absolute", "odd"];
      const run = ["/jobs/x/y", "/jobs/x", "/jobs", ""].map((path) => `experiments/e/r${path}`);
      times.set(...[...inJob, "empty", "sub", ""].map((path) => `${JOB}/${path}`), ...run);
      const { found, links } = await f.scan([JOB, "experiments/e/r"]);
      const told = (path: string, what: string, target?: string) => {
        const to = target === undefined ? "" : `, to ${target}`;
        return [path.replace(/\/$/, ""), `${what}, ${times.of(path)}${to}`];
      };
      assertEquals(
        found,
        Object.fromEntries([
          told(`${JOB}/`, "folder, 755"),
          told(`${JOB}/T.done`, "file, 644, 0 bytes"),
          told(`${JOB}/sub`, "folder, 755"),
          told(`${JOB}/sub/out`, "file, 644, 5 bytes"),
          [`${JOB}/sub/again`, `file, 644, 5 bytes, ${times.of(`${JOB}/sub/out`)}`],
          told(`${JOB}/hole`, "file, 644, 1048576 bytes, with holes"),
          told(`${JOB}/full`, "file, 640, 8192 bytes"),
          told(`${JOB}/fifo`, "other, 600"),
          told(`${JOB}/relative`, "link, 777", "sub"),
          told(`${JOB}/absolute`, "link, 777", `${ROOT}/ws/jobs`),
          told(`${JOB}/odd`, "link, 777", "a 'b'\n$c "),
          told(`${JOB}/empty`, "folder, 700"),
          told("experiments/e/r", "folder, 755"),
          told("experiments/e/r/jobs", "folder, 755"),
          told("experiments/e/r/jobs/x", "folder, 755"),
          told("experiments/e/r/jobs/x/y", "link, 777", "nowhere"),
        ]),
      );
      assertEquals(links, {});
    },
  },
  {
    name: "scan() tells which files have other names, and which of them are one",
    async check(f) {
      f.make({
        [`ws/${JOB}/one`]: "1",
        [`ws/${JOB}/@1.1 644 odd`]: { same: `ws/${JOB}/one` },
        "ws/jobs/pkg.T/b/sub/same": { same: `ws/${JOB}/one` },
        [`ws/${JOB}/two`]: "2",
        elsewhere: { same: `ws/${JOB}/two` },
        [`ws/${JOB}/alone`]: "3",
        [`ws/${JOB}/+1.1 alone`]: "4",
        [`ws/${JOB}/sub/link`]: { link: "../one" },
      });
      const shared = new Map<string, string>();
      const request = { root: f.at("ws"), folders: [JOB, "jobs/pkg.T/b"], jobStatesOnly: false };
      await (await f.host()).scan(request, (_, entry) => {
        if (entry.shared !== undefined) shared.set(entry.path, entry.shared);
      });
      assertEquals([...shared.keys()].sort(), ["@1.1 644 odd", "one", "sub/same", "two"]);
      const [one, two] = [shared.get("one"), shared.get("two")];
      assertEquals([shared.get("@1.1 644 odd"), shared.get("sub/same")], [one, one]);
      assert(one !== two);
    },
  },
  {
    name: "scan() tells every name as it is",
    async check(f) {
      const jobs = ["a b", "$(id)", "*", "'\"\\n"].map((name) => `jobs/pkg.T x/${name}`);
      for (const job of jobs) f.make({ [`ws/${job}`]: FOLDER });
      for (const name of NAMES) f.make({ [`ws/${jobs[0]}/${name}/${name}`]: "" });
      const { found } = await f.scan(jobs);
      const expected = NAMES.flatMap((name) => [name, `${name}/${name}`])
        .map((path) => `${jobs[0]}/${path}`);
      assertEquals(Object.keys(found).sort(), [...jobs, ...expected].sort());
    },
  },
  {
    name: "scan() tells names and targets that are not UTF-8, each byte by itself",
    ignored: () => hasByteNames() ? undefined : "no file can have such a name here",
    async check(f) {
      f.make({ [`ws/${JOB}/plain`]: "" });
      const script = `byte=$(printf '\\351'); mkdir "d$byte"; echo one > "d$byte/in"
        ln -s "/x/caf$byte -> $byte" "d$byte/a -> b"; ln -s "$byte" target; : > "n$byte"
        : > "$(printf 'n\\357\\277\\275')"`;
      shell(f.at(`ws/${JOB}`), script);
      const { found } = await f.scan([JOB]);
      const paths = ["d\udce9", "d\udce9/in", "d\udce9/a -> b", "target", "n\udce9", "n\ufffd"];
      assertEquals(
        Object.keys(found).sort(),
        [JOB, ...["plain", ...paths].map((path) => `${JOB}/${path}`)].sort(),
      );
      const targets = ["d\udce9/a -> b", "target"].map((path) =>
        found[`${JOB}/${path}`]!.split(", to ")[1]
      );
      assertEquals(targets, ["/x/caf\udce9 -> \udce9", "\udce9"]);
      assert(found[`${JOB}/d\udce9/in`]!.startsWith("file, 644, 4 bytes, "));
    },
  },
  {
    name: "scan() follows a job's link to a folder of that job, and tells of all that are links",
    async check(f) {
      f.make({
        "moved/jobs/t/a/out": "1",
        "moved/jobs/t/a/deep/in": "2",
        "moved/jobs/u/b/out": "3",
        "ws/jobs/t/a": { link: `${ROOT}/moved/jobs/t/a` },
        "ws/jobs/t/slash": { link: "../../../moved/jobs/t/slash/" },
        "moved/jobs/t/slash/out": "4",
        "ws/jobs/t/other": { link: `${ROOT}/moved/jobs/t/a` },
        "ws/jobs/t/gone": { link: `${ROOT}/moved/jobs/t/gone` },
        "ws/jobs/t/file": "5",
        "ws/jobs/t/plain": FOLDER,
        "ws/jobs/u": { link: `${ROOT}/moved/jobs/u` },
      });
      const jobs = ["a", "slash", "other", "gone", "file", "plain", "none"].map((id) =>
        `jobs/t/${id}`
      );
      const { found, links } = await f.scan([...jobs, "jobs/u/b", "jobs/u/none", "jobs/v/none"]);
      // one that leads elsewhere is no job: whether it was followed does not matter
      const inOther = (path: string) => path.startsWith("jobs/t/other");
      const kinds = Object.entries(found).filter(([path]) => !inOther(path))
        .map(([path, told]) => [path, told.startsWith("folder") ? "folder" : "none"]);
      assertEquals(Object.fromEntries(kinds), {
        "jobs/t/a": "folder",
        "jobs/t/a/out": "none",
        "jobs/t/a/deep": "folder",
        "jobs/t/a/deep/in": "none",
        "jobs/t/slash": "folder",
        "jobs/t/slash/out": "none",
        "jobs/t/gone": "none",
        "jobs/t/file": "none",
        "jobs/t/plain": "folder",
        "jobs/u/b": "folder",
        "jobs/u/b/out": "none",
      });
      assertEquals(Object.keys(links).filter(inOther), ["jobs/t/other"]);
      delete links["jobs/t/other"];
      assert(links["jobs/t/gone"]!.startsWith(`${ROOT}/moved/jobs/t/gone = `));
      delete links["jobs/t/gone"];
      assertEquals(links, {
        "jobs/t/a": `${ROOT}/moved/jobs/t/a = ${ROOT}/moved/jobs/t/a`,
        "jobs/t/slash": `../../../moved/jobs/t/slash/ = ${ROOT}/moved/jobs/t/slash`,
        "jobs/u/b": `${ROOT}/moved/jobs/u/b = ${ROOT}/moved/jobs/u/b`,
      });
    },
  },
  {
    name: "scan() of states tells of jobs their markers only, and of the run all",
    async check(f) {
      f.make({
        "ws/jobs/pkg.T/done/T.done": "",
        "ws/jobs/pkg.T/done/out": "1",
        "ws/jobs/pkg.T/done/deep/T.failed": "",
        "ws/jobs/pkg.T/failed/T.failed": '{"reason": "x"}',
        "ws/jobs/pkg.T/runs/T.pid": "{}",
        "ws/jobs/pkg.T/runs/T.lock": "",
        "ws/jobs/pkg.T/runs/deep/T.done": "",
        "ws/jobs/pkg.T/begun/out": "1",
        "ws/jobs/pkg.T/both/T.done": "",
        "ws/jobs/pkg.T/both/T.pid": "{}",
        "ws/jobs/plain/x y/plain.done": "",
        "moved/jobs/pkg.T/moved/T.done": "",
        "ws/jobs/pkg.T/moved": { link: `${ROOT}/moved/jobs/pkg.T/moved` },
        "moved/jobs/pkg.T/begun there/T.pid": "{}",
        "moved/jobs/pkg.T/begun there/out": "1",
        "ws/jobs/pkg.T/begun there": { link: `${ROOT}/moved/jobs/pkg.T/begun there` },
        "ws/experiments/e/r/status.json": "{}",
        "ws/experiments/e/r/deep/out": "{}",
      });
      const ids = ["done", "failed", "runs", "begun", "both", "moved", "begun there", "none"];
      const jobs = [...ids.map((id) => `jobs/pkg.T/${id}`), "jobs/plain/x y"];
      const { found, links } = await f.scan([...jobs, "experiments/e/r", "experiments/e/none"], {
        statesOnly: true,
      });
      assertEquals(found, {
        "jobs/pkg.T/done": "folder",
        "jobs/pkg.T/done/T.done": "file",
        "jobs/pkg.T/failed": "folder",
        "jobs/pkg.T/failed/T.failed": "file",
        "jobs/pkg.T/runs": "folder",
        "jobs/pkg.T/runs/T.pid": "file",
        "jobs/pkg.T/begun": "folder",
        "jobs/pkg.T/both": "folder",
        "jobs/pkg.T/both/T.done": "file",
        "jobs/pkg.T/both/T.pid": "file",
        "jobs/pkg.T/moved": "folder",
        "jobs/pkg.T/moved/T.done": "file",
        "jobs/pkg.T/begun there": "folder",
        "jobs/pkg.T/begun there/T.pid": "file",
        "jobs/plain/x y": "folder",
        "jobs/plain/x y/plain.done": "file",
        "experiments/e/r": "folder",
        "experiments/e/r/status.json": "file",
        "experiments/e/r/deep": "folder",
        "experiments/e/r/deep/out": "file",
      });
      assertEquals(Object.keys(links), ["jobs/pkg.T/moved", "jobs/pkg.T/begun there"]);
    },
  },
  {
    name: "scan() passes over what may not be read, and tells of the rest",
    concerns: ({ remote, user }) => !remote || user !== 0,
    ignored: ({ user }) => user === 0 ? "root may read anything" : undefined,
    modes: true,
    async check(f) {
      f.make({
        [`ws/${JOB}/closed/in`]: "1",
        [`ws/${JOB}/open`]: "2",
        "ws/jobs/pkg.T/shut/in": "3",
        "ws/jobs/pkg.T/last/out": "4",
      });
      for (const path of [`${JOB}/closed`, "jobs/pkg.T/shut"]) {
        Deno.chmodSync(f.at(`ws/${path}`), 0);
      }
      const { found } = await f.scan([JOB, "jobs/pkg.T/shut", "jobs/pkg.T/last"]);
      assertEquals(Object.keys(found).sort(), [
        JOB,
        `${JOB}/closed`,
        `${JOB}/open`,
        "jobs/pkg.T/last",
        "jobs/pkg.T/last/out",
        "jobs/pkg.T/shut",
      ]);
    },
  },
];
