/**
 * Exports and imports under the permissions that `docs/guide.md` names, and under fewer.
 *
 * @module
 */

import { existsSync } from "node:fs";
import { assertEquals, assertMatch } from "@std/assert";
import {
  flagsOf,
  type Granted,
  makeFolders,
  runUnder,
  withoutEach,
  writeSettings,
} from "../support/sandbox.ts";
import { compareTrees, namesIn } from "../support/trees.ts";

Deno.test("xpm-copy export and import need what the guide names, and no more", async () => {
  using folders = makeFolders();
  const { source, destination, sample } = folders;
  writeSettings(folders, "local to local", undefined);
  const settings = ["--settings", `${folders.settings}/settings.yaml`];
  const place = `${folders.root}/archives`;
  Deno.mkdirSync(place);
  const file = `${place}/run.tar.zst`;
  const common = { run: ["rsync", "tar"], env: ["HOME", "PATH"], sys: ["hostname"] };
  const exporting = ["export", "sandboxed", "--from", "source", "-o", file, ...settings];
  const importing = ["import", file, "--to", "destination", "--yes", ...settings];
  const toExport: Granted = {
    ...common,
    sys: [],
    read: [folders.settings, source, place],
    write: [place],
  };
  for (const { value, rest } of withoutEach(toExport, ["run", "read", "write"])) {
    const { code, err } = await runUnder(flagsOf(rest), folders, exporting);
    assertEquals([code, namesIn(place)], [1, []], `without ${value}: ${err}`);
    assertMatch(err, /Deno was not granted|Requires|allow-/, value);
  }
  const exported = await runUnder(flagsOf(toExport), folders, exporting);
  assertEquals([exported.code, namesIn(place)], [0, ["run.tar.zst"]], exported.err);

  const toImport: Granted = {
    ...common,
    read: [folders.settings, file, destination],
    write: [destination],
  };
  for (const { value, rest } of withoutEach(toImport, ["run", "read", "write"])) {
    const { code, err } = await runUnder(flagsOf(rest), folders, importing);
    assertEquals([code, existsSync(destination)], [1, false], `without ${value}: ${err}`);
    assertMatch(err, /Deno was not granted|Requires|allow-/, value);
  }
  const imported = await runUnder(flagsOf(toImport), folders, importing);
  assertEquals(imported.code, 0, imported.err);
  compareTrees({ sample, destination });
});
