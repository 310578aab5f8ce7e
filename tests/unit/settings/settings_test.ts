import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import { CopyError } from "../../../lib/errors.ts";
import { loadSettings } from "../../../lib/settings/settings.ts";
import { withFolder, withVariables } from "../../support/variables.ts";

const VARIABLES = { HOME: "/home/me", SCRATCH: "/scratch/me", PORT: "22", XPM_UNSET: undefined };

/** The workspaces of a settings file with this text. */
function read(text: string) {
  return withFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/settings.yaml`, text);
    const settings = await withVariables(VARIABLES, () => loadSettings(`${folder}/settings.yaml`));
    assertEquals(settings.file, `${folder}/settings.yaml`);
    return settings.workspaces;
  });
}

/** How it is refused: the message with the folder taken off, and the hint. */
function refusal(text: string | Uint8Array) {
  return withFolder(async (folder) => {
    const bytes = typeof text === "string" ? new TextEncoder().encode(text) : text;
    await Deno.writeFile(`${folder}/settings.yaml`, bytes);
    const { code, message, hint } = await assertRejects(
      () => loadSettings(`${folder}/settings.yaml`),
      CopyError,
    );
    assertEquals(code, "settings");
    return [message.replace(`${folder}/`, ""), hint];
  });
}

Deno.test("loadSettings() reads all that a workspace can have", async () => {
  assertEquals(
    await read(`
server: { port: 12345 }
workspaces:
  - id: local
    path: ~/experiments/main
    triggers: ["neuralir-*"]
    folders:
      - { path: /fast/nlp, mode: move }
      - { path: ~/old }
    alt_workspaces: [archive, cluster, ./x/../y]
    env: { KEY: value }
    history: { max_done: 2, max_failed: 7 }
    max_retries: 4
    lock_mode: "0664"
  - id: cluster
    path: ~/experiments/main
    folders: [{ path: ~you/ignored }]
    ssh:
      host: user@cluster
      options: ["-p", "2222"]
      shell_init: "module load python"
  - id: archive
    path: /data//archive/
    history: { max_failed: 3 }
`),
    [
      {
        id: "local",
        path: "/home/me/experiments/main",
        triggers: ["neuralir-*"],
        env: { KEY: "value" },
        history: { maxDone: 2, maxFailed: 7 },
        maxRetries: 4,
        folders: [
          { path: "/data/archive", mode: "use" },
          { path: `${Deno.cwd()}/cluster`, mode: "use" },
          { path: `${Deno.cwd()}/y`, mode: "use" },
          { path: "/fast/nlp", mode: "move" },
          { path: "/home/me/old", mode: "use" },
        ],
      },
      {
        id: "cluster",
        path: "~/experiments/main",
        ssh: { host: "user@cluster", options: ["-p", "2222"] },
      },
      { id: "archive", path: "/data/archive", history: { maxDone: 5, maxFailed: 3 } },
    ],
  );
});

Deno.test("loadSettings() names keys that nobody knows, and what may have been meant", () =>
  withFolder(async (folder) => {
    const file = `${folder}/settings.yaml`;
    const said = async (text: string) => {
      await Deno.writeTextFile(file, text);
      return (await loadSettings(file)).unknown?.map((line) => line.replace(`${folder}/`, ""));
    };
    const known =
      "{ host: a, options: [], shell_init: x, uv_offline: true, python: x, xpm_path: x }";
    assertEquals(
      await said(`
common: &common { max_done: 1 }
carbon: { enabled: false }
workspaces:
  - { id: a, path: /a, lock_mode: umask, env: { any: x }, history: *common }
  - { id: b, path: b, ssh: ${known} }
`),
      undefined,
    );
    assertEquals(
      await said(`
workspace: []
history: { max_dnoe: 1 }
workspaces:
  - { id: a, path: /a, host: me@hpc, colour: red, folders: [{ path: /b, mod: move }] }
  - id: b
    path: b
    ssh: { host: a, port: 2222, user: me, option: [], "\\e": 1 }
`),
      [
        "settings.yaml: the unknown key 'workspace' is ignored; did you mean workspaces?",
        "settings.yaml: workspaces[0]: the unknown key 'host' is ignored; it belongs under ssh",
        "settings.yaml: workspaces[0]: the unknown key 'colour' is ignored",
        "settings.yaml: workspaces[0].folders[0]: the unknown key 'mod' is ignored; did you mean mode?",
        ...[
          `port' is ignored; write options: ["-p", "2222"]`,
          "user' is ignored; write host: USER@HOST",
          "option' is ignored; did you mean options?",
          "\\u001b' is ignored",
        ].map((end) => `settings.yaml: workspaces[1].ssh: the unknown key '${end}`),
        "settings.yaml: history: the unknown key 'max_dnoe' is ignored; did you mean max_done?",
      ],
    );
  }));

Deno.test("loadSettings() takes the history of all for workspaces without their own", async () => {
  const found = await read(`
history: { max_done: 9 }
workspaces: [{ id: a, path: /a }, { id: b, path: /b, history: { max_done: 1 } }]
`);
  assertEquals(found.map(({ history }) => history), [
    { maxDone: 9, maxFailed: 1 },
    { maxDone: 1, maxFailed: 1 },
  ]);
});

Deno.test("loadSettings() takes a workspace with an empty ssh host for a local one", async () => {
  assertEquals(
    await read(`
workspaces:
  - { id: a, path: ~/a, ssh: { host: "" } }
  - { id: b, path: ~/b, ssh: { python: python3 } }
  - { id: c, path: "~", ssh: null }
`),
    [
      { id: "a", path: "/home/me/a" },
      { id: "b", path: "/home/me/b" },
      { id: "c", path: "/home/me" },
    ],
  );
});

for (
  const text of ["", "# nothing\n", "---\n...\n", "workspaces:\n", "env: { A: 1 }\n", "\ufeff{}"]
) {
  Deno.test(`loadSettings() finds no workspaces in ${JSON.stringify(text)}`, async () => {
    assertEquals(await read(text), []);
  });
}

Deno.test("loadSettings() puts in variables, written in four ways", async () => {
  assertEquals(
    await read(`
workspaces:
  - id: "\${oc.env.PORT}"
    path: "\${env:SCRATCH}/a\${env.PORT}"
    max_retries: \${oc.env:PORT}
  - id: b
    path: "\${env:SCRATCH}/\${env:XPM_UNSET}/\${env:}/\${other:PORT}"
  - id: c
    path: \${oc.env:SCRATCH}
    ssh: { host: "\${env.PORT}.org", options: [-p, "\${env:PORT}"] }
`),
    [
      { id: "22", path: "/scratch/me/a22", maxRetries: 22 },
      { id: "b", path: "/scratch/me/${env:XPM_UNSET}/${env:}/${other:PORT}" },
      { id: "c", path: "/scratch/me", ssh: { host: "22.org", options: ["-p", "22"] } },
    ],
  );
});

// As YAML 1.2 has them. Where experimaestro 2.7.0, which reads YAML 1.1, makes another text of the
// value, it stands beside.
const SCALARS: [yaml: string, text: string, text11?: string][] = [
  ["1", "1"],
  ["1.0", "1", "1.0"],
  ["1.", "1", "1.0"],
  ["-.5", "-.5"],
  [".5", "0.5"],
  ["1e5", "100000", "1e5"],
  ["1.5e+20", "1.5e+20"],
  ["1.0e+15", "1000000000000000", "1000000000000000.0"],
  ["1.0e+16", "1e+16"],
  ["1.0e-7", "1e-07"],
  ["0.0001", "0.0001"],
  [".inf", "inf"],
  ["-.INF", "-inf"],
  [".nan", "nan"],
  ["010", "8"],
  ["08", "08"],
  ["0o17", "0o17"],
  ["0x1F", "31"],
  ["0b101", "5"],
  ["-0x_1F", "-31"],
  ["1_000", "1000"],
  ["1:30:00", "1:30:00", "5400"],
  ["190:20:30.15", "190:20:30.15", "685230.15"],
  ["12345678901234567890", "1.2345678901234567e+19", "12345678901234567890"],
  ["yes", "yes", "True"],
  ["Off", "Off", "False"],
  ["y", "y"],
  ["true", "True"],
  ["'1.0'", "1.0"],
  ["!!str yes", "yes"],
  ['"a\\nb"', "a\nb"],
  ['"${env:PORT}"', "22"],
];

for (const [yaml, text] of SCALARS) {
  Deno.test(`loadSettings() makes ${text} of the env value ${yaml}`, async () => {
    const [workspace] = await read(`workspaces: [{ id: a, path: /a, env: { A: ${yaml} } }]`);
    assertEquals(workspace?.env, { A: text });
  });
}

Deno.test("loadSettings() merges mappings, the own keys winning, then the first merged", async () => {
  assertEquals(
    await read(`
base: &base { path: /base, triggers: [x], max_retries: 1 }
workspaces:
  - { <<: *base, id: a, max_retries: 9 }
  - { id: b, <<: [{ path: /first }, *base] }
`),
    [
      { id: "a", path: "/base", triggers: ["x"], maxRetries: 9 },
      { id: "b", path: "/first", triggers: ["x"], maxRetries: 1 },
    ],
  );
});

Deno.test("loadSettings() merges a mapping once, however often it is merged", async () => {
  const levels = Array.from(
    { length: 40 },
    (_, i) => `b${i + 1}: &b${i + 1} { <<: [*b${i}, *b${i}] }`,
  );
  const text = `b0: &b0 { path: /base }\n${levels.join("\n")}\nworkspaces: [{ id: a, <<: *b40 }]`;
  assertEquals(await read(text), [{ id: "a", path: "/base" }]);
});

Deno.test("loadSettings() takes the last anchor of a name before an alias, also of a key", async () => {
  assertEquals(
    await read(`
workspaces:
  - { id: &x one, path: &p /one, triggers: &t [a, *x] }
  - { &k id: &x two, path: *p, triggers: *t }
  - { *k : *x, path: /three, triggers: [ *x ] }
`),
    [
      { id: "one", path: "/one", triggers: ["a", "one"] },
      { id: "two", path: "/one", triggers: ["a", "one"] },
      { id: "two", path: "/three", triggers: ["two"] },
    ],
  );
});

Deno.test("loadSettings() takes brackets that stand under their key, as Python does", async () => {
  assertEquals(
    await read(`
workspaces: [
{ id: a, path: /a },
  {
    id: b, path: /b,
    triggers: [
"x", # ]
    ],
  },
]
env: {
}
`),
    [{ id: "a", path: "/a" }, { id: "b", path: "/b", triggers: ["x"] }],
  );
});

Deno.test("loadSettings() takes the last of equal keys", async () => {
  assertEquals(
    await read("workspaces: []\nworkspaces: [{ id: x, id: a, path: /x, path: /a }]"),
    [{ id: "a", path: "/a" }],
  );
});

Deno.test("loadSettings() does not mind what is wrong in keys that it does not read", async () => {
  assertEquals(
    await read("a: &a { b: *a }\nc: 2026-99-99\nworkspaces: [{ id: a, path: /a, carbon: [1] }]"),
    [{ id: "a", path: "/a" }],
  );
});

Deno.test("loadSettings() takes as text what experimaestro refuses there as no text", async () => {
  assertEquals(await read("workspaces: [{ id: no, path: 22:22, triggers: [on, 1:30] }]"), [
    { id: "no", path: `${Deno.cwd()}/22:22`, triggers: ["on", "1:30"] },
  ]);
});

Deno.test("loadSettings() takes tabs where they do not indent an entry", async () => {
  assertEquals(
    await read(`
workspaces:
  - id:\ta\t# x
    ssh:
      shell_init: |
        load() {
         \tcase x in
         \t- y:
        \tz:
        }
      host: h
\t
\t# key:
    path: "/a b
      \tc"
`),
    [{ id: "a", path: "/a b c", ssh: { host: "h" } }],
  );
});

const W = "workspaces:\n";
for (
  const [text, place, what, hint] of [
    ["workspaces: { a: 1 }\n", "workspaces", "expected a list of workspaces"],
    [
      "# x\nserver:\n  port: 1\n\nenv: {}\n\nworkspaces:  abc",
      "workspaces",
      "expected a list of workspaces",
    ],
    ["hello", "", "expected a mapping with keys such as `workspaces`"],
    [W + "  - a\n", "workspaces[0]", "expected a workspace with `id` and `path`"],
    [W + "- id: a\n- path: /b\n", "workspaces[0]", "this workspace has no `path`"],
    [W + "- { path: /b }\n", "workspaces[0]", "this workspace has no `id`"],
    [W + "- { id: 1, path: /p }", "workspaces[0].id", "expected text", "put it in quotes"],
    [W + "- { id: a, path: true }", "workspaces[0].path", "expected a path", "put it in quotes"],
    [
      W + "- id: a\n  path: ~\n",
      "workspaces[0].path",
      "expected a path",
      'to mean the home folder, write "~" in quotes',
    ],
    [W + "- { id: a, path: '' }", "workspaces[0].path", "the path is empty"],
    [W + "- { id: a, path: '', ssh: { host: h } }", "workspaces[0].path", "the path is empty"],
    [W + "- { id: a, path: [/p] }", "workspaces[0].path", "expected a path"],
    [
      W + "- { id: a, path: ~you/x }",
      "workspaces[0].path",
      "'~you/x' begins with '~', but not with '~/'",
      "write the folder in full, or './~...' for a folder of that name",
    ],
    [
      W + '- { id: a, path: "/a\\nb" }',
      "workspaces[0].path",
      "'/a\\u000ab' contains a control character",
      "remove it",
    ],
    [
      W + "- { id: a, path: /p, triggers: x }",
      "workspaces[0].triggers",
      "expected a list of patterns",
    ],
    [
      W + "- { id: a, path: /p, triggers: [x, 1] }",
      "workspaces[0].triggers[1]",
      "expected text",
      "put it in quotes",
    ],
    [
      W + "- { id: a, path: /p, ssh: hpc }",
      "workspaces[0].ssh",
      "expected ssh settings with a `host`, e.g. ssh: { host: me@hpc }",
    ],
    [
      W + "- { id: a, path: /p, ssh: { host: hpc, options: [-p, 22] } }",
      "workspaces[0].ssh.options[1]",
      "expected text",
      "put it in quotes",
    ],
    [
      W + "- { id: a, path: /p, ssh: { host: -oX } }",
      "workspaces[0].ssh.host",
      "'-oX' is not a valid host: it begins with '-'",
      "write HOST, USER@HOST, or an alias of your ssh configuration",
    ],
    [
      W + "- { id: a, path: /p, ssh: { host: 'hpc:22' } }",
      "workspaces[0].ssh.host",
      "'hpc:22' is not a valid host: it contains a ':'",
      'give the port in the ssh options: ["-p", "2222"]',
    ],
    [
      W + "- { id: a, path: /p, folders: [{ path: /f, mode: steal }] }",
      "workspaces[0].folders[0].mode",
      "expected `use`, `backup` or `move`",
    ],
    [
      W + "- { id: a, path: /p, folders: [{ mode: use }] }",
      "workspaces[0].folders[0]",
      "this folder has no `path`",
    ],
    [
      W + "- { id: a, path: /p, max_retries: 1.5 }",
      "workspaces[0].max_retries",
      "expected a whole number",
    ],
    [
      W + "- { id: a, path: /p, history: { max_done: x } }",
      "workspaces[0].history.max_done",
      "expected a whole number",
    ],
    [W + "- { id: a, path: /p, env: { A: [] } }", "workspaces[0].env.A", "expected text"],
    [W + "- &a { <<: *a, id: a }", "workspaces[0]", "this workspace has no `path`"],
    [W + "- &a [*a]", "workspaces[0]", "expected a workspace with `id` and `path`"],
    [W + "- { id: 1e5, path: /p }", "workspaces[0].id", "expected text", "put it in quotes"],
    [W + "- { id: 2026-01-18, path: /p }", "workspaces[0].id", "expected text", "put it in quotes"],
    [W + "- { id: !!binary eA==, path: /p }", "workspaces[0].id", "expected text"],
    [
      W + "- { id: a, path: /p, env: { A.B: [], C: 1 } }",
      'workspaces[0].env["A.B"]',
      "expected text",
    ],
    [
      W + "- { id: a, path: /p, env: { A: 2026-01-18 } }",
      "workspaces[0].env.A",
      "expected text",
      "put it in quotes",
    ],
    [
      W + "- id: a\n  path:\n",
      "workspaces[0].path",
      "expected a path",
      'to mean the home folder, write "~" in quotes',
    ],
    [
      W + "- id: a\n  path: /p\n  folders:\n  - { path: /f }\n  - # -\n",
      "workspaces[0].folders[1]",
      "expected a folder with `path` and `mode`",
    ],
    [
      W + "- id: a\n  path: &p # |\n   !!str\n   >\n    b\n",
      "workspaces[0].path",
      "'b\\u000a' contains a control character",
      "remove it",
    ],
  ]
) {
  Deno.test(`loadSettings() refuses ${JSON.stringify(text)}`, async () => {
    const where = place === "" ? "" : `: ${place}`;
    assertEquals(await refusal(text!), [`settings.yaml${where}: ${what}`, hint]);
  });
}

// What is wrong the parser says in its own words.
for (
  const [text, place] of [
    [W + "  - id: [a\n  - b\n", "3, column 3"],
    [W + "- { id: *x, path: /p }", "2, column 11"],
    [W + "- { <<: 1, id: a, path: /p }", "2, column 10"],
    ["c: !odd 1\n", "1, column 10"],
    ["a: 'b", "2, column 1"],
    ["a:\n - b\n c", "3, column 2"],
    ["a: [1, 2", "2, column 1"],
    ["a: @b", "1, column 4"],
    ["a: '\u0001'", "1, column 6"],
    ["- a\nb: c", "2, column 1"],
  ] as const
) {
  Deno.test(`loadSettings() says where ${JSON.stringify(text)} is no YAML`, async () => {
    const [message = "", hint] = await refusal(text);
    const [where, what = ""] = message.split(/: (.*)/s);
    assertEquals([where, hint], [`settings.yaml, line ${place}`, "correct the YAML there"]);
    assertMatch(what, /^[^A-Z\n][^\n]+$/);
  });
}

for (
  const [text, place] of [
    [W + "- id: a\n\tpath: /p\n", "3, column 1"],
    // the parser has no word for it: ssh would be a key of the file, and the workspace on this machine
    [W + "- id: a\n  path: /p\n\tssh: { host: h }\n", "4, column 1"],
    [W + "- id: a\r\n  path: /p\r\n  \tssh:\r\n", "4, column 3"],
    [W + "- id: a\n  path: |\n    /p\n  \t- x\n", "5, column 3"],
    [W + "\t- { id: a, path: /p }\n", "2, column 1"],
  ] as const
) {
  Deno.test(`loadSettings() refuses tabs that indent, as in ${JSON.stringify(text)}`, async () => {
    assertEquals(await refusal(text), [
      `settings.yaml, line ${place}: tabs are not allowed as indentation`,
      "indent with spaces",
    ]);
  });
}

Deno.test("loadSettings() refuses a second document", async () => {
  const [message = ""] = await refusal("a: 1\n---\nb: 1\n");
  assertMatch(message, /^settings\.yaml.*: .*expected a single document/);
});

Deno.test("loadSettings() refuses what is nested too deeply", async () => {
  for (const opening of ["[", "{ a: ", "- ", "? "]) {
    const [message] = await refusal(opening.repeat(100_000));
    assertEquals(message, "settings.yaml: lists and mappings are nested too deeply");
  }
});

Deno.test("loadSettings() refuses what is not UTF-8", async () => {
  const bytes = new Uint8Array([0x61, 0x3a, 0x20, 0xff]);
  assertEquals(await refusal(bytes), [
    "settings.yaml is not text in UTF-8",
    "save it as UTF-8",
  ]);
});

Deno.test("loadSettings() needs the file that it was given", async () => {
  await withFolder(async (folder) => {
    const missing = await assertRejects(() => loadSettings(`${folder}/x.yaml`), CopyError);
    assertEquals(
      [missing.code, missing.message],
      ["settings", `there is no settings file ${folder}/x.yaml`],
    );
    const noFile = await assertRejects(() => loadSettings(folder), CopyError);
    assertEquals([noFile.code, noFile.message], ["settings", `${folder} is not a file`]);
  });
});

Deno.test("loadSettings() looks below XDG_CONFIG_HOME first, then below ~/.config", async () => {
  await withFolder(async (folder) => {
    const load = (XDG_CONFIG_HOME: string | undefined) =>
      withVariables({ HOME: folder, XDG_CONFIG_HOME }, () => loadSettings());
    const write = async (place: string) => {
      await Deno.mkdir(`${folder}/${place}/experimaestro`, { recursive: true });
      const file = `${folder}/${place}/experimaestro/settings.yaml`;
      await Deno.writeTextFile(file, "workspaces: []");
      return { workspaces: [], file };
    };
    assertEquals(await load(`${folder}/xdg`), { workspaces: [] });
    const home = await write(".config");
    assertEquals(await load(`${folder}/xdg`), home);
    const xdg = await write("xdg");
    assertEquals(await load(`${folder}/xdg`), xdg);
    assertEquals(await load(undefined), home);
    assertEquals(await load(""), home);
    assertEquals(await load("xdg"), home);
  });
});

Deno.test("loadSettings() reads a file that is a link", async () => {
  await withFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/dotfile`, "workspaces: [{ id: a, path: /a }]");
    await Deno.symlink("dotfile", `${folder}/settings.yaml`);
    assertEquals(await loadSettings(`${folder}/settings.yaml`), {
      workspaces: [{ id: "a", path: "/a" }],
      file: `${folder}/settings.yaml`,
    });
  });
});

// Under permissions a test cannot make its own files.
const FOLDER = Deno.realPathSync(Deno.makeTempDirSync());
const INSIDE = `${FOLDER}/granted`;
Deno.mkdirSync(INSIDE);
Deno.writeTextFileSync(
  `${INSIDE}/settings.yaml`,
  "workspaces: [{ id: a, path: /a, env: { A: '${env:PATH}' } }]",
);
Deno.writeTextFileSync(`${INSIDE}/variable.yaml`, "workspaces: [{ id: a, path: '${env:PATH}' }]");
Deno.writeTextFileSync(`${FOLDER}/outside.yaml`, "workspaces: []");
Deno.symlinkSync("../outside.yaml", `${INSIDE}/link.yaml`);
Deno.test.afterAll(() => Deno.removeSync(FOLDER, { recursive: true }));

const GRANTED = { read: [INSIDE] };

Deno.test({
  name: "loadSettings() works under exact flags, variables of jobs left as they are",
  permissions: GRANTED,
  async fn() {
    const { workspaces } = await loadSettings(`${INSIDE}/settings.yaml`);
    assertEquals(workspaces, [{ id: "a", path: "/a", env: { A: "${env:PATH}" } }]);
  },
});

async function missingFlag(file: string): Promise<(string | undefined)[]> {
  const error = await assertRejects(() => loadSettings(file), CopyError);
  assertEquals(error.code, "permission");
  return [error.message, error.hint];
}

Deno.test({
  name: "loadSettings() names the flag for a file that Deno was not granted",
  permissions: GRANTED,
  async fn() {
    const place = `${FOLDER}/outside.yaml`;
    const missing = [`Deno was not granted read access to ${place}`, `add  --allow-read=${place}`];
    assertEquals(await missingFlag(place), missing);
    assertEquals(await missingFlag(`${INSIDE}/link.yaml`), missing);
  },
});

Deno.test({
  name: "loadSettings() names the flag for a variable that a path refers to",
  permissions: GRANTED,
  async fn() {
    assertEquals(await missingFlag(`${INSIDE}/variable.yaml`), [
      "Deno was not granted access to the environment variable PATH",
      "add  --allow-env=PATH",
    ]);
  },
});

Deno.test({
  name: "loadSettings() names the flag for HOME, below which the settings are",
  permissions: GRANTED,
  async fn() {
    const { hint } = await assertRejects(() => loadSettings(), CopyError);
    assertEquals(hint, "add  --allow-env=HOME");
  },
});
