/**
 * What the program asks in a terminal, and that it asks nothing elsewhere.
 *
 * @module
 */

import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { fromFileUrl } from "@std/path";
import { CopyError } from "../../lib/errors.ts";
import { main } from "../../lib/cli/main.ts";
import { emptyPlan, fakeTerminal } from "./samples.ts";
import { fakeLibrary } from "./fake_library.ts";

const COPY_NOW = { question: "Copy now? [y/N]", entries: ["no", "yes"] };

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

Deno.test("main() asks for the file of an export, and of an import", async () => {
  const { library, asked } = fakeLibrary();
  for (
    const [words, sentence] of [
      [["export", "neuralir", "--from", "cluster"], "export needs a file to write"],
      [["import", "--to", "local"], "import needs a file"],
      [["import", "a.tar", "--from", "local"], "`xpm-copy import` does not take --from"],
      [["export", "a", "--yes", "-o", "a.tar"], "`xpm-copy export` does not take --yes"],
      [["import", "a.tar"], "no destination given\n  add --to WORKSPACE; known: local, cluster, "],
    ] as const
  ) {
    const terminal = fakeTerminal();
    assertEquals(await main([...words], terminal, library), 2);
    assertMatch(terminal.err.join(""), new RegExp(sentence));
  }
  assertEquals(asked, []);
});

Deno.test("main() asks in a terminal where an import goes, once the file is there", async () => {
  const none = fakeTerminal({ interactive: true });
  const { library, asked } = fakeLibrary();
  assertEquals(await main(["import", "/no/such.tar"], none, library), 4);
  assertEquals([none.asked, none.err.join("")], [[], "xpm-copy: there is no file /no/such.tar\n"]);
  const named = fakeTerminal({ interactive: true });
  assertEquals(await main(["export", "neuralir", "-o", "/a.zip"], named, library), 2);
  assertEquals(named.asked, []);
  assertStringIncludes(named.err.join(""), "/a.zip is not a valid name for an archive");
  const terminal = fakeTerminal({ interactive: true, answers: [1] });
  const file = fromFileUrl(import.meta.url);
  assertEquals(await main(["import", file], terminal, library), 0);
  const entries = ["local    /home/me/experiments/main", "cluster  user@hpc:~/xp"];
  const question = "To which workspace?";
  assertEquals(terminal.asked, [
    { question, entries: [...entries, "archive  /archive", "another path…"] },
  ]);
  assertEquals(asked[0]?.to, "cluster");
  assertStringIncludes(terminal.out.join(""), `xpm-copy import ${file} --to cluster --yes\n`);
});

Deno.test("main() asks in a terminal for all that is missing", async () => {
  // the source: cluster; the experiment: neuralir; the run: the older; where to: archive
  const terminal = fakeTerminal({ interactive: true, answers: [1, 1, 1, 0] });
  const { library, asked } = fakeLibrary();
  assertEquals(await main([], terminal, library), 0);
  assertEquals(terminal.asked, [
    {
      question: "From which workspace?",
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
      question: "To which workspace?",
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

Deno.test("main() asks nothing where the ends cannot be right, or the destination is not reached", async () => {
  const reach = () => Promise.reject(new CopyError("connection", "no route to user@hpc"));
  for (
    const [to, sentence] of [
      ["local", "source and destination are the same folder: /home/me/experiments/main"],
      ["cluster", "no route to user@hpc"],
    ] as const
  ) {
    const terminal = fakeTerminal({ interactive: true, answers: [0, 0] });
    const { library } = fakeLibrary({ reach });
    await main(["neuralir", "--from", "local", "--to", to, "--yes"], terminal, library);
    assertEquals(terminal.asked, []);
    assertStringIncludes(terminal.err.join(""), sentence);
  }
});

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

Deno.test("main() asks for a path where none of the settings is meant, until one is given", async () => {
  const lines = ["nosuch", "/data/xpm"];
  const terminal = fakeTerminal({ interactive: true, answers: [3, 0, 0], lines });
  const { library, asked } = fakeLibrary();
  await main(["bert", "current", "--from", "cluster"], terminal, library);
  const questions = terminal.asked.map(({ question }) => question);
  assertEquals(questions.length, 3 + 1);
  assertEquals(questions[1], "To which path?");
  assertEquals(questions[2], "no workspace named 'nosuch'. To which path?");
  assertEquals(terminal.asked[2]!.entries, ["known: local, cluster, archive"]);
  assertEquals(asked.map(({ to }) => to), ["/data/xpm"]);
});

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
  for (const command of ["status", "check", "permissions"]) { // which copy nothing
    const terminal = fakeTerminal({ interactive: true });
    assertEquals(await main([command], terminal, library), 130);
    assertEquals(terminal.asked[0]!.question, "From which workspace?");
    assertEquals(terminal.err.join(""), "xpm-copy: interrupted\n");
  }
});

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

Deno.test("main() needs both workspaces to compare, where it may not ask", async () => {
  for (const args of [["--from", "cluster"], ["--to", "local"]]) {
    const terminal = fakeTerminal();
    assertEquals(await main(["status", ...args], terminal, fakeLibrary().library), 2);
    assertMatch(terminal.err.join(""), /^xpm-copy: no (source|destination) given\n/);
  }
});
