/**
 * Which way each file of a load goes: rules of what was found.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import type { FoundJob } from "../../../lib/copy/found_job.ts";
import type { FoundRunFolder } from "../../../lib/copy/inventory.ts";
import type { Load } from "../../../lib/copy/loads.ts";
import {
  contentInStream,
  mostBytesOf,
  namedOf,
  packRequestOf,
  type Route,
  routeOf,
} from "../../../lib/copy/route.ts";
import type { SurveyData } from "../../../lib/copy/surveyed.ts";
import type { CopyOptions, PlannedJob } from "../../../lib/copy/types.ts";
import { type Content, contentOf } from "../../../lib/system/content.ts";
import type { Entry } from "../../../lib/system/entry.ts";
import { emptyPlan } from "../../cli/samples.ts";
import { plannedJob } from "../../support/planned_job.ts";

const RUN = "experiments/e/20260118_170744";
const GNU = "tar (GNU tar) 1.35";

function entry(path: string, kind: Entry["kind"], more: Partial<Entry> = {}): Entry {
  return { path, kind, size: 0, mtime: "1700000000", mode: 0o755, ...more };
}

/** A job of three small files, two of them documents, in two folders. */
function foundJob(more: Partial<FoundJob> = {}): FoundJob {
  const status = ".experimaestro/status.json";
  const parts = [
    entry(".experimaestro", "folder"),
    entry("params.json", "file", { size: 100 }),
    entry(status, "file", { size: 50 }),
    entry("out", "file", { size: 30 }),
  ];
  return {
    ...contentOf(parts),
    files: 3,
    bulk: contentOf([parts[0]!, parts[3]!]),
    markers: new Set(["t.done"]),
    latest: "1700000000",
    latestFile: "1700000000",
    pidTime: undefined,
    documents: [status, "params.json"],
    oversized: [],
    folders: new Map([["", entry("", "folder")], [".experimaestro", parts[0]!]]),
    links: [],
    large: [],
    holes: false,
    special: false,
    linked: undefined,
    trouble: undefined,
    ...more,
  };
}

/** What makes a job go by rsync, or the others by the stream. */
interface Case {
  found?: Partial<FoundJob>;
  job?: Partial<PlannedJob>;
  run?: Entry[];
  options?: CopyOptions;
  tars?: [source: string, destination: string];
  more?: { resumed?: boolean; together?: boolean; isSecond?: boolean };
}

/** A load of one job and the run, what is known of them, and their route. */
function routed({ found, job, run = [], options = {}, tars = [GNU, GNU], more = {} }: Case) {
  const planned = { ...plannedJob("t", "1"), ...job };
  const folder: FoundRunFolder = new Map(
    [entry("", "folder"), entry("status.json", "file", { size: 9 }), ...run].map((one) =>
      [one.path, one] as const
    ),
  );
  const plan = { ...emptyPlan(), experimentId: "e", runId: "20260118_170744", jobs: [planned] };
  plan.run = { ...plan.run, action: "copy" };
  const known = {
    plan,
    can: { source: { tar: tars[0] }, destination: { tar: tars[1] } },
    found: { source: { jobs: new Map([["jobs/t/1", foundJob(found)]]), run: folder } },
    infos: { source: { realPath: "/ws" } },
  } as unknown as SurveyData;
  const load: Load = {
    staging: "/s",
    jobs: [planned],
    links: [],
    settled: [],
    withRun: true,
    last: true,
  };
  return { known, load, route: routeOf(load, known, options, { resumed: false, ...more }) };
}

function goesWhole(route: Route): boolean {
  assertEquals(route.whole.length + route.apart.length, 1);
  return route.whole.length === 1;
}

Deno.test("routeOf() sends an ended job of small files by the stream, and the run after it", () => {
  const { route } = routed({});
  assert(goesWhole(route));
  assertEquals([route.run, route.isRunApart, route.isSecond], [RUN, false, false]);
  assert(goesWhole(routed({ job: { source: "failed" } }).route));
  assert(goesWhole(routed({ found: { bytes: 3 * 2 ** 18 } }).route));
});

const BY_RSYNC: Record<string, Case> = {
  "a job that still runs": { job: { source: "running" } },
  "a job that is unfinished": { job: { source: "unfinished" } },
  "large files": { found: { bytes: 3 * 2 ** 18 + 1 } },
  "files with holes": { found: { holes: true } },
  "a pipe or a socket": { found: { special: true } },
  "a folder that is closed": {
    found: { folders: new Map([["", entry("", "folder", { mode: 0o555 })]]) },
  },
  "a folder that is a link": {
    found: { linked: { folder: "jobs/t/1", target: "/fast/jobs/t/1", realPath: "/fast/jobs/t/1" } },
  },
  "a link in place of a document": {
    found: { links: [entry("params.json", "link", { target: "/etc/x" })] },
  },
  "a resumed copy": { more: { resumed: true } },
  "two ends on one remote machine": { more: { together: true } },
  "patterns to exclude": { options: { exclude: ["*.ckpt"] } },
  "a limit of the rate": { options: { bandwidthLimit: 100 } },
  "another tar at the source": { tars: ["bsdtar 3.5.1", GNU] },
  "another tar at the destination": { tars: [GNU, "tar (busybox) 1.36.1"] },
};

for (const [what, how] of Object.entries(BY_RSYNC)) {
  Deno.test(`routeOf() has rsync bring the files of a job, for ${what}`, () => {
    assert(!goesWhole(routed(how).route));
  });
}

Deno.test("routeOf() has rsync bring what of a run tar cannot, and all that failed before", () => {
  const isApart = (how: Case) => routed(how).route.isRunApart;
  assert(isApart({ run: [entry("pipe", "other")] }));
  assert(isApart({ run: [entry("sparse", "file", { holes: true })] }));
  assert(!isApart({ run: [entry("configs.json", "file", { holes: true })] }), "it is rewritten");
  assert(isApart({ tars: ["bsdtar 3.5.1", GNU] }));
  assert(isApart({ more: { isSecond: true } }));
  const { known, load } = routed({});
  assertEquals(routeOf({ ...load, withRun: false }, known, {}, { resumed: false }).run, undefined);
  known.plan.run.action = "skip";
  assertEquals(routeOf(load, known, {}, { resumed: false }).run, undefined);
});

Deno.test("namedOf() names documents, links and folders: params.json first, then as in a walk", () => {
  const folders = ["", ".experimaestro", "a", "a/b", "a-b"];
  const { known, route } = routed({
    found: {
      folders: new Map(folders.map((path) => [path, entry(path, "folder")])),
      links: [entry("a/z", "link"), entry("a.l", "link")],
      holes: true,
    },
    run: [entry("pipe", "other"), entry("jobs", "folder"), entry("jobs/t/1", "link")],
  });
  assertEquals(Object.fromEntries(namedOf(route, known)), {
    "jobs/t/1": [
      "",
      "params.json",
      ".experimaestro",
      ".experimaestro/status.json",
      ...["a", "a/b", "a/z", "a-b", "a.l"],
    ],
    [RUN]: ["", "jobs", "jobs/t/1", "status.json"],
  });
  assertEquals([...namedOf(routed({}).route, known)], [], "all goes as a whole");
});

Deno.test("namedOf() leaves documents out that are too large to be rewritten", () => {
  const oversized = [".experimaestro/status.json"];
  const { known, route } = routed({ found: { oversized, holes: true } });
  assertEquals(namedOf(route, known).get("jobs/t/1"), ["", "params.json", ".experimaestro"]);
});

Deno.test("packRequestOf() packs what a link leads to, before what is in it", () => {
  const linked = { folder: "jobs/t/1", target: "/f/jobs/t/1", realPath: "/f/jobs/t/1" };
  const { known, load, route } = routed({ found: { linked, documents: ["params.json"] } });
  const { root, folders, entries, leftBehind, isPlain } = packRequestOf(route, load, known);
  assertEquals([root, folders, isPlain], ["/ws", [RUN], false]);
  assertEquals(entries, [".", "params.json", ".experimaestro"].map((path) => `jobs/t/1/${path}`));
  assert(leftBehind.includes("jobs/t/*/t.pid"), leftBehind.join(" "));
  assert(!leftBehind.some((place) => place.endsWith("/jobs")), "links of the run are rewritten");
});

Deno.test("packRequestOf() tells of documents that are hard links, only where they go by themselves", () => {
  const withShared = (how: Case) => {
    const { known, load, route } = routed(how);
    return packRequestOf(route, load, known).withSharedDocuments;
  };
  assertEquals(withShared({ found: { hasSharedDocuments: true, holes: true } }), true);
  assertEquals(withShared({ found: { hasSharedDocuments: true } }), false);
  assertEquals(withShared({ run: [entry("configs.json", "file", { shared: "1.2" })] }), true);
  assertEquals(withShared({ run: [entry("notes", "file", { shared: "1.2" })] }), false);
});

Deno.test("contentInStream() sums up what of each folder will pass", () => {
  const sums = (content: Content | undefined) => [content?.names, content?.bytes];
  const whole = routed({});
  const all = contentInStream(whole.route, whole.known);
  assertEquals([...all.keys()], ["jobs/t/1", RUN]);
  assertEquals(sums(all.get("jobs/t/1")), sums(foundJob()));
  const apart = routed({ found: { holes: true } });
  const skeleton = contentOf([
    entry(".experimaestro", "folder"),
    entry("params.json", "file", { size: 100 }),
    entry(".experimaestro/status.json", "file", { size: 50 }),
  ]);
  assertEquals(sums(contentInStream(apart.route, apart.known).get("jobs/t/1")), sums(skeleton));
  assertEquals(sums(all.get(RUN)), sums(contentOf([entry("status.json", "file", { size: 9 })])));
  whole.known.plan.run.inProgress = true;
  assertEquals(
    [...contentInStream(whole.route, whole.known).keys()],
    ["jobs/t/1"],
    "it may change",
  );
});

Deno.test("mostBytesOf() has room for twice the bytes that were found", () => {
  const small = routed({});
  const large = routed({ found: { bytes: 10 ** 9 } });
  const [least, most] = [small, large].map(({ load, known }) => mostBytesOf(load, known)) as [
    number,
    number,
  ];
  assert(least > 2 * foundJob().bytes);
  assertEquals(most - least, 2 * (10 ** 9 - foundJob().bytes));
});
