import { assertEquals, assertThrows } from "@std/assert";
import { parseArguments } from "../../lib/cli/arguments.ts";
import { parseBandwidth, parseSize, parseStreams } from "../../lib/cli/values.ts";
import { nearest } from "../../lib/settings/nearest.ts";
import { quote, quoteCommand } from "../../lib/text/shell.ts";
import { CopyError } from "../../lib/errors.ts";

const OUTPUT = {
  json: false,
  quiet: false,
  verbose: false,
  progress: true,
  color: "auto" as const,
};
const COPY = {
  command: "copy" as const,
  experimentId: undefined,
  runId: undefined,
  from: undefined,
  to: undefined,
  yes: false,
  dryRun: false,
  includeRunning: false,
  ended: false,
  keepReplaced: false,
  create: false,
  moves: false,
  fsync: true,
  follow: undefined,
  check: false,
  checksum: false,
  runs: undefined,
  states: [],
  tasks: [],
  tags: {},
  exclude: [],
  maxSize: undefined,
  metadataOnly: false,
  references: true,
  map: {},
  bandwidthLimit: undefined,
  streams: undefined,
  connectTimeout: undefined,
  timeout: undefined,
  settings: undefined,
  ...OUTPUT,
};
const CHECK = {
  command: "check" as const,
  experimentId: undefined,
  runId: undefined,
  from: undefined,
  to: undefined,
  ended: false,
  map: {},
  checksum: false,
  connectTimeout: undefined,
  timeout: undefined,
  settings: undefined,
  ...OUTPUT,
};
const STATUS = {
  command: "status" as const,
  experimentIds: [],
  from: undefined,
  to: undefined,
  connectTimeout: undefined,
  timeout: undefined,
  settings: undefined,
  ...OUTPUT,
};
const LIST = {
  command: "ls" as const,
  workspace: undefined,
  experimentId: undefined,
  runId: undefined,
  brief: false,
  sizes: true,
  sort: undefined,
  states: [],
  tasks: [],
  tags: {},
  connectTimeout: undefined,
  timeout: undefined,
  settings: undefined,
  ...OUTPUT,
};

const CLEAN = {
  command: "clean" as const,
  workspace: "",
  yes: false,
  connectTimeout: undefined,
  timeout: undefined,
  settings: undefined,
  ...OUTPUT,
};

const { workspace: _, yes: _yes, ...DOCTOR } = { ...CLEAN, command: "doctor" as const };

const UNDERSTOOD: [string[], ReturnType<typeof parseArguments>][] = [
  [[], COPY],
  [["copy"], COPY],
  [["neuralir", "--follow"], { ...COPY, experimentId: "neuralir", follow: 10 }],
  [["--follow", "60", "neuralir"], { ...COPY, experimentId: "neuralir", follow: 60 }],
  [["--follow=5", "neuralir", "1"], { ...COPY, experimentId: "neuralir", runId: "1", follow: 5 }],
  [["--follow", "neuralir"], { ...COPY, experimentId: "neuralir", follow: 10 }],
  [["neuralir"], { ...COPY, experimentId: "neuralir" }],
  [["neuralir", "current"], { ...COPY, experimentId: "neuralir", runId: "current" }],
  [["copy", "ls"], { ...COPY, experimentId: "ls" }],
  [["copy", "copy", "20260118_170744.1"], {
    ...COPY,
    experimentId: "copy",
    runId: "20260118_170744.1",
  }],
  [["--from", "a", "--to", "b", "-y"], { ...COPY, from: "a", to: "b", yes: true }],
  [["--from-workspace=a", "--to-workspace", "b"], { ...COPY, from: "a", to: "b" }],
  [["--from", "a", "--from", "b"], { ...COPY, from: "b" }],
  [["x", "--exclude", "*.ckpt", "--exclude=-x"], {
    ...COPY,
    experimentId: "x",
    exclude: ["*.ckpt", "-x"],
  }],
  [["x", "--state=done,failed", "--task", "*.train", "--tag", "lr=0.1", "--tag=lr=1=2"], {
    ...COPY,
    experimentId: "x",
    states: ["done", "failed"],
    tasks: ["*.train"],
    tags: { lr: ["0.1", "1=2"] },
  }],
  [["x", "--max-size", "1.5K", "--metadata-only"], {
    ...COPY,
    experimentId: "x",
    maxSize: 1536,
    metadataOnly: true,
  }],
  [["--include-running", "--ended", "--keep-replaced", "--create"], {
    ...COPY,
    includeRunning: true,
    ended: true,
    keepReplaced: true,
    create: true,
  }],
  [["--bwlimit", "10m", "--settings", "s.yaml"], {
    ...COPY,
    bandwidthLimit: 10240,
    settings: "s.yaml",
  }],
  [["--no-fsync"], { ...COPY, fsync: false }],
  [["--streams", "4"], { ...COPY, streams: 4 }],
  [["--connect-timeout", "5", "--timeout=0"], { ...COPY, connectTimeout: 5, timeout: 0 }],
  [["ls", "--timeout", "60"], { ...LIST, timeout: 60 }],
  [["-yv", "--no-progress", "--color=never"], {
    ...COPY,
    yes: true,
    verbose: true,
    progress: false,
    color: "never",
  }],
  [["--json"], { ...COPY, json: true }],
  [["--map", "/a=b=/c", "--map=/d=/e=f", "--map", "/d=/e=f"], {
    ...COPY,
    map: { "/a=b": "/c", "/d": "/e=f" },
  }],
  [["-q"], { ...COPY, quiet: true }],
  [["ls"], LIST],
  [["ls", "cluster", "ls"], { ...LIST, workspace: "cluster", experimentId: "ls" }],
  [["ls", "--", "-odd"], { ...LIST, workspace: "-odd" }],
  [["ls", "cluster", "--brief"], { ...LIST, workspace: "cluster", brief: true }],
  [["ls", "cluster", "--no-size", "--sort", "age"], {
    ...{ ...LIST, workspace: "cluster", sizes: false, sort: "age" },
  }],
  [["ls", "a", "b", "current", "--state", "done", "--task", "*.x", "--tag", "lr=1"], {
    ...{ ...LIST, workspace: "a", experimentId: "b", runId: "current" },
    ...{ states: ["done"], tasks: ["*.x"], tags: { lr: ["1"] } },
  }],
  [["clean", "cluster", "-y"], { ...CLEAN, workspace: "cluster", yes: true }],
  [["clean", "./x"], { ...CLEAN, workspace: "./x" }],
  [["copy", "clean"], { ...COPY, experimentId: "clean" }],
  [["check"], CHECK],
  [["check", "neuralir", "current", "--from", "a", "--to=b", "--checksum", "--ended"], {
    ...{ ...CHECK, experimentId: "neuralir", runId: "current", from: "a", to: "b" },
    ...{ checksum: true, ended: true },
  }],
  [["check", "x", "--map", "/data=/mnt"], {
    ...CHECK,
    experimentId: "x",
    map: { "/data": "/mnt" },
  }],
  [["status"], STATUS],
  [["status", "a", "b", "c", "--from", "x", "--to", "y"], {
    ...{ ...STATUS, experimentIds: ["a", "b", "c"], from: "x", to: "y" },
  }],
  [["copy", "check", "--check"], { ...COPY, experimentId: "check", check: true }],
  [["x", "--check", "--checksum"], { ...COPY, experimentId: "x", check: true, checksum: true }],
  [["doctor"], { ...DOCTOR, workspaces: [] }],
  [["doctor", "a", "./x", "--", "-c"], { ...DOCTOR, workspaces: ["a", "./x", "-c"] }],
  [["copy", "doctor"], { ...COPY, experimentId: "doctor" }],
  [["a", "b", "c", "--help"], { command: "help" }],
  [["help"], { command: "help" }],
  [["help", "clean"], { command: "help", of: "clean" }],
  [["list", "-h"], { command: "help", of: "ls" }],
  [["copy", "help"], { ...COPY, experimentId: "help" }],
  [["help", "help"], { command: "help" }],
  [["neuralir", "-h"], { command: "help" }],
  [["copy", "mve"], { ...COPY, experimentId: "mve" }],
  [["mve", "-y"], { ...COPY, experimentId: "mve", similar: "move", yes: true }],
  [["list", "cluster", "--timeout", "60"], { ...LIST, workspace: "cluster", timeout: 60 }],
  [["copy", "list"], { ...COPY, experimentId: "list" }],
  [["x", "-n"], { ...COPY, experimentId: "x", dryRun: true }],
  [["x", "--dry-run"], { ...COPY, experimentId: "x", dryRun: true }],
  [["-V"], { command: "version" }],
];

for (const [args, request] of UNDERSTOOD) {
  Deno.test(`parseArguments() understands [${args.join(" ")}]`, () => {
    assertEquals(parseArguments(args), request);
  });
}

const REFUSED: [string[], string, string][] = [
  [["--form", "a"], "unknown option --form", "did you mean --from?"],
  [["--keep"], "unknown option --keep", "did you mean --keep-replaced?"],
  [["--zzzzzzzz"], "unknown option --zzzzzzzz", "see `xpm-copy --help`"],
  [["-x"], "unknown option -x", "see `xpm-copy --help`"],
  [["--\x1b[31m"], "unknown option --\\u001b[31m", "see `xpm-copy --help`"],
  [["--constructor"], "unknown option --constructor", "see `xpm-copy --help`"],
  [["--from"], "--from needs a value", "see `xpm-copy --help`"],
  [["--from="], "--from needs a value", "see `xpm-copy --help`"],
  [
    ["--from", "--to", "b"],
    "--from needs a value, but --to follows",
    "if that is the value, write --from=--to",
  ],
  [["--yes=no"], "--yes takes no value", "write --yes alone"],
  [
    ["--from", "a", "--from-workspace", "b"],
    "--from and --from-workspace are the same option",
    "give only one of them",
  ],
  [["-qv"], "--quiet and --verbose contradict each other", "give only one of them"],
  [
    ["-q", "--json"],
    "--quiet and --json cannot be combined",
    "with --json, read only the last line",
  ],
  [["ls", "--from", "a"], "`xpm-copy ls` does not take --from", "write `xpm-copy ls WORKSPACE`"],
  [["ls", "-y"], "`xpm-copy ls` does not take --yes", "write `xpm-copy ls WORKSPACE`"],
  [["help", "foo"], "there is no command 'foo'", "see `xpm-copy --help`"],
  [["help", "statsu"], "there is no command 'statsu'", "did you mean status?"],
  [["statsu", "--help"], "there is no command 'statsu'", "did you mean status?"],
  [["exprot", "a", "-o", "f.tar"], "there is no command 'exprot'", "did you mean export?"],
  [["sl", "a", "b", "c"], "there is no command 'sl'", "did you mean ls?"],
  [["a", "--brief"], "`xpm-copy copy` does not take --brief", "it belongs to `xpm-copy ls`"],
  [
    ["clean", "a", "--brief"],
    "`xpm-copy clean` does not take --brief",
    "it belongs to `xpm-copy ls`",
  ],
  [
    ["ls", "a", "b", "--task", "x"],
    "--task chooses jobs, and needs a run",
    "write `xpm-copy ls WORKSPACE EXPERIMENT RUN`; RUN may be `current`",
  ],
  [
    ["ls", "a", "b", "c", "--brief"],
    "--brief does not look at jobs, so it cannot list those of a run",
    "use --no-size",
  ],
  [["ls", "--sort", "age"], "--sort needs a workspace", "write `xpm-copy ls WORKSPACE`"],
  [
    ["ls", "a", "--sort", "size", "--no-size"],
    "--sort size and --no-size cannot be combined",
    "drop one",
  ],
  [["ls", "a", "--sort=Age"], "--sort needs size, age or name, not 'Age'", "see `xpm-copy --help`"],
  [["doctor", "a", ""], "argument 2 is empty", "see `xpm-copy --help`"],
  [["doctor", "-y"], "`xpm-copy doctor` does not take --yes", "write `xpm-copy doctor WORKSPACE`"],
  [
    ["doctor", "--exclude", "x"],
    "`xpm-copy doctor` does not take --exclude",
    "write `xpm-copy doctor WORKSPACE`",
  ],
  [
    ["check", "x", "--exclude", "y"],
    "`xpm-copy check` does not take --exclude",
    "it belongs to `xpm-copy copy`",
  ],
  [
    ["status", "--checksum"],
    "`xpm-copy status` does not take --checksum",
    "it belongs to `xpm-copy check`",
  ],
  [["status", "a", ""], "argument 2 is empty", "see `xpm-copy --help`"],
  [
    ["check", "x", "--all-runs"],
    "`xpm-copy check` does not take --all-runs",
    "check one run at a time, or give --check to the copy of these runs",
  ],
  [
    ["status", "a", "b", "--all"],
    "`xpm-copy status` does not take --all",
    "leave it out: all runs are compared",
  ],
  [
    ["status", "a", "neur*"],
    "'neur*' is a pattern: `xpm-copy status` takes none here",
    "leave it out: all runs are compared",
  ],
  [
    ["export", "neur*", "-o", "x.tar"],
    "'neur*' is a pattern: `xpm-copy export` takes none here",
    "export one run at a time",
  ],
  [
    ["a", "2026*"],
    "'2026*' is a pattern: `xpm-copy copy` takes none here",
    "select runs by  --runs '2026*'",
  ],
  [
    ["ls", "a?", "b", "2026[01]*"],
    "'2026[01]*' is a pattern: `xpm-copy ls` takes none here",
    "leave it out: all are listed",
  ],
  [["check", "x", "-y"], "`xpm-copy check` does not take --yes", "it belongs to `xpm-copy copy`"],
  [
    ["ls", "--checksum"],
    "`xpm-copy ls` does not take --checksum",
    "write `xpm-copy ls WORKSPACE`",
  ],
  [
    ["x", "--checksum"],
    "--checksum belongs to --check",
    "add --check, or write `xpm-copy check`",
  ],
  [["clean"], "clean needs a workspace", "write `xpm-copy clean WORKSPACE`"],
  [["clean", "a", "b"], "unexpected argument 'b'", "expected WORKSPACE"],
  [
    ["--timeout", "soon"],
    "--timeout needs a number of seconds, not 'soon'",
    "use a whole number, or 0 for no limit",
  ],
  [["completions", "bash", "zsh"], "unexpected argument 'zsh'", "expected SHELL"],
  [["completions", "bash", "zsh", "--", "ls"], "unexpected argument 'zsh'", "expected SHELL"],
  [["a", "b", "c"], "unexpected argument 'c'", "expected EXPERIMENT and RUN"],
  [["ls", "a", "b", "c", "d"], "unexpected argument 'd'", "expected WORKSPACE, EXPERIMENT and RUN"],
  [["a", ""], "argument 2 is empty", "see `xpm-copy --help`"],
  [
    ["--map", "data"],
    "--map needs OLD=NEW, not 'data'",
    "write OLD=NEW with absolute paths, e.g. /data=/mnt/data",
  ],
  [
    ["--map", "/data"],
    "--map needs OLD=NEW, not '/data'",
    "write OLD=NEW with absolute paths, e.g. /data=/mnt/data",
  ],
  [
    ["--map", "/data="],
    "--map needs OLD=NEW, not '/data='",
    "write OLD=NEW with absolute paths, e.g. /data=/mnt/data",
  ],
  [
    ["--map", "/data=x"],
    "--map needs OLD=NEW, not '/data=x'",
    "write OLD=NEW with absolute paths, e.g. /data=/mnt/data",
  ],
  [
    ["--map", "data=/x"],
    "invalid --map 'data=/x': 'data' is not an absolute path",
    "write OLD=NEW with absolute paths, e.g. /data=/mnt/data",
  ],
  [
    ["--map", "/=/x"],
    "invalid --map '/=/x': '/' is the root folder",
    "write OLD=NEW with absolute paths, e.g. /data=/mnt/data",
  ],
  [
    ["--map", "/a/..=/x"],
    "invalid --map '/a/..=/x': '/a/..' contains '..'",
    "write OLD=NEW with absolute paths, e.g. /data=/mnt/data",
  ],
  [
    ["--map", "/a=/x", "--map", "/a=/y"],
    "--map gives two values for /a",
    "write OLD=NEW with absolute paths, e.g. /data=/mnt/data",
  ],
  [["ls", "--map", "/a=/b"], "`xpm-copy ls` does not take --map", "write `xpm-copy ls WORKSPACE`"],
  [
    ["permissions", "ls", "cluster"],
    "`xpm-copy permissions` knows nothing of ls",
    "it is for copy, move, export, import",
  ],
  [
    ["--state", "done,fine"],
    "--state does not know 'fine'",
    "did you mean done?\nchoose done, failed, running, unfinished, e.g. done,failed",
  ],
  [
    ["--tag", "lr"],
    "--tag needs KEY=VALUE, not 'lr'",
    "write e.g. lr=0.1 or 'model=bert*'",
  ],
  [
    ["--max-size", "big"],
    "--max-size needs a size, not 'big'",
    "write bytes, or e.g. 500M or 2G",
  ],
  [["--color", "blue"], "--color needs auto, always or never, not 'blue'", "see `xpm-copy --help`"],
];

for (const [args, message, hint] of REFUSED) {
  Deno.test(`parseArguments() refuses ${JSON.stringify(args)}`, () => {
    const error = assertThrows(() => parseArguments(args), CopyError);
    assertEquals([error.code, error.message, error.hint], ["usage", message, hint]);
  });
}

Deno.test("parseBandwidth() reads what rsync reads", () => {
  const table: [string, number][] = [
    ["0", 0],
    ["1", 1],
    ["5000", 5000],
    ["1.5m", 1536],
    ["10M", 10240],
    ["10MiB", 10240],
    ["1g", 1024 ** 2],
    ["2k", 2],
    ["1024KB", 1000],
    ["1MB", 977],
    ["100b", 1],
    ["4096B", 4],
  ];
  for (const [text, kib] of table) assertEquals(parseBandwidth(text), kib, text);
});

Deno.test("parseSize() reads bytes, and refuses what is no number", () => {
  const table: [string, number][] = [
    ...[["0", 0], ["1000", 1000], ["10b", 10], ["1.5k", 1536], ["2G", 2 ** 31]],
    ...[["1MiB", 2 ** 20], ["500KB", 500_000], ["1t", 2 ** 40]],
  ] as [string, number][];
  for (const [text, bytes] of table) assertEquals(parseSize(text), bytes, text);
  for (const text of ["", "x", "-1", "1e3", "2GG", "1 k", "9999999t"]) {
    assertEquals(assertThrows(() => parseSize(text), CopyError).code, "usage", text);
  }
});

Deno.test("parseBandwidth() refuses what is no number", () => {
  for (const text of ["fast", "-1", "10 m", "1e3", "m", "10mm", ""]) {
    const error = assertThrows(() => parseBandwidth(text), CopyError);
    assertEquals(error.message, `--bwlimit needs a rate, not '${text}'`);
  }
});

Deno.test("parseStreams() refuses what is no number from 1 to 99", () => {
  for (const text of ["0", "-1", "100", "1.5", "many", "", "04"]) {
    const error = assertThrows(() => parseStreams(text), CopyError);
    assertEquals(error.message, `--streams needs a number, not '${text}'`);
  }
});

Deno.test("nearest() gives the known word that is meant, or none", () => {
  const known = ["--from", "--yes", "--verbose", "--version", "--json"];
  assertEquals(nearest("--form", known), "--from");
  assertEquals(nearest("--verb", known), "--verbose");
  assertEquals(nearest("--jsno", known), "--json");
  assertEquals(nearest("--entirely-else", known), undefined);
  assertEquals(nearest("chekc", ["check"]), "check");
  assertEquals(nearest("ab", ["ls"]), undefined); // half of it is wrong, and the rest as well
});

Deno.test("quote() leaves plain words and a home folder bare", () => {
  for (const word of ["neuralir", "user@hpc:~/xp", "~/a/b", "./x", "ssh://u@h:22/x", "a=b"]) {
    assertEquals(quote(word), word);
  }
});

Deno.test("quote() quotes what a shell would act on", () => {
  assertEquals(quote("my run"), "'my run'");
  assertEquals(quote("it's $(x)"), `'it'\\''s $(x)'`);
  assertEquals(quote("*.ckpt"), "'*.ckpt'");
  assertEquals(quote(""), "''");
  assertEquals(quote("~user"), "'~user'");
  assertEquals(quote("=ls"), "'=ls'");
});

Deno.test("quote() never lets a control character out", () => {
  assertEquals(quote("a\x1b[31m'\\"), "$'a\\u001b[31m\\'\\\\'");
});

Deno.test("quoteCommand() quotes word by word", () => {
  assertEquals(quoteCommand(["rsync", "-a", "a b"]), "rsync -a 'a b'");
});

Deno.test("parseArguments() takes for permissions what it takes for a copy", () => {
  const args = ["e", "r", "--from", "a", "--to", "b", "--exclude", "*.ckpt", "--create"];
  const copied = parseArguments(["copy", ...args]);
  assertEquals(parseArguments(["permissions", ...args]), { ...copied, command: "permissions" });
  assertEquals(
    parseArguments(["permissions", "copy", ...args]),
    parseArguments(["permissions", ...args]),
  );
  for (const words of [["export", "e", "-o", "a.tar"], ["import", "a.tar", "--create"]]) {
    const granted = { ...parseArguments(words), grants: true };
    assertEquals<unknown>(parseArguments(["permissions", ...words]), granted);
  }
  const named = parseArguments(["copy", "permissions"]);
  assertEquals("experimentId" in named && named.experimentId, "permissions");
  assertThrows(() => parseArguments(["permissions", ...args, "more"]), CopyError, "'more'");
});
