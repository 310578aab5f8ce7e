import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { CopyError } from "../../../lib/errors.ts";
import { loadDefaults, withDefaults } from "../../../lib/settings/defaults.ts";
import { withFolder, withVariables } from "../../support/variables.ts";

/** What `copy.jsonc` with this text, beside a settings file, is read as. */
function read(text: string) {
  return withFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/copy.jsonc`, text);
    const { file, ...defaults } = await loadDefaults(`${folder}/settings.yaml`);
    assertEquals(file, `${folder}/copy.jsonc`);
    return defaults;
  });
}

/** How it is refused: code, message with the folder taken off, hint. */
function refusal(text: string) {
  return withFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/copy.jsonc`, text);
    const { code, message, hint } = await assertRejects(
      () => loadDefaults(`${folder}/settings.yaml`),
      CopyError,
    );
    return [code, message.replace(`${folder}/`, ""), hint];
  });
}

Deno.test("loadDefaults() reads every key, comments and trailing commas", async () => {
  assertEquals(
    await read(`{
      // where from
      "from": "cluster", "to": "local", /* not these */ "exclude": ["*.ckpt", "tmp/"],
      "map": { "/data": "/mnt/data" }, "bandwidthLimit": 5000, "keepReplaced": true, "includeRunning": false,
      "workspaces": [{ "id": "archive", "path": "~/x", "ssh": { "host": "nas", "options": ["-4"] } }],
    }`),
    {
      from: "cluster",
      to: "local",
      exclude: ["*.ckpt", "tmp/"],
      map: { "/data": "/mnt/data" },
      bandwidthLimit: 5000,
      keepReplaced: true,
      includeRunning: false,
      workspaces: [{ id: "archive", path: "~/x", ssh: { host: "nas", options: ["-4"] } }],
    },
  );
});

Deno.test("loadDefaults() names keys of a workspace that nobody knows", async () => {
  const { unknown } = await read('{ "workspaces": [{ "id": "a", "path": "/a", "trigers": [] }] }');
  assertEquals(unknown?.map((line) => line.slice(line.lastIndexOf("/") + 1)), [
    "copy.jsonc: workspaces[0]: the unknown key 'trigers' is ignored; did you mean triggers?",
  ]);
});

Deno.test("loadDefaults() leaves out what the file leaves out, or sets to null", async () => {
  assertEquals(await read("{}"), { workspaces: [] });
  assertEquals(await read('{ "from": null, "bandwidthLimit": 0 }'), {
    bandwidthLimit: 0,
    workspaces: [],
  });
});

Deno.test("loadDefaults() without a file has no defaults", async () => {
  await withFolder(async (folder) => {
    assertEquals(await loadDefaults(`${folder}/settings.yaml`), { workspaces: [] });
    assertEquals(await loadDefaults(`${folder}/nowhere/settings.yaml`), { workspaces: [] });
  });
});

Deno.test("loadDefaults() without a settings file looks where that may be", async () => {
  await withFolder(async (folder) => {
    const variables = { HOME: folder, XDG_CONFIG_HOME: `${folder}/xdg` };
    const write = async (place: string, from: string) => {
      await Deno.mkdir(`${place}/experimaestro`, { recursive: true });
      await Deno.writeTextFile(`${place}/experimaestro/copy.jsonc`, JSON.stringify({ from }));
    };
    await write(`${folder}/.config`, "home");
    assertEquals((await withVariables(variables, () => loadDefaults())).from, "home");
    await write(`${folder}/xdg`, "xdg");
    assertEquals((await withVariables(variables, () => loadDefaults())).from, "xdg");
  });
});

Deno.test("loadDefaults() puts in variables", async () => {
  const from = await withVariables(
    { XPM_HOST: "hpc" },
    async () => (await read('{ "from": "${env:XPM_HOST}:/x" }')).from,
  );
  assertEquals(from, "hpc:/x");
});

for (
  const [text, message, hint] of [
    ['{ "form": "x" }', "copy.jsonc: unknown key 'form'", "did you mean 'from'?"],
    [
      '{ "keepreplaced": true }',
      "copy.jsonc: unknown key 'keepreplaced'",
      "did you mean 'keepReplaced'?",
    ],
    [
      '{ "colour": 1 }',
      "copy.jsonc: unknown key 'colour'",
      "known keys: from, to, exclude, map, bandwidthLimit, keepReplaced, includeRunning, workspaces",
    ],
    ['{ "__proto__": {} }', "copy.jsonc: unknown key '__proto__'", undefined],
    ['["x"]', 'copy.jsonc: expected defaults, such as { "from": "cluster" }', undefined],
    ['{ "from": 5 }', "copy.jsonc: from: expected text", "put it in quotes"],
    ['{ "exclude": "*.ckpt" }', "copy.jsonc: exclude: expected a list of patterns", undefined],
    ['{ "exclude": ["a", true] }', "copy.jsonc: exclude[1]: expected text", "put it in quotes"],
    [
      '{ "map": ["/a=/b"] }',
      'copy.jsonc: map: expected a mapping of paths, e.g. { "/data": "/mnt/data" }',
      undefined,
    ],
    ['{ "map": { "/a": 5 } }', 'copy.jsonc: map["/a"]: expected text', "put it in quotes"],
    ['{ "map": { "a": "/b" } }', "copy.jsonc: map.a: 'a' is not an absolute path", undefined],
    [
      '{ "map": { "/a": "~/b" } }',
      `copy.jsonc: map["/a"]: '~/b' is not an absolute path`,
      undefined,
    ],
    [
      '{ "bandwidthLimit": "10m" }',
      "copy.jsonc: bandwidthLimit: expected a whole number",
      undefined,
    ],
    ['{ "bandwidthLimit": 1.5 }', "copy.jsonc: bandwidthLimit: expected a whole number", undefined],
    [
      '{ "bandwidthLimit": -1 }',
      "copy.jsonc: bandwidthLimit: expected KiB per second, or 0 for no limit",
      undefined,
    ],
    ['{ "keepReplaced": "yes" }', "copy.jsonc: keepReplaced: expected true or false", undefined],
    ['{ "workspaces": {} }', "copy.jsonc: workspaces: expected a list of workspaces", undefined],
    [
      '{ "workspaces": [{ "id": "a", "path": "/a" }, { "id": "b" }] }',
      "copy.jsonc: workspaces[1]: this workspace has no `path`",
      undefined,
    ],
    [
      '{ "workspaces": [{ "id": "a", "path": "/a", "ssh": { "host": "-oX" } }] }',
      "copy.jsonc: workspaces[0].ssh.host: '-oX' is not a valid host: it begins with '-'",
      "write HOST, USER@HOST, or an alias of your ssh configuration",
    ],
    [
      '{ "workspaces": [{ "id": "a", "path": "/a", "ssh": { "host": "h", "rsyncPath": "a/b" } }] }',
      "copy.jsonc: workspaces[0].ssh.rsyncPath: 'a/b' is no rsyncPath: it is not absolute",
      "write /PATH or ~/PATH of the program at that host, in letters, digits and  _@%+=:,.-",
    ],
    [
      '{ "workspaces": [{ "id": "a", "ssh": { "tarPath": "~/$(b)/c" } }] }',
      "copy.jsonc: workspaces[0].ssh.tarPath: '~/$(b)/c' is no tarPath: it contains a '$'",
      undefined,
    ],
    [
      '{ "workspaces": [{ "id": "a", "path": "/a", "ssh": { "rsyncPath": "/b" } }] }',
      "copy.jsonc: workspaces[0].ssh.rsyncPath: this workspace has no `host`",
      "rsyncPath, tarPath, transferHost are for a workspace with a `host`",
    ],
    [
      '{ "workspaces": [{ "id": "a", "ssh": { "transferHost": "-oX" } }] }',
      "copy.jsonc: workspaces[0].ssh.transferHost: '-oX' is not a valid host: it begins with '-'",
      "write HOST, USER@HOST, or an alias of your ssh configuration",
    ],
    [
      '{ "workspaces": [{ "id": "a", "ssh": { "host": "h", "rsyncPath": "/b" } }] }',
      "copy.jsonc: workspaces[0].ssh.host: this workspace has no `path`",
      "only rsyncPath, tarPath, transferHost can be added",
    ],
    [
      '{ "workspaces": [{ "id": "a", "env": {}, "ssh": { "rsyncPath": "/b" } }] }',
      "copy.jsonc: workspaces[0].env: this workspace has no `path`",
      "only `ssh` can be added to another one",
    ],
    [
      '{ "workspaces": [{ "ssh": { "rsyncPath": "/b" } }] }',
      "copy.jsonc: workspaces[0]: this workspace has no `id`",
      undefined,
    ],
    [
      '{\n  "from": "a"\n  "to": "b"\n}',
      'copy.jsonc, line 3, column 3: did not expect "to"',
      "correct the JSON there",
    ],
    ["", "copy.jsonc, line 1, column 1: the file ends too early", "correct the JSON there"],
  ] as const
) {
  Deno.test(`loadDefaults() refuses ${text}`, async () => {
    const refused = await refusal(text);
    assertEquals(refused.slice(0, 2), ["settings", message]);
    if (hint !== undefined) assertEquals(refused[2], hint);
  });
}

Deno.test("withDefaults() puts further workspaces after those of the settings", () => {
  const [a, b] = [{ id: "a", path: "/a" }, { id: "b", path: "/b" }];
  assertEquals(withDefaults({ file: "/f", workspaces: [a] }, { from: "b", workspaces: [b] }), {
    file: "/f",
    workspaces: [a, b],
  });
});

const PROGRAMS = { rsyncPath: "~/sw/rsync", tarPath: "/sw/tar", transferHost: "me@dtn" };

Deno.test("withDefaults() adds the programs of a host to a workspace of the settings", async () => {
  const ssh = { host: "hpc", options: ["-4"] };
  const settings = {
    workspaces: [{ id: "a", path: "/a" }, { id: "b", path: "/b", ssh, maxRetries: 1 }],
  };
  const text = JSON.stringify({
    workspaces: [
      { id: "b", ssh: PROGRAMS },
      { id: "c", path: "/c", ssh: { host: "nas", ...PROGRAMS } },
    ],
  });
  assertEquals(withDefaults(settings, await read(text)).workspaces, [
    { id: "a", path: "/a" },
    { id: "b", path: "/b", ssh: { ...ssh, ...PROGRAMS }, maxRetries: 1 },
    { id: "c", path: "/c", ssh: { host: "nas", ...PROGRAMS } },
  ]);
  assertEquals(settings.workspaces[1]!.ssh, ssh);
});

for (
  const [id, said, hint] of [
    [
      "a",
      "the workspace 'a' is on this machine",
      "rsyncPath, tarPath, transferHost are for a workspace with a `host`",
    ],
    ["x", "settings.yaml has no workspace 'x'", "give the `path` of a new one"],
  ] as const
) {
  Deno.test(`withDefaults() refuses to add to the workspace ${id}`, async () => {
    const defaults = await read(JSON.stringify({ workspaces: [{ id, ssh: PROGRAMS }] }));
    const settings = { workspaces: [{ id: "a", path: "/a" }] };
    const { code, message, hint: help } = assertThrows(
      () => withDefaults(settings, defaults),
      CopyError,
    );
    assertEquals([code, message.replace(/^.*\/copy/, "copy"), help], [
      "settings",
      `copy.jsonc: workspaces[0]: ${said}`,
      hint,
    ]);
  });
}
