import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import type { MoveResult } from "../../lib/move/types.ts";
import type { Library, Session } from "../../lib/cli/library.ts";
import { main } from "../../lib/cli/main.ts";
import type { ExperimentSummary } from "../../lib/inspect/summarize.ts";
import { unknownWorkspace } from "../../lib/inspect/doctor.ts";
import type { Leftover } from "../../lib/inspect/clean.ts";
import type { RunRequest } from "../../lib/copy/survey.ts";
import type { CopyEvent, CopyOptions, CopyPlan, CopyResult } from "../../lib/copy/types.ts";
import { CopyError } from "../../lib/errors.ts";
import type { Workspace } from "../../lib/workspace/workspace.ts";
import config from "../../deno.json" with { type: "json" };
import { makeSample } from "../../scripts/sample.ts";
import { withFolder } from "../support/variables.ts";
import {
  emptyPlan,
  fakeTerminal,
  job,
  sampleCheck,
  sampleMove,
  samplePlan,
  sampleResult,
  sampleStatus,
} from "./samples.ts";

const WORKSPACES: Workspace[] = [
  { id: "local", path: "/home/me/experiments/main" },
  { id: "cluster", path: "~/xp", ssh: { host: "user@hpc" } },
  { id: "archive", path: "/archive", triggers: ["neural*"] },
];

const EXPERIMENTS: ExperimentSummary[] = [
  {
    experimentId: "bert",
    runs: [{ runId: "20260112_093001", ended: true, jobStates: { done: 48 } }],
    current: "20260112_093001",
  },
  {
    experimentId: "neuralir",
    runs: [
      { runId: "20260117_170744", ended: true, jobStates: { done: 2 } },
      { runId: "20260118_170744", ended: false, jobStates: { done: 2, failed: 1 } },
    ],
    current: "20260118_170744",
  },
];

/** What a copy was asked for. */
interface Asked {
  from: string;
  to: string;
  experimentId: string;
  runId: string;
  options: CopyOptions;
}

function asWords({ workspaces, ...run }: RunRequest, options: CopyOptions): Asked {
  return { from: workspaces.source.id, to: workspaces.destination.id, ...run, options };
}

type Work = (tell: (event: CopyEvent) => void, signal: AbortSignal) => Promise<CopyResult>;

/** A library whose copies do `work`; by default they plan, and end well. */
function fakeLibrary(
  { work, plan = samplePlan(), defaults = {}, moved = {}, diagnose }: {
    work?: Work;
    diagnose?: Session["diagnose"];
    plan?: CopyPlan;
    moved?: Partial<MoveResult>;
    defaults?: Partial<Awaited<ReturnType<Library["loadDefaults"]>>>;
  } = {},
) {
  const asked: Asked[] = [];
  const agreements: (string[] | undefined)[] = [];
  let closed = 0;
  const library: Library = {
    loadSettings: () => Promise.resolve({ workspaces: WORKSPACES }),
    loadDefaults: () => Promise.resolve({ workspaces: [], ...defaults }),
    settingsAccess: () => Promise.resolve({ read: ["/settings"], env: ["SCRATCH"] }),
    session: (tell, signal) => ({
      permissions(which, options) {
        asked.push(asWords(which, options));
        const [read, write] = [["/a b", "/c"], ["/c"]];
        const [run, env, sys] = [["rsync", "tar"], ["HOME", "PATH"], ["hostname"]];
        return Promise.resolve({ run, read, write, env, sys });
      },
      summarize: (_workspace, { experimentId }) =>
        Promise.resolve(
          EXPERIMENTS.filter((one) => [undefined, one.experimentId].includes(experimentId)),
        ),
      async list(workspace, options) {
        return { experiments: await this.summarize(workspace, options) };
      },
      listJobs: ({ runId }) => Promise.resolve({ runId, jobs: [], bytes: 0 }),
      clean: (_workspace, remove) =>
        Promise.resolve(LEFT.map((one) => remove ? { ...one, state: "removed" } : one)),
      diagnoseMachine: () => Promise.resolve({ from: true, to: true, findings: [] }),
      diagnose: diagnose ??
        (({ id }) => Promise.resolve({ workspace: id, from: true, to: true, findings: [] })),
      status: (_workspaces, { experimentIds }) => {
        const isAsked = (id: string) => experimentIds?.includes(id) !== false;
        const runs = sampleStatus().runs.filter(({ experimentId }) => isAsked(experimentId));
        return Promise.resolve({ ...sampleStatus(), runs });
      },
      check: (which, { checksum = false }) => {
        asked.push(asWords(which, {}));
        return Promise.resolve(sampleCheck({ checksum }));
      },
      copyRuns: () => Promise.reject(new Error("not asked for")),
      permissionsOfRuns: () => Promise.reject(new Error("not asked for")),
      exportRun({ source, ...run }, file, options) {
        return this.copy(
          { workspaces: { source, destination: { id: file, path: file } }, ...run },
          options,
        );
      },
      importRun(file, destination, options) {
        const source = { id: file, path: file };
        const run = { experimentId: "in the file", runId: "in the file" };
        return this.copy({ workspaces: { source, destination }, ...run }, options);
      },
      follow(which, options) {
        return this.copy(which, options);
      },
      move(which, { dryRun = false }, agreed) {
        asked.push(asWords(which, {}));
        tell({ type: "planned", plan });
        agreements.push(agreed && [...agreed]);
        return Promise.resolve(sampleMove({ dryRun, ...moved }));
      },
      copy(which, options) {
        asked.push(asWords(which, options));
        if (work !== undefined) return work(tell, signal);
        tell({ type: "planned", plan });
        const result = sampleResult({ dryRun: options.dryRun === true });
        tell({ type: "done", result });
        return Promise.resolve(result);
      },
      [Symbol.asyncDispose]() {
        closed++;
        return Promise.resolve();
      },
    }),
  };
  return { library, asked, agreements, closed: () => closed };
}

/** What a copy has left. */
const LEFT: Leftover[] = [{
  path: "/ws/.xpm-staging/0123456789abcdef",
  kind: "staging",
  bytes: 3 * 2 ** 30,
  modified: "2026-01-18T17:07:44.000Z",
  state: "left",
  source: "me@hpc:/xpm",
  experimentId: "neuralir\u001b[2J",
  runId: "20260118_170744",
}];

const COPY = ["neuralir", "20260118_170744", "--from", "cluster", "--to", "local"];

Deno.test("main() exports without --yes, and imports only with it", async () => {
  const { library, asked } = fakeLibrary();
  const terminal = fakeTerminal();
  const [experiment, run, ...from] = COPY.slice(0, 4);
  const words = ["export", experiment!, run!, ...from, "-o", "a.tar.zst", "--ended"];
  assertEquals(await main(words, terminal, library), 0);
  assertEquals(await main(["import", "a.tar.zst", "--to", "local"], terminal, library), 0);
  assertMatch(terminal.out.join(""), /\n {2}xpm-copy import a\.tar\.zst --to local --yes\n$/);
  const yes = ["import", "a.tar.zst", "--to", "local", "--map", "/a=/b", "--yes"];
  assertEquals(await main(yes, terminal, library), 0);
  assertEquals(asked.map(({ from, to, options }) => [from, to, options.dryRun]), [
    ["cluster", "a.tar.zst", undefined],
    ["a.tar.zst", "local", true],
    ["a.tar.zst", "local", false],
  ]);
  assertEquals([asked[0]!.options.ended, asked[2]!.options.map], [true, { "/a": "/b" }]);
});

Deno.test("main() asks for the file of an export, and of an import", async () => {
  const { library, asked } = fakeLibrary();
  for (
    const [words, sentence] of [
      [["export", "neuralir", "--from", "cluster"], "export needs a file to write"],
      [["import", "--to", "local"], "import needs a file"],
      [["import", "a.tar", "--from", "local"], "`xpm-copy import` does not take --from"],
      [["export", "a", "--yes", "-o", "a.tar"], "`xpm-copy export` does not take --yes"],
      [["import", "a.tar"], "no destination given"],
    ] as const
  ) {
    const terminal = fakeTerminal();
    assertEquals(await main([...words], terminal, library), 2);
    assertMatch(terminal.err.join(""), new RegExp(sentence));
  }
  assertEquals(asked, []);
});

Deno.test("main() prints the help, which fits a terminal", async () => {
  const terminal = fakeTerminal();
  assertEquals(await main(["--help"], terminal, fakeLibrary().library), 0);
  const text = terminal.out.join("");
  assertMatch(text, /^xpm-copy copies an experiment/);
  assertEquals(text.split("\n").filter((line) => line.length > 80), []);
});

Deno.test("main() prints the version of deno.json", async () => {
  const terminal = fakeTerminal();
  assertEquals(await main(["-V"], terminal, fakeLibrary().library), 0);
  assertEquals(terminal.out, [`xpm-copy ${config.version}\n`]);
});

Deno.test("main() prints the line that grants a copy what it needs, and copies nothing", async () => {
  const line = "deno run --no-prompt --allow-run=rsync,tar '--allow-read=/settings,/a b,/c' " +
    "--allow-write=/c --allow-env=HOME,PATH,SCRATCH --allow-sys=hostname " +
    "jsr:@xpm/copy neuralir 20260118_170744 --from cluster --to local --create --yes";
  const terminal = fakeTerminal();
  const { library, asked, closed } = fakeLibrary();
  assertEquals(await main(["permissions", ...COPY, "--create"], terminal, library), 0);
  assertEquals(terminal.out.join(""), `${line}\n`);
  assertEquals(asked.map(({ from, to, options }) => [from, to, options.create]), [
    ["cluster", "local", true],
  ]);
  assertEquals(closed(), 1);

  const json = fakeTerminal();
  assertEquals(await main(["permissions", ...COPY, "--json"], json, library), 0);
  const [first, last] = json.out.join("").trimEnd().split("\n").map((text) => JSON.parse(text));
  assertEquals([first.type, first.read, first.sys, last], [
    "permissions",
    ["/settings", "/a b", "/c"],
    ["hostname"],
    { type: "summary", exitCode: 0 },
  ]);
  assertEquals(first.command.slice(0, 3), ["deno", "run", "--no-prompt"]);
});

Deno.test("main() plans, and gives the command that copies", async () => {
  const terminal = fakeTerminal();
  const { library, asked, closed } = fakeLibrary();
  const map = ["--map", "/data=/mnt/data"];
  const args = [
    ...COPY,
    "--exclude",
    "*.ckpt",
    ...map,
    "--bwlimit=1m",
    "--streams=3",
    "--keep-replaced",
  ];
  assertEquals(await main(args, terminal, library), 0);
  assertEquals(asked, [{
    from: "cluster",
    to: "local",
    experimentId: "neuralir",
    runId: "20260118_170744",
    options: {
      dryRun: true,
      includeRunning: false,
      ended: false,
      keepReplaced: true,
      create: false,
      exclude: ["*.ckpt"],
      map: { "/data": "/mnt/data" },
      bandwidthLimit: 1024,
      streams: 3,
    },
  }]);
  const text = terminal.out.join("");
  assertEquals(
    text.trimEnd().split("\n").at(-1),
    "  xpm-copy neuralir 20260118_170744 --from cluster --to local --keep-replaced " +
      "--exclude '*.ckpt' --map /data=/mnt/data --bwlimit 1024 --streams 3 --yes",
  );
  assertEquals(text.toLowerCase().includes("completed"), false);
  assertEquals(terminal.err, []);
  assertEquals(closed(), 1);
  assertEquals(terminal.listening(), 0);
});

Deno.test("main() gives a command that means the same experiment and run", async () => {
  const terminal = fakeTerminal();
  const { library } = fakeLibrary();
  await main(["copy", "ls", "--from", "./my xp", "--to", "me@hpc:~/it's"], terminal, library);
  assertEquals(
    terminal.out.join("").trimEnd().split("\n").at(-1),
    `  xpm-copy copy ls 20260118_170744 --from './my xp' --to 'me@hpc:~/it'\\''s' --yes`,
  );
});

Deno.test("main() copies: the plan on standard error, the summary on standard output", async () => {
  const terminal = fakeTerminal();
  const { library, asked } = fakeLibrary();
  assertEquals(await main([...COPY, "-y"], terminal, library), 0);
  assertEquals(asked[0]?.options.dryRun, false);
  assertMatch(terminal.err.join(""), /^neuralir, run 2026-01-18 17:07:44 \(current\)\n/);
  assertEquals(terminal.out, [
    "Copied 42 jobs (18.6 GiB) in 3 min 24 s, 93 MiB/s; 112 were here already\n",
  ]);
});

Deno.test("main() says nothing with --quiet when all went well", async () => {
  const terminal = fakeTerminal();
  assertEquals(await main([...COPY, "-yq"], terminal, fakeLibrary().library), 0);
  assertEquals([terminal.out, terminal.err], [[], []]);
});

Deno.test("main() answers 3, with the summary even with --quiet, when jobs are not there", async () => {
  const terminal = fakeTerminal();
  const work: Work = (tell) => {
    tell({ type: "planned", plan: samplePlan() });
    tell({ type: "warning", problem: { code: "job", message: "odd" } });
    return Promise.resolve(
      sampleResult({ complete: false, jobsMissing: [job(8, "missing", "absent")] }),
    );
  };
  assertEquals(await main([...COPY, "-yq"], terminal, fakeLibrary({ work }).library), 3);
  assertStringIncludes(terminal.out.join(""), "Not copied: 1 missing at the source\n");
  assertEquals(terminal.err, []);
});

Deno.test("main() takes the defaults where the command line says nothing", async () => {
  const defaults = {
    from: "cluster",
    to: "archive",
    exclude: ["*.tmp"],
    map: { "/data": "/mnt" },
    bandwidthLimit: 100,
    keepReplaced: true,
    includeRunning: true,
  };
  const { library, asked } = fakeLibrary({ defaults });
  await main(["neuralir", "--to", "local"], fakeTerminal(), library);
  await main(["neuralir", "--exclude=a", "--map=/a=/b", "--bwlimit=0"], fakeTerminal(), library);
  assertEquals(asked.map(({ from, to, runId }) => [from, to, runId]), [
    ["cluster", "local", "current"],
    ["cluster", "archive", "current"],
  ]);
  const given = { dryRun: true, ended: false, create: false };
  const common = { ...given, includeRunning: true, keepReplaced: true };
  assertEquals(asked.map(({ options }) => options), [
    { ...common, exclude: ["*.tmp"], map: { "/data": "/mnt" }, bandwidthLimit: 100 },
    { ...common, exclude: ["a"], map: { "/a": "/b" }, bandwidthLimit: 0 },
  ]);
});

Deno.test("main() asks in a terminal for all that is missing", async () => {
  // the source: cluster; the experiment: neuralir; the run: the older; where to: archive
  const terminal = fakeTerminal({ interactive: true, answers: [1, 1, 1, 0] });
  const { library, asked } = fakeLibrary();
  assertEquals(await main([], terminal, library), 0);
  assertEquals(terminal.asked, [
    {
      question: "Copy from which workspace?",
      entries: [
        "local    /home/me/experiments/main",
        "cluster  user@hpc:~/xp",
        "archive  /archive",
        "another path…",
      ],
    },
    {
      question: "Which experiment?",
      entries: [
        "bert      1 run   2026-01-12 09:30:01",
        "neuralir  2 runs  2026-01-18 17:07:44",
      ],
    },
    {
      question: "Which run?",
      entries: [
        "2026-01-18 17:07:44 (current, in progress)  2 done, 1 failed",
        "2026-01-17 17:07:44                         2 done",
      ],
    },
    {
      question: "Copy to which workspace?",
      entries: [
        "archive  /archive",
        "local    /home/me/experiments/main",
        "another path…",
      ],
    },
    COPY_NOW,
  ]);
  const { from, to, experimentId, runId } = asked[0]!;
  assertEquals([from, to, experimentId, runId], [
    "cluster",
    "archive",
    "neuralir",
    "20260117_170744",
  ]);
});

const COPY_NOW = { question: "Copy now? [y/N]", entries: ["no", "yes"] };

Deno.test("main() copies what it has shown when the answer is yes", async () => {
  const terminal = fakeTerminal({ interactive: true, answers: [1] });
  const { library, asked } = fakeLibrary();
  const args = ["bert", "current", "--from=cluster", "--to=local"];
  assertEquals(await main(args, terminal, library), 0);
  assertEquals(terminal.asked, [COPY_NOW]);
  assertEquals(asked.map(({ runId, options }) => [runId, options.dryRun]), [
    ["current", true],
    ["20260118_170744", false],
  ]);
  const out = terminal.out.join("");
  assertEquals(out.split("neuralir, run 2026-01-18").length, 2, out);
  assertStringIncludes(out, "\n\nCopied 42 jobs");
});

Deno.test("main() copies nothing when the answer is no, or none, and tells the command", async () => {
  for (const answers of [[0], []]) {
    const terminal = fakeTerminal({ interactive: true, answers });
    const { library, asked } = fakeLibrary();
    const args = ["bert", "current", "--from=cluster", "--to=local"];
    assertEquals(await main(args, terminal, library), 0);
    assertEquals(asked.map(({ options }) => options.dryRun), [true]);
    assertStringIncludes(
      terminal.out.join(""),
      "\n\nNothing was written. To copy:\n  xpm-copy bert 20260118_170744 ",
    );
  }
});

Deno.test("main() does not ask whether to copy with --dry-run", async () => {
  const terminal = fakeTerminal({ interactive: true, answers: [1] });
  const { library, asked } = fakeLibrary();
  await main(["bert", "--from=cluster", "--to=local", "-n"], terminal, library);
  assertEquals(terminal.asked, []);
  assertEquals(asked.map(({ options }) => options.dryRun), [true]);
});

Deno.test("main() suggests an experiment or a run with a similar name", async () => {
  const work = () => Promise.reject(new CopyError("not-found", "it is not there", "look"));
  const said = async (experimentId: string, runId: string) => {
    const terminal = fakeTerminal();
    const args = [experimentId, runId, "--from=cluster", "--to=local"];
    assertEquals(await main(args, terminal, fakeLibrary({ work }).library), 4);
    return terminal.err.join("");
  };
  const line = "xpm-copy: it is not there\n";
  assertEquals(await said("neural", "current"), `${line}  did you mean neuralir?\n  look\n`);
  assertEquals(
    await said("neuralir", "20260118_170745"),
    `${line}  did you mean 20260118_170744?\n  look\n`,
  );
  assertEquals(await said("something", "current"), `${line}  look\n`);
});

Deno.test("main() says that a word like a command is none, unless there is such an experiment", () =>
  withFolder(async (folder) => {
    makeSample(`${folder}/ws`, { jobs: 1 });
    const ends = ["--from", `${folder}/ws`, "--to", `${folder}/to`];
    const said = async (code: number, ...args: string[]) => {
      const terminal = fakeTerminal();
      assertEquals(await main(args, terminal), code, args.join(" "));
      return terminal.err.join("");
    };
    for (const args of [["mve", ...ends], ["mve", "neuralir", ...ends, "--yes"]]) {
      assertStringIncludes(
        await said(4, ...args),
        `xpm-copy: no command mve, and no experiment mve in ${folder}/ws\n  did you mean move?\n`,
      );
    }
    assertStringIncludes(await said(4, "copy", "mve", ...ends), "xpm-copy: no experiment mve in");
    assertEquals(
      await said(2, "clena", "local", "--to", `${folder}/to`),
      "xpm-copy: there is no command 'clena'\n  did you mean clean?\n" +
        "  to copy an experiment of that name, add --from WORKSPACE\n",
    );
    await Deno.rename(`${folder}/ws/experiments/neuralir`, `${folder}/ws/experiments/mve`);
    assertEquals(await said(0, "mve", ...ends, "--quiet"), "");
    assertStringIncludes(await said(4, "mve", "2026", ...ends), "xpm-copy: mve has no run 2026 in");

    const terminal = fakeTerminal({ interactive: true }); // which asks from where
    await main(["mve"], terminal, fakeLibrary().library);
    assertStringIncludes(
      terminal.err.join(""),
      "there is no command mve (did you mean move?); it is taken as an experiment",
    );
    assertEquals(terminal.asked.length, 1);
  }));

Deno.test("main() tells a folder of a host from the workspace of the same name", async () => {
  const error = (code: "connection" | "refused", host: string) =>
    new CopyError(code, `cannot connect to ${host}: no such host`, "look");
  const added = { id: "added", path: "/added" }; // in copy.jsonc
  const said = async (from: string, thrown: CopyError) => {
    const terminal = fakeTerminal();
    const { library } = fakeLibrary({
      work: () => Promise.reject(thrown),
      defaults: { workspaces: [added] },
      diagnose: ({ id }) => Promise.resolve(unknownWorkspace(id, thrown)),
    });
    await main(["neuralir", "--from", from, "--to=local"], terminal, library);
    const doctor = fakeTerminal();
    await main(["doctor", from, "--json"], doctor, library);
    const hint = terminal.err.join("").split("\n").slice(2).join("\n");
    assertEquals(doctor.out.join("").includes(hint.trim()), true, "doctor says the same");
    assertEquals(doctor.out.join("").includes("write only"), hint !== "");
    return hint;
  };
  for (const id of ["cluster", "added"]) {
    assertEquals(
      await said(`${id}:foo`, error("connection", id)),
      `  ${id}:foo is a folder of the host ${id}; for the workspace of that name, write only ${id}\n`,
    );
  }
  assertEquals(await said("cluster:foo", error("connection", "archive")), "");
  assertEquals(await said("cluster:foo", error("refused", "cluster")), "");
  assertEquals(await said("hpc:foo", error("connection", "hpc")), "");
  assertEquals(await said("cluster", error("connection", "cluster")), "");
});

Deno.test("main() asks for a path where none of the settings is meant, until one is given", async () => {
  const lines = ["nosuch", "/data/xpm"];
  const terminal = fakeTerminal({ interactive: true, answers: [3, 0, 0], lines });
  const { library, asked } = fakeLibrary();
  await main(["bert", "current", "--from", "cluster"], terminal, library);
  const questions = terminal.asked.map(({ question }) => question);
  assertEquals(questions.length, 3 + 1);
  assertEquals(questions[1], "Copy to which path?");
  assertEquals(questions[2], "no workspace named 'nosuch'. Copy to which path?");
  assertEquals(terminal.asked[2]!.entries, ["known: local, cluster, archive"]);
  assertEquals(asked.map(({ to }) => to), ["/data/xpm"]);
});

Deno.test("main() suggests a similar experiment for every command that takes one", () =>
  withFolder(async (folder) => {
    makeSample(`${folder}/ws`, { jobs: 1 });
    const ends = ["--from", `${folder}/ws`, "--to", `${folder}/to`];
    await Deno.mkdir(`${folder}/to`);
    for (
      const args of [
        ["neuralri", ...ends],
        ["neuralri", ...ends, "--follow"],
        ["neuralri", ...ends, "--all-runs"],
        ["check", "neuralri", ...ends],
        ["move", "neuralri", ...ends],
        ["status", "neuralri", ...ends],
        ["permissions", "neuralri", ...ends],
        ["export", "neuralri", ...ends.slice(0, 2), "-o", `${folder}/x.tar`],
        ["ls", `${folder}/ws`, "neuralri"],
        ["ls", `${folder}/ws`, "neuralri", "current"],
      ]
    ) {
      const terminal = fakeTerminal();
      assertEquals(await main(args, terminal), 4, args.join(" "));
      assertStringIncludes(terminal.err.join(""), "\n  did you mean neuralir?\n", args.join(" "));
    }
    const terminal = fakeTerminal({ interactive: true }); // which would ask for the run
    assertEquals(await main(["neuralri", ...ends], terminal), 4);
    assertStringIncludes(terminal.err.join(""), "\n  did you mean neuralir?\n");
  }));

Deno.test("main() takes an experiment's folder for its workspace", () =>
  withFolder(async (folder) => {
    makeSample(`${folder}/ws`, { jobs: 1 });
    const { library, asked } = fakeLibrary();
    const from = `${folder}/ws/experiments/neuralir`;
    assertEquals(await main(["--from", from, "--to=local"], fakeTerminal(), library), 0);
    assertEquals(asked.map(({ from, experimentId, runId }) => [from, experimentId, runId]), [
      [`${folder}/ws`, "neuralir", "current"],
    ]);
    const terminal = fakeTerminal();
    await main(["ls", from, "--brief", "--json"], terminal);
    await Deno.mkdir(`${folder}/to`);
    await main(["status", "--from", from, "--to", `${folder}/to`, "--json"], terminal);
    const types = terminal.out.map((line) => JSON.parse(line).type);
    assertEquals(types, ["run", "summary", "comparison", "summary"]);
  }));

Deno.test("main() does not ask whether to copy where all is there", async () => {
  const terminal = fakeTerminal({ interactive: true });
  const { library } = fakeLibrary({ plan: emptyPlan() });
  await main(["bert", "--from=cluster", "--to=local"], terminal, library);
  assertEquals(terminal.asked, []);
});

Deno.test("main() does not ask which run when there is one", async () => {
  const terminal = fakeTerminal({ interactive: true });
  const { library, asked } = fakeLibrary();
  await main(["bert", "--from=cluster", "--to=local"], terminal, library);
  assertEquals(terminal.asked, [COPY_NOW]);
  assertEquals(asked[0]?.runId, "20260112_093001");
});

Deno.test("main() copies nothing when a question gets no answer", async () => {
  const terminal = fakeTerminal({ interactive: true });
  const { library, asked } = fakeLibrary();
  assertEquals(await main(["bert"], terminal, library), 130);
  assertEquals(asked, []);
});

const MISSING: [string[], string][] = [
  [
    ["neuralir"],
    "xpm-copy: no source given\n" +
    "  add --from WORKSPACE; known: local, cluster, archive\n",
  ],
  [
    ["neuralir", "--from", "local"],
    "xpm-copy: no destination given\n" +
    "  add --to WORKSPACE; known: local, cluster, archive\n",
  ],
  [
    ["--from", "local", "--to", "cluster"],
    "xpm-copy: no experiment given\n  give its id; list experiments with  xpm-copy ls local\n",
  ],
];

for (const [args, message] of MISSING) {
  Deno.test(`main() never asks without a terminal: [${args.join(" ")}]`, async () => {
    const terminal = fakeTerminal();
    assertEquals(await main(args, terminal, fakeLibrary().library), 2);
    assertEquals(terminal.err.join(""), message);
    assertEquals(terminal.asked, []);
  });
}

Deno.test("main() never asks with --json, --quiet, or a terminal that cannot draw", async () => {
  for (const flags of [["--json"], ["--quiet"], []]) {
    const terminal = fakeTerminal({ interactive: true, dumb: flags.length === 0 });
    assertEquals(await main(["neuralir", ...flags], terminal, fakeLibrary().library), 2);
    assertEquals(terminal.asked, []);
  }
});

Deno.test("main() refuses a command line before any work", async () => {
  const terminal = fakeTerminal();
  const { library, closed } = fakeLibrary();
  assertEquals(await main([...COPY, "--ye"], terminal, library), 2);
  assertEquals(terminal.err.join(""), "xpm-copy: unknown option --ye\n  did you mean --yes?\n");
  assertEquals(closed(), 0);
});

const FAILURES: [unknown, number, string][] = [
  [new CopyError("not-found", "no run", "look"), 4, "xpm-copy: no run\n  look\n"],
  [new CopyError("connection", "no login"), 5, "xpm-copy: no login\n"],
  [new CopyError("settings", "odd file"), 2, "xpm-copy: odd file\n"],
  [new CopyError("usage", "odd id"), 2, "xpm-copy: odd id\n"],
  [
    new CopyError("permission", "not given"),
    1,
    "xpm-copy: not given\n  `xpm-copy permissions` prints all the flags that a copy needs\n",
  ],
  [new CopyError("program", "rsync failed:\nx\x1by"), 1, "xpm-copy: rsync failed:\n  x\\u001by\n"],
  [new CopyError("refused", "same place"), 1, "xpm-copy: same place\n"],
  [new CopyError("interrupted", "stopped"), 130, "xpm-copy: interrupted\n  nothing was copied\n"],
  [
    new TypeError("x is undefined"),
    1,
    "xpm-copy: internal error: x is undefined\n" +
    "  please report it, with the output of the same command with --verbose\n",
  ],
];

for (const [error, code, message] of FAILURES) {
  const kind = error instanceof CopyError ? error.code : "a bug";
  Deno.test(`main() answers ${code} to an error of kind ${kind}`, async () => {
    const terminal = fakeTerminal();
    const { library, closed } = fakeLibrary({ work: () => Promise.reject(error) });
    assertEquals(await main([...COPY, "-y"], terminal, library), code);
    assertEquals(terminal.err.join(""), message);
    assertEquals([terminal.out, closed(), terminal.listening()], [[], 1, 0]);
  });
}

Deno.test("main() shows where a bug happened with --verbose alone", async () => {
  const work = () => Promise.reject(new TypeError("x is undefined"));
  const terminal = fakeTerminal();
  await main([...COPY, "-v"], terminal, fakeLibrary({ work }).library);
  assertStringIncludes(terminal.err.join(""), "main_test.");
});

Deno.test("main() tells how far it had come when the connection is lost", async () => {
  const work: Work = (tell) => {
    tell({ type: "planned", plan: samplePlan() });
    tell({ type: "published", job: job(1, "copy", "done"), replaced: false });
    const progress = {
      bytes: 1024 ** 3,
      totalBytes: 2 * 1024 ** 3,
      jobs: 1,
      received: 1,
      totalJobs: 4,
    };
    tell({ type: "progress", progress });
    const message = "the connection to user@hpc was lost (ssh exit 255)";
    return Promise.reject(new CopyError("connection", message));
  };
  const terminal = fakeTerminal();
  assertEquals(await main([...COPY, "-yq"], terminal, fakeLibrary({ work }).library), 5);
  assertEquals(
    terminal.err.join(""),
    "xpm-copy: the connection to user@hpc was lost (ssh exit 255) after 1.0 GiB\n" +
      "  1 of 4 jobs is complete and in place; the rest is kept in .xpm-staging\n" +
      "  run the same command again to resume\n",
  );
});

Deno.test("main() stops at a signal, says what stands, and leaves at once at the second", async () => {
  const terminal = fakeTerminal();
  const started = Promise.withResolvers<void>();
  const stopped = Promise.withResolvers<void>();
  const work: Work = async (tell, signal) => {
    tell({ type: "planned", plan: samplePlan() });
    tell({ type: "published", job: job(1, "copy", "done"), replaced: false });
    started.resolve();
    await stopped.promise;
    assertEquals(signal.aborted, true);
    throw new CopyError("connection", "ssh was killed");
  };
  const running = main(
    [...COPY, "--yes", "--no-progress"],
    terminal,
    fakeLibrary({ work }).library,
  );
  await started.promise;
  terminal.err.length = 0;
  terminal.signal();
  assertEquals(terminal.exited(), undefined);
  terminal.signal();
  assertEquals(terminal.exited(), 130);
  stopped.resolve();
  assertEquals(await running, 130);
  assertEquals(
    terminal.err.join(""),
    [
      "stopping; press Ctrl-C again to quit immediately",
      "xpm-copy: interrupted",
      "  1 of 4 jobs is complete and in place; the rest is kept in .xpm-staging",
      "  run the same command again to resume",
      "",
    ].join("\n"),
  );
});

Deno.test("main() shows the commands that are run with --verbose", async () => {
  const work: Work = (tell) => {
    tell({ type: "connecting", host: "user@hpc" });
    tell({ type: "command", command: ["ssh", "-S", "/tmp/a b", "user@hpc"] });
    tell({ type: "connected", host: "user@hpc" });
    tell({ type: "planned", plan: emptyPlan() });
    return Promise.resolve(sampleResult({ dryRun: true }));
  };
  const loud = fakeTerminal();
  await main([...COPY, "-v"], loud, fakeLibrary({ work }).library);
  assertEquals(loud.err.join(""), "connecting to user@hpc\n+ ssh -S '/tmp/a b' user@hpc\n");
  const usual = fakeTerminal();
  await main(COPY, usual, fakeLibrary({ work }).library);
  assertEquals(usual.err.join(""), "connecting to user@hpc\n");
});

Deno.test("main() tells the plan's warnings with the plan, and others as they come, each once", async () => {
  const problem = { code: "program" as const, message: "rsync 3.1 is old" };
  const late = { code: "job" as const, message: "no workspace in params.json" };
  const work: Work = (tell) => {
    tell({ type: "planned", plan: samplePlan({ warnings: [problem] }) });
    tell({ type: "warning", problem: late });
    return Promise.resolve(sampleResult({ warnings: [problem, late] }));
  };
  const terminal = fakeTerminal();
  await main([...COPY, "-y"], terminal, fakeLibrary({ work }).library);
  const warnings = (terminal.out.join("") + terminal.err.join("")).split("\n")
    .filter((line) => line.startsWith("warning"));
  assertEquals(warnings, [
    "warning: rsync 3.1 is old",
    "warning: no workspace in params.json",
  ]);
});

/** Runs with --json; gives the objects. */
async function json(args: string[], library: Library, seconds?: () => number) {
  const terminal = fakeTerminal(seconds === undefined ? {} : { seconds });
  const code = await main([...args, "--json"], terminal, library);
  assertEquals(terminal.err, []);
  const lines = terminal.out.join("").trimEnd().split("\n");
  return { code, objects: lines.map((line) => JSON.parse(line)), lines };
}

Deno.test("main() writes one object a line with --json, the last a summary", async () => {
  let now = 0;
  const work: Work = (tell) => {
    tell({ type: "connecting", host: "user@hpc" });
    tell({ type: "command", command: ["ssh"] });
    tell({ type: "connected", host: "user@hpc" });
    tell({ type: "planned", plan: samplePlan() });
    for (const bytes of [0, 1, 2, 3]) {
      tell({
        type: "progress",
        progress: { bytes, totalBytes: 3, jobs: 0, received: 0, totalJobs: 1 },
      });
      now += 0.4;
    }
    tell({ type: "published", job: { taskId: "t", jobId: "j" }, replaced: true });
    tell({ type: "warning", problem: { code: "job", message: "odd \x9b1m" } });
    const result = sampleResult({ complete: false });
    tell({ type: "done", result });
    return Promise.resolve(result);
  };
  const { library } = fakeLibrary({ work });
  const { code, objects, lines } = await json([...COPY, "-y"], library, () => now);
  assertEquals(code, 3);
  assertEquals(objects, [
    { type: "connecting", host: "user@hpc" },
    { type: "connected", host: "user@hpc" },
    { type: "planned", plan: samplePlan() },
    { type: "progress", bytes: 0, totalBytes: 3, jobs: 0, received: 0, totalJobs: 1 },
    { type: "progress", bytes: 3, totalBytes: 3, jobs: 0, received: 0, totalJobs: 1 },
    { type: "published", job: { taskId: "t", jobId: "j" }, replaced: true },
    { type: "warning", code: "job", message: "odd \x9b1m" },
    { type: "summary", exitCode: 3, result: sampleResult({ complete: false }) },
  ]);
  assertStringIncludes(lines[6] ?? "", "odd \\u009b1m");
});

Deno.test("main() gives the command that copies in the summary of a dry run", async () => {
  const { objects } = await json(COPY, fakeLibrary().library);
  assertEquals(objects.at(-1), {
    type: "summary",
    exitCode: 0,
    result: sampleResult({ dryRun: true }),
    command: ["xpm-copy", ...COPY, "--yes"],
  });
});

Deno.test("main() writes errors as objects with --json, those of the command line too", async () => {
  const work = () => Promise.reject(new CopyError("not-found", "no run", "look"));
  assertEquals((await json(COPY, fakeLibrary({ work }).library)).objects, [
    { type: "error", code: "not-found", message: "no run", hint: "look" },
    { type: "summary", exitCode: 4 },
  ]);
  assertEquals((await json(["--quite"], fakeLibrary().library)).objects, [
    {
      type: "error",
      code: "usage",
      message: "unknown option --quite",
      hint: "did you mean --quiet?",
    },
    { type: "summary", exitCode: 2 },
  ]);
});

Deno.test("main() lists workspaces, experiments and runs", async () => {
  const { library } = fakeLibrary();
  const print = async (args: string[]) => {
    const terminal = fakeTerminal();
    assertEquals(await main(args, terminal, library), 0);
    return terminal.out.join("").split("\n").slice(0, 2);
  };
  assertEquals(await print(["ls"]), [
    "WORKSPACE  PATH",
    "local      /home/me/experiments/main",
  ]);
  assertEquals(await print(["ls", "cluster"]), [
    "EXPERIMENT  RUNS  LATEST               SIZE  JOBS",
    "bert           1  2026-01-12 09:30:01        48 done",
  ]);
  assertEquals(await print(["ls", "cluster", "neuralir"]), [
    "RUN              STARTED              STATE                 SIZE  JOBS",
    "20260118_170744  2026-01-18 17:07:44  in progress, current        2 done, 1 failed",
  ]);
});

Deno.test("main() looks at no job for a brief list", async () => {
  const terminal = fakeTerminal();
  await withFolder(async (folder) => {
    makeSample(folder, { jobs: 2 });
    assertEquals(await main(["ls", folder, "--brief", "--json"], terminal), 0);
    assertEquals(await main(["ls", folder, "neuralir", "--brief"], terminal), 0);
  });
  const [experiment, , header, run] = terminal.out.join("").split("\n");
  assertEquals(JSON.parse(experiment!).runs[0], {
    runId: "20260118_170744",
    ended: true,
    startedAt: "2026-01-18T17:07:44.372099",
  });
  assertEquals(header, "RUN              STARTED              STATE");
  assertEquals(run, "20260118_170744  2026-01-18 17:07:44  ended, current");
});

Deno.test("main() says which settings have no workspaces, and what to try", async () => {
  const said = async (file?: string) => {
    const terminal = fakeTerminal();
    const settings = { workspaces: [], ...(file !== undefined && { file }) };
    const loadSettings = () => Promise.resolve(settings);
    const library = { ...fakeLibrary().library, loadSettings };
    assertEquals(await main(["ls"], terminal, library), 0);
    return terminal.err.join("");
  };
  const missing = "~/.config/experimaestro/settings.yaml (file not found)";
  assertEquals(await said(), `no workspaces in ${missing}; try \`xpm-copy ls PATH\`\n`);
  assertEquals(await said("/s.yaml"), "no workspaces in /s.yaml; try `xpm-copy ls PATH`\n");
});

Deno.test("main() warns of keys of the settings that nobody knows, but completes without a word", () =>
  withFolder(async (folder) => {
    const file = `${folder}/settings.yaml`;
    const workspace = { id: "hpc", path: "/x", ssh: { host: "hpc", port: 2222 } };
    await Deno.writeTextFile(file, JSON.stringify({ workspaces: [workspace] }));
    const said = async (...args: string[]) => {
      const terminal = fakeTerminal();
      assertEquals(
        await main([...args.slice(0, 2), "--settings", file, ...args.slice(2)], terminal),
        0,
      );
      return [terminal.out.length > 0, terminal.err.join("")];
    };
    const sentence = `${file}: workspaces[0].ssh: the unknown key 'port' is ignored; ` +
      `write options: ["-p", "2222"]`;
    assertEquals(await said("ls"), [true, `warning: ${sentence}\n`]);
    assertEquals(await said("ls", "--quiet"), [true, ""]);
    assertEquals(await said("completions", "bash", "--", "ls", ""), [true, ""]);
  }));

Deno.test("main() lists as JSON", async () => {
  const { library } = fakeLibrary();
  assertEquals((await json(["ls"], library)).objects.at(0), {
    type: "workspace",
    ...WORKSPACES[0],
  });
  assertEquals((await json(["ls", "cluster"], library)).objects[0], {
    type: "experiment",
    workspace: "cluster",
    ...EXPERIMENTS[0],
  });
  const { objects } = await json(["ls", "cluster", "neuralir"], library);
  assertEquals(objects, [
    {
      type: "run",
      workspace: "cluster",
      experimentId: "neuralir",
      current: false,
      ...EXPERIMENTS[1]?.runs[0],
    },
    {
      type: "run",
      workspace: "cluster",
      experimentId: "neuralir",
      current: true,
      ...EXPERIMENTS[1]?.runs[1],
    },
    { type: "summary", exitCode: 0, total: { runs: 2 } },
  ]);
});

Deno.test("main() answers 4 to an experiment or a workspace that is not there", async () => {
  for (const args of [["ls", "cluster", "nope"], ["ls", "nope"]]) {
    const terminal = fakeTerminal();
    assertEquals(await main(args, terminal, fakeLibrary().library), 4);
    assertEquals(terminal.out, []);
  }
});

Deno.test("main() lists what copies have left behind, and how to remove it", async () => {
  const terminal = fakeTerminal();
  const { library } = fakeLibrary();
  assertEquals(await main(["clean", "local"], terminal, library), 0);
  const out = terminal.out.join("");
  assertStringIncludes(out, "3.0 GiB  neuralir\\u001b[2J 20260118_170744 from me@hpc:/xpm");
  assertStringIncludes(out, "Nothing was removed. To delete it:\n  xpm-copy clean local --yes\n");
});

Deno.test("main() removes what copies have left behind only when told to", async () => {
  const terminal = fakeTerminal();
  const { library } = fakeLibrary();
  assertEquals(await main(["clean", "local", "-y", "--json"], terminal, library), 0);
  const [left, summary] = terminal.out.join("").trim().split("\n").map((line) => JSON.parse(line));
  assertEquals([left.type, left.workspace, left.state], ["leftover", "local", "removed"]);
  assertEquals(summary, { type: "summary", exitCode: 0 });
});

Deno.test("main() says that a lost connection is tried again", async () => {
  const terminal = fakeTerminal();
  const message = "the connection to me@hpc was lost: Broken pipe\u001b";
  const work: Work = (tell) => {
    tell({ type: "planned", plan: samplePlan() });
    tell({ type: "retrying", attempt: 2, attempts: 3, seconds: 4, message });
    return Promise.resolve(sampleResult());
  };
  assertEquals(await main([...COPY, "--yes"], terminal, fakeLibrary({ work }).library), 0);
  assertStringIncludes(
    terminal.err.join(""),
    "warning: the connection to me@hpc was lost: Broken pipe\\u001b\n  trying again in 4 s (2 of 3)\n",
  );
});

Deno.test("main() checks, prints a line for each difference, and ends with 7", async () => {
  const terminal = fakeTerminal();
  const { library, asked } = fakeLibrary();
  const [experiment, run, ...ends] = COPY;
  assertEquals(await main(["check", experiment!, run!, ...ends], terminal, library), 7);
  assertEquals(asked.map(({ from, to, runId }) => [from, to, runId]), [["cluster", "local", run]]);
  const job = "jobs/neuralir.tasks.train/9de0a6c4";
  assertEquals(
    terminal.out.join(""),
    [
      `missing  ${job}/model.bin  a file, 300 bytes`,
      `differs  ${job}/\\u001b[2Jodd  mode 644 → 600`,
      "newer    jobs/neuralir.tasks.train/ac11486c  unfinished → done",
      "",
      "3 differences: compared 2 jobs, 1,120 files (3.0 GiB) in 2.0 s " +
      "(not the contents: --checksum compares these)",
      "Left out of the copy, as recorded there: 1 job, 3 files (2.0 GiB)",
      "",
    ].join("\n"),
  );
  assertEquals(terminal.err.join(""), "warning: jobs/a/b is still running at the source\n");
});

Deno.test("main() checks in JSON, a line for each difference", async () => {
  const terminal = fakeTerminal();
  await main(["check", ...COPY, "--json", "--checksum"], terminal, fakeLibrary().library);
  const objects = terminal.out.join("").trimEnd().split("\n").map((line) => JSON.parse(line));
  assertEquals(objects.map(({ type }) => type), [
    ...["warning", "difference", "difference", "difference", "summary"],
  ]);
  const { differences, notes: _, ...check } = sampleCheck({ checksum: true });
  assertEquals(objects.slice(1, 4), differences.map((each) => ({ type: "difference", ...each })));
  assertEquals(objects[4], { type: "summary", exitCode: 7, check: { ...check, differences: 3 } });
});

Deno.test("main() checks after a copy with --check, and not after a plan", async () => {
  for (const [args, calls, code] of [[["--yes"], 2, 7], [[], 1, 0]] as const) {
    const terminal = fakeTerminal();
    const { library, asked, closed } = fakeLibrary();
    assertEquals(await main([...COPY, "--check", ...args], terminal, library), code);
    assertEquals([asked.length, closed()], [calls, 1]);
    const text = terminal.out.join("");
    if (calls === 2) assertStringIncludes(text, "3 differences: compared");
    else assertStringIncludes(text, "--to local --check --yes");
  }
});

const ENDS = ["--from", "cluster", "--to", "local"];

Deno.test("main() tells how far a followed run is only when that has changed", async () => {
  const { library } = fakeLibrary({
    work(tell) {
      for (const jobsCopied of [1, 1, 1, 2, 2]) {
        tell({ type: "followed", result: sampleResult({ jobsCopied }) });
      }
      return Promise.resolve(sampleResult());
    },
  });
  const terminal = fakeTerminal();
  await main(["neuralir", ...ENDS, "--yes", "--follow"], terminal, library);
  const told = terminal.err.join("").match(/^\d+ jobs? copied so far/gm);
  assertEquals(told, ["1 job copied so far", "2 jobs copied so far"]);
});

Deno.test("main() shows what a move would remove, and asks in a terminal only", async () => {
  const words = ["move", "neuralir", "20260118_170744", ...ENDS];
  const pipe = fakeTerminal();
  const plan = fakeLibrary();
  assertEquals(await main(words, pipe, plan.library), 0);
  assertEquals([pipe.asked, plan.agreements], [[], [undefined]]);
  const text = pipe.out.join("");
  assertStringIncludes(
    text,
    "  remove   2 jobs and the run (2.0 GiB)\n  keep     1 job (1.0 GiB)\n",
  );
  assertStringIncludes(text, "experiments/neuralir/20260119_000000 refers to it\n");
  const command = "xpm-copy move neuralir 20260118_170744 --from cluster --to local --yes";
  assertStringIncludes(text, `Nothing was written. To move:\n  ${command}\n`);
  for (const [answer, calls] of [[0, 1], [undefined, 1], [1, 2]] as const) {
    const answers = answer === undefined ? [] : [answer];
    const terminal = fakeTerminal({ interactive: true, answers });
    const { library, agreements } = fakeLibrary();
    assertEquals(await main(words, terminal, library), 0);
    assertEquals(terminal.asked, [{ question: "Move now? [y/N]", entries: ["no", "yes"] }]);
    assertEquals(agreements.length, calls);
    // nothing goes that was not shown
    const shown = sampleMove().removed.map(({ path }) => path);
    assertEquals(agreements[1], calls === 2 ? shown : undefined);
  }
});

Deno.test("main() moves after the question what it has shown, and repeats no warning", () =>
  withFolder(async (folder) => {
    const [from, to] = [`${folder}/from`, `${folder}/to`];
    makeSample(from, { jobs: 6 });
    makeSample(from, { jobs: 3, runId: "20260119_000000" }); // shares its jobs
    const terminal = fakeTerminal({ interactive: true, answers: [1] });
    const args = ["move", "neuralir", "20260119_000000", "--from", from, "--to", to];
    assertEquals(await main(args, terminal), 0);
    const text = terminal.out.join("");
    const [plan, done] = text.split("Removed at the source: ");
    assertStringIncludes(plan!, "  remove   the run (");
    assertStringIncludes(done!, "the run (");
    const kept = /^ +keep +.*/gm;
    assertEquals(done!.match(kept), plan!.match(kept));
    assertEquals((text + terminal.err.join("")).split("warning: ").length, 2);
  }));

Deno.test("main() moves with --yes, and tells by its code what stays", async () => {
  const words = ["move", "neuralir", "20260118_170744", ...ENDS, "--yes"];
  const [kept] = sampleMove().kept;
  const left = { kept: [{ ...kept!, why: "running" as const }], complete: false };
  for (
    const [moved, code] of [
      [{}, 0],
      [left, 3],
      [{ ...left, check: sampleCheck() }, 7],
    ] as const
  ) {
    const terminal = fakeTerminal({ interactive: true });
    const { library, agreements } = fakeLibrary({ moved });
    assertEquals(await main(words, terminal, library), code);
    assertEquals([terminal.asked, agreements], [[], [undefined]]);
    assertStringIncludes(terminal.out.join(""), "Removed at the source: 2 jobs and the run");
  }
});

Deno.test("main() refuses to move a part of a run", async () => {
  for (const option of ["--exclude=*.ckpt", "--include-running", "--no-fsync", "--max-size=1G"]) {
    const terminal = fakeTerminal();
    const { library, asked } = fakeLibrary();
    assertEquals(await main(["move", "neuralir", ...ENDS, option], terminal, library), 2);
    assertStringIncludes(terminal.err.join(""), "`xpm-copy move` does not take --");
    assertEquals(asked, []);
  }
});

Deno.test("main() prints the permissions of a move", async () => {
  const terminal = fakeTerminal();
  const words = ["permissions", "move", "neuralir", "current", ...ENDS];
  assertEquals(await main(words, terminal, fakeLibrary().library), 0);
  assertStringIncludes(terminal.out.join(""), "jsr:@xpm/copy move neuralir current --from");
});

Deno.test("main() compares two workspaces, both ways", async () => {
  const terminal = fakeTerminal();
  assertEquals(await main(["status", ...ENDS], terminal, fakeLibrary().library), 0);
  assertEquals(terminal.out.join("").split("\n"), [
    "cluster  user@hpc:~/xp",
    "local    /home/me/experiments/main",
    "",
    "Only in cluster:",
    "  neuralir  20260118_170744  38 jobs, 3 jobs in both, in progress in cluster",
    "  (to copy one:  xpm-copy EXPERIMENT RUN --from cluster --to local)",
    "",
    "Only in local:",
    "  \\u001b[2J  20260112_093001  48 jobs",
    "  (to copy one:  xpm-copy EXPERIMENT RUN --from local --to cluster)",
    "",
    "In both, and different:",
    "  neuralir  20260115_120000  1 job only in cluster, 2 jobs only in local, " +
    "3 jobs newer in cluster, 4 jobs newer in local, 5 jobs in both, 2 jobs partial in local",
    "  neuralir  20260116_120000  the run is newer in local, 9 jobs in both",
    "",
    "In both, and the same:",
    "  neuralir  20260117_091500  7 jobs in both",
    "",
  ]);
  const unnamed = fakeTerminal();
  const args = ["status", "--from", "cluster", "--to", "/data/xpm"];
  assertEquals(await main(args, unnamed, fakeLibrary().library), 0);
  const heads = unnamed.out.join("").split("\n").slice(0, 2);
  assertEquals(heads, ["cluster    user@hpc:~/xp", "/data/xpm"]);
  const none = fakeTerminal();
  assertEquals(await main(["status", "none", ...ENDS], none, fakeLibrary().library), 0);
  assertEquals([none.out.join(""), none.err.join("")], ["", "no runs in either workspace\n"]);
});

Deno.test("main() compares two workspaces in JSON, an object for each run", async () => {
  const terminal = fakeTerminal();
  await main(["status", ...ENDS, "--json"], terminal, fakeLibrary().library);
  const objects = terminal.out.join("").trimEnd().split("\n").map((line) => JSON.parse(line));
  const ends = { source: "cluster", destination: "local" };
  assertEquals(objects, [
    ...sampleStatus().runs.map((run) => ({ type: "comparison", ...ends, ...run })),
    { type: "summary", exitCode: 0 },
  ]);
});

Deno.test("main() needs both workspaces to compare, where it may not ask", async () => {
  for (const args of [["--from", "cluster"], ["--to", "local"]]) {
    const terminal = fakeTerminal();
    assertEquals(await main(["status", ...args], terminal, fakeLibrary().library), 2);
    assertMatch(terminal.err.join(""), /^xpm-copy: no (source|destination) given\n/);
  }
});
