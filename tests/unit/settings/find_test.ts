import { assertEquals, assertThrows } from "@std/assert";
import { CopyError } from "../../../lib/errors.ts";
import {
  getWorkspace,
  namedWorkspace,
  workspaceForExperiment,
} from "../../../lib/settings/find.ts";
import type { Settings } from "../../../lib/settings/settings.ts";
import { withFolder, withVariables } from "../../support/variables.ts";

const settings: Settings = {
  file: "/home/me/settings.yaml",
  workspaces: [
    { id: "cluster", path: "~/x", ssh: { host: "hpc" }, triggers: ["*"] },
    { id: "local", path: "/data/a", triggers: ["neuralir-*", "bert"] },
    { id: "local", path: "/data/b" },
    { id: "host:odd", path: "/data/c", triggers: ["neuralir-big"] },
    { id: "late", path: "${env:XPM_UNSET}/x" },
  ],
};

Deno.test("getWorkspace() without an id finds the first local one", async () => {
  assertEquals((await getWorkspace(undefined, { settings }))?.path, "/data/a");
});

Deno.test("getWorkspace() with includeRemote finds the first of all", async () => {
  assertEquals((await getWorkspace(undefined, { settings, includeRemote: true }))?.id, "cluster");
});

Deno.test("getWorkspace() with an id finds a remote one without being asked to", async () => {
  assertEquals((await getWorkspace("cluster", { settings }))?.path, "~/x");
});

Deno.test("getWorkspace() finds the first of two with the same id", async () => {
  assertEquals((await getWorkspace("local", { settings }))?.path, "/data/a");
});

Deno.test("getWorkspace() finds nothing where there is nothing", async () => {
  const remote = { workspaces: settings.workspaces.slice(0, 1) };
  assertEquals(await getWorkspace("clustre", { settings }), undefined);
  assertEquals(await getWorkspace(undefined, { settings: remote }), undefined);
  assertEquals(await getWorkspace(undefined, { settings: { workspaces: [] } }), undefined);
});

Deno.test("getWorkspace() without settings reads the user's, and copy.jsonc after them", async () => {
  await withFolder(async (folder) => {
    await Deno.mkdir(`${folder}/experimaestro`);
    await Deno.writeTextFile(
      `${folder}/experimaestro/settings.yaml`,
      "workspaces: [{ id: a, path: /a, ssh: { host: h } }, { id: b, path: /b }]",
    );
    await Deno.writeTextFile(
      `${folder}/experimaestro/copy.jsonc`,
      '{ "workspaces": [{ "id": "c", "path": "/c" }, { "id": "b", "path": "/other" }] }',
    );
    await withVariables({ XDG_CONFIG_HOME: folder }, async () => {
      assertEquals(await getWorkspace(), { id: "b", path: "/b" });
      assertEquals(await getWorkspace("b"), { id: "b", path: "/b" });
      assertEquals(await getWorkspace("c"), { id: "c", path: "/c" });
    });
  });
});

Deno.test("namedWorkspace() finds an id of the settings before all else", () => {
  assertEquals(namedWorkspace("cluster", settings), settings.workspaces[0]);
  assertEquals(namedWorkspace("host:odd", settings), settings.workspaces[3]);
});

Deno.test("namedWorkspace() reads paths and addresses", () => {
  assertEquals(namedWorkspace("/x", settings), { id: "/x", path: "/x" });
  assertEquals(namedWorkspace("host:odder", settings), {
    id: "host:odder",
    path: "odder",
    ssh: { host: "host" },
  });
});

function failure(text: string, given: Settings) {
  const { code, message, hint } = assertThrows(() => namedWorkspace(text, given), CopyError);
  return [code, message, hint];
}

Deno.test("namedWorkspace() names the workspace that may have been meant", () => {
  const two = { workspaces: settings.workspaces.slice(0, 2), file: "/f" };
  assertEquals(failure("clustre", two), [
    "not-found",
    "no workspace named 'clustre'",
    "did you mean 'cluster'? known: cluster, local",
  ]);
  assertEquals(failure("somewhere", two), [
    "not-found",
    "no workspace named 'somewhere'",
    "known: cluster, local",
  ]);
});

Deno.test("namedWorkspace() says where it looked when there are no workspaces", () => {
  const where = "name a path (./x, /x) or HOST:PATH instead";
  assertEquals(failure("x", { workspaces: [] })[2], `there is no settings file; ${where}`);
  assertEquals(
    failure("x", { workspaces: [], file: "/f.yaml" })[2],
    `/f.yaml has no workspaces; ${where}`,
  );
});

Deno.test("namedWorkspace() tells how to name a folder", () => {
  assertEquals(failure("data/x", settings)[2], "for a folder, write ./data/x");
});

Deno.test("namedWorkspace() tells what an archive is for, but takes a folder of such a name", () =>
  withFolder(async (folder) => {
    const file = `${folder}/a b.tar.zst`;
    const found = [
      "usage",
      `'${file}' is an archive, not a workspace`,
      `to see what is in it:  tar -tf '${file}'\n` +
      `to copy it:  xpm-copy import '${file}' --to WORKSPACE\n` +
      `to write it:  xpm-copy export EXPERIMENT --from WORKSPACE -o '${file}'`,
    ];
    assertEquals(failure(file, settings), found);
    await Deno.writeTextFile(file, "");
    assertEquals(failure(file, settings), found);
    await Deno.remove(file);
    await Deno.mkdir(file);
    assertEquals(namedWorkspace(file, settings).path, file);
    assertEquals(failure("x.tar", settings)[1], "'x.tar' is an archive, not a workspace");
    assertEquals(namedWorkspace("hpc:x.tar", settings).path, "x.tar");
  }));

Deno.test("namedWorkspace() refuses a path with a variable that is not set", () => {
  assertEquals(failure("late", settings), [
    "settings",
    "the path of workspace 'late' refers to XPM_UNSET, which is not set",
    "set the environment variable XPM_UNSET, or change ${env:XPM_UNSET}/x",
  ]);
});

Deno.test("workspaceForExperiment() finds the first local one with a trigger that matches", () => {
  const found = (id: string) => workspaceForExperiment(settings, id)?.path;
  assertEquals(found("neuralir-1"), "/data/a");
  assertEquals(found("neuralir-big"), "/data/a");
  assertEquals(found("bert"), "/data/a");
  assertEquals(found("bert-2"), undefined);
});
