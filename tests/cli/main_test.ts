/**
 * What the program does with a copy: its output, its exit codes, signals.
 *
 * @module
 */

import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { main } from "../../lib/cli/main.ts";
import { CopyError, LostConnection } from "../../lib/errors.ts";
import config from "../../deno.json" with { type: "json" };
import { emptyPlan, fakeTerminal, job, samplePlan, sampleResult } from "./samples.ts";
import { COPY, ENDS, fakeLibrary, type Work } from "./fake_library.ts";

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
  await main(["export", "neuralir", "-o", "a.tar"], fakeTerminal(), library);
  const { from, options } = asked[2]!;
  const taken = { ended: false, includeRunning: true, exclude: ["*.tmp"] };
  assertEquals([from, options], ["cluster", taken]);
});

Deno.test("main() refuses a command line before any work", async () => {
  const terminal = fakeTerminal();
  const { library, closed } = fakeLibrary();
  assertEquals(await main([...COPY, "--ye"], terminal, library), 2);
  assertEquals(terminal.err.join(""), "xpm-copy: unknown option --ye\n  did you mean --yes?\n");
  assertEquals(closed(), 0);
});

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

Deno.test("main() says nothing of jobs in place where there was nothing to bring", async () => {
  const work: Work = (tell) => {
    tell({ type: "planned", plan: samplePlan({ jobs: [] }) });
    const none = { bytes: 0, totalBytes: 12, jobs: 0, received: 0, totalJobs: 0 };
    for (const bytes of [0, 12]) tell({ type: "progress", progress: { ...none, bytes } });
    return Promise.reject(new CopyError("refused", "they are the same", "choose another"));
  };
  const terminal = fakeTerminal();
  assertEquals(await main([...COPY, "-yq"], terminal, fakeLibrary({ work }).library), 1);
  assertEquals(terminal.err.join(""), "xpm-copy: they are the same after 12 B\n  choose another\n");
});

Deno.test("main() tells what all copies of a run that it follows have brought", async () => {
  const work: Work = (tell) => {
    for (const number of [1, 2]) {
      const jobs = [job(number, "copy", "done"), job(3, "wait", "running")];
      tell({ type: "planned", plan: samplePlan({ jobs }) });
      tell({ type: "published", job: jobs[0]!, replaced: false });
      tell({ type: "followed", result: sampleResult() });
    }
    return Promise.reject(new CopyError("interrupted", "interrupted"));
  };
  const terminal = fakeTerminal();
  const { library } = fakeLibrary({ work });
  assertEquals(await main([...COPY, "-yq", "--follow"], terminal, library), 130);
  assertStringIncludes(terminal.err.join(""), "\n  2 of 2 jobs are complete and in place\n");
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
      "",
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
  assertMatch(terminal.err.join(""), /\S\nwarning: rsync.*\nwarning: no workspace.*\n\n$/);
});

Deno.test("main() leaves errors to the summary, and tells them itself where none comes", async () => {
  const hint = "repair it at the source";
  const problem = { code: "job" as const, message: "params.json is not JSON", hint };
  const told = async (end: () => ReturnType<Work>) => {
    const work: Work = (tell) => {
      tell({ type: "planned", plan: samplePlan() });
      tell({ type: "warning", problem, isError: true });
      return end();
    };
    const terminal = fakeTerminal();
    await main([...COPY, "--yes"], terminal, fakeLibrary({ work }).library);
    return terminal.out.concat(terminal.err).join("").split("\n").filter((line) =>
      /params|repair|again/.test(line)
    );
  };
  const copied = () => Promise.resolve(sampleResult({ complete: false, errors: [problem] }));
  assertEquals(await told(copied), ["  params.json is not JSON", `    ${hint}`]);
  const lost = () => Promise.reject(new LostConnection("the connection was lost"));
  assertEquals(await told(lost), [
    "warning: params.json is not JSON",
    `  ${hint}`,
    "  run the same command again to resume",
  ]);
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
