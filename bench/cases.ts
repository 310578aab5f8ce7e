/**
 * What is measured, and how fast it must be.
 *
 * @module
 */

/**
 * Where the workspaces are. `memory`: where no disk makes noise; a `disk` only where one host does
 * all, for over ssh it tells nothing more and takes as long again.
 */
export type Place = "disk" | "memory";

/**
 * From where to where. `push` and `pull` are over ssh, to and from the other machine; `between` goes
 * from another machine to a third one.
 */
export type Route = "local" | "push" | "pull" | "between";

/**
 * Who copies; `rsyncs` are four at once over one login; `zstd` is `tar` with zstd at both ends;
 * `plan` writes nothing, nor does `modules`, which is the same from single modules; `help` and
 * `empty` only start; `check` and `sha256sum` read what was copied before, the latter at the
 * destination alone.
 */
export type Contender =
  | "ours"
  | "rsync"
  | "rsyncs"
  | "cp"
  | "tar"
  | "zstd"
  | "experimaestro"
  | "plan"
  | "modules"
  | "help"
  | "empty"
  | "check"
  | "sha256sum";

/** What stands at the destination before each run. */
export type There = "nothing" | "all" | "all but ten jobs";

/** The workspace that is copied. */
export interface Tree {
  /** How many jobs it has. */
  jobs: number;
  /** How large one more file of each job is, in random bytes. Default: there is none. */
  largeBytes?: number;
}

/** A contender in a case. */
export interface Lane {
  /** How the report names it. */
  label: string;
  /** Who copies. */
  contender: Contender;
  /** What it copies, where that is not the case's tree. */
  tree?: Tree;
  /** On a route between two machines, it goes one hop only: to here, or from here. */
  hop?: "first" | "second";
  /** It runs in so many rounds at most. Default: in all. */
  rounds?: number;
}

/** What a figure is judged by, from the best down. */
export interface Level {
  /** Its name in the report. */
  name: "goal" | "must";
  /** Where it lies. */
  value: number;
}

/**
 * What is asked of our program. `ratio`: at most so many times the other lane's time, with so many
 * round trips besides. `faster`: at least so many times as fast as the other. `extra`: at most so
 * many seconds more than the other. `memory`: at most so many MB at its peak. `hop`: at most so many
 * times the time of the slower of two hops. `processor`: the same for the processor time of what
 * runs on this machine.
 */
export type Limit =
  | { kind: "ratio"; against: Lane; roundTrips?: number; levels: Level[] }
  | { kind: "faster" | "extra"; against: Lane; levels: Level[] }
  | { kind: "memory" | "hop" | "processor"; levels: Level[] };

/** Something that is measured. */
export interface Case {
  /** What `--case` calls it. */
  name: string;
  /** What the report calls it. */
  title: string;
  /** From where to where. */
  route: Route;
  /** The round trip over ssh, in milliseconds. */
  roundTrip: number;
  /** How long each file, folder and link takes to be made there, in milliseconds. Default: 0. */
  creation?: number;
  /** What is copied. */
  tree: Tree;
  /** What stands at the destination before. */
  there: There;
  /** Who takes part; our program is the first. */
  lanes: [Lane, ...Lane[]];
  /** How often each runs. */
  rounds: number;
  /** Where it is measured, and what is asked there. */
  limits: Partial<Record<Place, Limit[]>>;
}

const OURS: Lane = { label: "xpm-copy", contender: "ours" };
const RSYNC: Lane = { label: "rsync -aH", contender: "rsync" };
const CP: Lane = { label: "cp -a", contender: "cp" };
const TAR: Lane = { label: "tar, ssh, tar", contender: "tar" };
const TARS: Lane = { label: "tar, tar", contender: "tar" };
const ZSTD: Lane = { label: "tar, zstd, ssh", contender: "zstd" };
const RSYNCS: Lane = { label: "four rsync -aH, one login", contender: "rsyncs" };
const HOPS: [Lane, Lane] = [
  { ...RSYNC, label: "rsync -aH, to here", hop: "first" },
  { ...RSYNC, label: "rsync -aH, from here", hop: "second" },
];
const EXPERIMAESTRO: Lane = { label: "experimaestro", contender: "experimaestro" };
const EMPTY: Lane = { label: "an empty program", contender: "empty" };

const THOUSAND: Tree = { jobs: 1000 };
const LARGE: Tree = { jobs: 8, largeBytes: 128 * 1024 * 1024 };
/** Our program on few jobs, in the same rounds. */
const FEWER: Lane = { ...OURS, label: "xpm-copy, 1,000 jobs", tree: THOUSAND };

/** What every case has, unless it says otherwise. */
const USUAL = { roundTrip: 0, tree: THOUSAND, there: "nothing", rounds: 5 } as const;

function levels(must: number, goal?: number): Level[] {
  const found: Level[] = [{ name: "must", value: must }];
  if (goal !== undefined) found.unshift({ name: "goal", value: goal });
  return found;
}

function ratio(against: Lane, must: number, goal?: number): Limit[] {
  return [{ kind: "ratio", against, levels: levels(must, goal) }];
}

/** What is asked in memory, and where one host does all, on disk too. */
function asked(route: Route, limits: Limit[]): Partial<Record<Place, Limit[]>> {
  return route === "local" ? { disk: limits, memory: limits } : { memory: limits };
}

/** The same case with texts, which zstd makes ten times smaller, and with bytes that stay as many. */
function ofBothKinds(make: (kind: "texts" | "random") => Case): Case[] {
  const { name, title, tree, lanes, ...rest } = make("random");
  const random = (tree: Tree) => ({ ...tree, largeBytes: 20_000 });
  const withRandom = (lane: Lane) => lane.tree ? { ...lane, tree: random(lane.tree) } : lane;
  const [ours, ...others] = lanes;
  return [make("texts"), {
    ...rest,
    name: `${name}-random`,
    title: `${title}, 20 kB of random bytes in each`,
    tree: random(tree),
    lanes: [withRandom(ours), ...others.map(withRandom)],
  }];
}

/** 1,000 jobs on one host. */
function thousandHere(): Case {
  return {
    ...USUAL,
    name: "jobs-local",
    title: "1,000 jobs, one host",
    route: "local",
    lanes: [OURS, RSYNC, CP, TARS],
    limits: { disk: ratio(RSYNC, 1), memory: ratio(RSYNC, 1.05) },
  };
}

/** 1,000 jobs over ssh, each way. */
function thousandOverSsh(
  route: "push" | "pull",
  roundTrip: 0 | 50,
  kind: "texts" | "random",
): Case {
  const near = route === "push" ? ratio(RSYNC, 1.05, 0.9) : ratio(RSYNC, 1.15, 1);
  const far: Limit[] = [
    ...ratio(RSYNC, kind === "texts" ? 0.75 : 0.85),
    { kind: "ratio", against: ZSTD, roundTrips: 3, levels: levels(1.15, 1.05) },
  ];
  return {
    ...USUAL,
    name: `jobs-${route}-${roundTrip}ms`,
    title: `1,000 jobs, ${overSsh(route, roundTrip)}`,
    route,
    roundTrip,
    lanes: roundTrip === 0 ? [OURS, RSYNC, TAR] : [OURS, RSYNC, TAR, ZSTD],
    limits: asked(route, roundTrip === 0 ? near : far),
  };
}

/** 1,000 jobs to a file system on which all that is made takes 2 ms, as on a network. */
function slowCreation(route: "local" | "push"): Case {
  const where = route === "local" ? "one host" : overSsh(route, 0);
  const others = route === "local" ? [RSYNC, CP, TARS] : [RSYNC, TAR];
  return {
    ...USUAL,
    name: route === "local" ? "jobs-slow-local" : "jobs-slow-push-0ms",
    title: `1,000 jobs, ${where}, 2 ms for each file made there`,
    route,
    creation: 2,
    // half a minute each, and always the same
    lanes: [OURS, ...others.map((lane) => ({ ...lane, rounds: 1 }))],
    rounds: 3,
    limits: { memory: ratio(RSYNC, 0.6, 0.3) },
  };
}

function overSsh(route: "push" | "pull", roundTrip: number): string {
  return `${route === "push" ? "to" : "from"} another host, ${roundTrip} ms round trip`;
}

/** All is there already. */
function again(route: "local" | "push", roundTrip: number, limits: Limit[]): Case {
  const where = route === "local" ? "one host" : overSsh(route, roundTrip);
  return {
    ...USUAL,
    name: route === "local" ? "again-local" : `again-push-${roundTrip}ms`,
    title: `Nothing to do, 1,000 jobs there, ${where}`,
    route,
    roundTrip,
    there: "all",
    lanes: [OURS, RSYNC],
    limits: asked(route, limits),
  };
}

function large(route: "local" | "push", limits: Limit[]): Case {
  return {
    ...USUAL,
    name: route === "local" ? "large-local" : "large-push-0ms",
    title: `8 files of 128 MiB, ${route === "local" ? "one host" : overSsh(route, 0)}`,
    route,
    tree: LARGE,
    lanes: [OURS, RSYNC, route === "local" ? CP : TAR],
    limits: asked(route, limits),
  };
}

/** Large files over a distance, where one channel of ssh is slow. */
function farLarge(route: "push" | "pull", what: "eight files" | "one file"): Case {
  const isOne = what === "one file";
  const [jobs, size] = isOne ? [1, "1 GiB"] : [8, "128 MiB"];
  return {
    ...USUAL,
    name: `${isOne ? "one" : "large"}-${route}-50ms`,
    title: `${isOne ? "One file" : "8 files"} of ${size}, ${overSsh(route, 50)}`,
    route,
    roundTrip: 50,
    tree: { jobs, largeBytes: 2 ** 30 / jobs },
    lanes: isOne ? [OURS, RSYNC] : [OURS, RSYNC, RSYNCS],
    rounds: 3,
    limits: {
      memory: isOne
        ? ratio(RSYNC, 0.7, 0.4)
        : [...ratio(RSYNC, 0.6, 0.35), ...ratio(RSYNCS, 1.1, 0.95)],
    },
  };
}

function many(route: "local" | "push"): Case {
  return {
    ...USUAL,
    name: route === "local" ? "many-local" : "many-push-0ms",
    title: `10,000 jobs, ${route === "local" ? "one host" : overSsh(route, 0)}`,
    route,
    tree: { jobs: 10_000 },
    lanes: [OURS, FEWER, RSYNC],
    rounds: 3,
    limits: asked(route, [
      ...ratio(FEWER, 11, 10),
      { kind: "memory", levels: levels(250, 150) },
    ]),
  };
}

/** So many jobs that what is kept of each shows. */
function hundredThousand(): Case {
  return {
    ...USUAL,
    name: "jobs-100000-local",
    title: "100,000 jobs, one host",
    route: "local",
    tree: { jobs: 100_000 },
    lanes: [OURS, FEWER, RSYNC],
    rounds: 1,
    limits: {
      memory: [...ratio(FEWER, 100, 90), { kind: "memory", levels: levels(200, 120) }],
    },
  };
}

function experimaestro(route: "local" | "push", must: number, goal: number): Case {
  // job by job, over ssh: minutes
  const other = { ...EXPERIMAESTRO, rounds: route === "local" ? 3 : 1 };
  return {
    ...USUAL,
    name: route === "local" ? "experimaestro-local" : "experimaestro-push-0ms",
    title: `100 jobs, ${route === "local" ? "one host" : overSsh(route, 0)}`,
    route,
    tree: { jobs: 100 },
    lanes: [OURS, RSYNC, other],
    limits: asked(route, [{ kind: "faster", against: other, levels: levels(must, goal) }]),
  };
}

/** From another machine to a third one, by way of this one. */
function between(what: "jobs" | "large", roundTrip: number): Case {
  const title = what === "jobs" ? "200 jobs" : "One file of 200 MB";
  return {
    ...USUAL,
    name: `${what}-between-${roundTrip}ms`,
    title: `${title}, between two hosts, ${roundTrip} ms round trip to each`,
    route: "between",
    roundTrip,
    tree: what === "jobs" ? { jobs: 200 } : { jobs: 1, largeBytes: 200_000_000 },
    lanes: [OURS, ...HOPS, what === "jobs" ? ZSTD : TAR],
    limits: asked("between", [
      { kind: "hop", levels: levels(1.25) },
      { kind: "processor", levels: levels(1.5) },
    ]),
  };
}

/** All that was copied is compared: no slower than 0.8 times what `sha256sum` takes for one end. */
function check(route: "local" | "push", name: string, tree: Tree): Case {
  const sums: Lane = { label: "sha256sum, one end", contender: "sha256sum" };
  const what = tree.largeBytes === undefined ? "1,000 jobs" : "8 files of 128 MiB";
  return {
    ...USUAL,
    name,
    title: `Check of ${what} by checksum, ${route === "local" ? "one host" : overSsh(route, 0)}`,
    route,
    tree,
    there: "all",
    lanes: [{ label: "xpm-copy check", contender: "check" }, sums],
    limits: tree.largeBytes === undefined ? { memory: [] } : { memory: ratio(sums, 1.25, 1) },
  };
}

/** 10 new jobs. */
function tenMore(): Case {
  return {
    ...USUAL,
    name: "ten-push-50ms",
    title: `10 new among 1,000 jobs, ${overSsh("push", 50)}`,
    route: "push",
    roundTrip: 50,
    there: "all but ten jobs",
    lanes: [OURS, RSYNC],
    limits: asked("push", ratio(RSYNC, 1, 0.85)),
  };
}

/** All that is measured, in this order. */
export const CASES: Case[] = [
  ...ofBothKinds(thousandHere),
  ...ofBothKinds((kind) => thousandOverSsh("push", 0, kind)),
  ...ofBothKinds((kind) => thousandOverSsh("pull", 0, kind)),
  ...ofBothKinds((kind) => thousandOverSsh("push", 50, kind)),
  ...ofBothKinds((kind) => thousandOverSsh("pull", 50, kind)),
  ...ofBothKinds(() => slowCreation("local")),
  ...ofBothKinds(() => slowCreation("push")),
  large("local", ratio(CP, 1.1, 1)),
  large("push", ratio(RSYNC, 1.1, 1)),
  farLarge("push", "eight files"),
  farLarge("pull", "eight files"),
  farLarge("push", "one file"),
  farLarge("pull", "one file"),
  ...ofBothKinds(() =>
    again("local", 0, [{ kind: "extra", against: RSYNC, levels: levels(0.05) }])
  ),
  ...ofBothKinds(() => again("push", 0, ratio(RSYNC, 0.9))),
  ...ofBothKinds(() => again("push", 50, ratio(RSYNC, 0.4))),
  ...ofBothKinds(tenMore),
  ...ofBothKinds(() => between("jobs", 0)),
  ...ofBothKinds(() => between("jobs", 50)),
  between("large", 0),
  between("large", 50),
  check("local", "check-large-local", LARGE),
  check("push", "check-large-push-0ms", LARGE),
  ...ofBothKinds(() => check("local", "check-jobs-local", THOUSAND)),
  ...ofBothKinds(() => check("push", "check-jobs-push-0ms", THOUSAND)),
  ...ofBothKinds(() => many("local")),
  ...ofBothKinds(() => many("push")),
  experimaestro("local", 20, 50),
  experimaestro("push", 60, 200),
  {
    ...USUAL,
    name: "help",
    title: "`xpm-copy --help`, against an empty Deno program",
    route: "local",
    lanes: [{ label: "xpm-copy --help", contender: "help" }, EMPTY],
    rounds: 20,
    limits: { disk: [{ kind: "extra", against: EMPTY, levels: levels(0.03) }] },
  },
  {
    ...USUAL,
    name: "plan",
    title: "A plan of one job, against an empty Deno program",
    route: "local",
    tree: { jobs: 1 },
    lanes: [
      { label: "xpm-copy, a plan", contender: "plan" },
      { label: "the same, from single modules", contender: "modules" },
      EMPTY,
    ],
    rounds: 20,
    limits: { disk: [{ kind: "extra", against: EMPTY, levels: levels(0.1) }] },
  },
  hundredThousand(),
];

/** What is measured only when it is named: it takes some minutes, and 17 GiB of memory. */
export const LONG: string[] = ["jobs-100000-local"];

/** What `--quick` measures. */
export const QUICK: string[] = ["jobs-local", "jobs-push-0ms"];

/** A case in one place. */
export interface Heat {
  /** What is measured. */
  case: Case;
  /** Where. */
  place: Place;
}

/**
 * The cases of a name, each in its places: `jobs-local`, `jobs-local/memory`. None where there is
 * no such name.
 */
export function heatsOf(name: string): Heat[] {
  return CASES.flatMap((each) =>
    (Object.keys(each.limits) as Place[])
      .filter((place) => name === each.name || name === `${each.name}/${place}`)
      .map((place) => ({ case: each, place }))
  );
}
