/**
 * The commands beside a copy.
 *
 * @module
 */

import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { main } from "../../lib/cli/main.ts";
import { makeSample } from "../../scripts/sample.ts";
import { withFolder } from "../support/variables.ts";
import { fakeTerminal, sampleCheck, sampleMove } from "./samples.ts";
import { COPY, ENDS, fakeLibrary } from "./fake_library.ts";

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
    const [stays] = /(?<=^ +keep ) +.*/m.exec(plan!)!;
    assertStringIncludes(done!, `  kept ${stays}\n`);
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
    "  (to check one:  xpm-copy check EXPERIMENT RUN --from cluster --to local)",
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

Deno.test("main() ends a diagnosis with a blank line before the next login, and the last without one", async () => {
  const terminal = fakeTerminal();
  const before: string[] = [];
  const findings = [{ check: "space" as const, state: "ok" as const, message: "enough" }];
  const { library } = fakeLibrary({
    diagnose: ({ id }) => {
      before.push(terminal.out.join(""));
      return Promise.resolve({ workspace: id, from: true, to: true, findings });
    },
  });
  assertEquals(await main(["doctor", "local", "cluster"], terminal, library), 0);
  assertMatch(before[1]!, /would work\.\n\n$/);
  assertMatch(terminal.out.join(""), /\n\ncluster\n.*would work\.\n$/s);
});
