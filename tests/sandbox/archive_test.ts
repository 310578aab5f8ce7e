/**
 * Exports and imports under the permissions that `xpm-copy permissions` prints, and under fewer.
 *
 * @module
 */

import { existsSync } from "node:fs";
import { assertEquals, assertMatch } from "@std/assert";
import { hasSshd, startSshd } from "../support/sshd.ts";
import {
  askPermissions,
  flagsOf,
  makeFolders,
  runUnder,
  withoutEach,
  writeSettings,
} from "../support/sandbox.ts";
import { compareTrees, namesIn } from "../support/trees.ts";

for (const place of ["local", "remote"] as const) {
  Deno.test({
    name: `xpm-copy export and import, ${place}, need what \`permissions\` prints, and no more`,
    ignore: place === "remote" && !await hasSshd(),
    async fn() {
      await using sshd = place === "remote" ? await startSshd() : undefined;
      using folders = makeFolders();
      const { source, destination, sample, temporary } = folders;
      writeSettings(folders, place === "local" ? "local to local" : "remote to remote", sshd);
      const settings = ["--settings", `${folders.settings}/settings.yaml`];
      const archives = `${folders.root}/archives`;
      Deno.mkdirSync(archives);
      const file = `${archives}/run.tar.zst`;
      const exporting = ["export", "sandboxed", "--from", "source", "-o", file, ...settings];
      const importing = ["import", file, "--to", "destination", ...settings];
      const isLocal = place === "local";
      const env = { SSH_AUTH_SOCK: "/no/such/socket" };
      const common = {
        env: ["HOME", "PATH", ...(isLocal ? [] : ["TMPDIR", "SSH_AUTH_SOCK"])],
        sys: ["hostname"],
      };
      const temporaries = isLocal ? [] : [temporary];
      const { command, ...toExport } = await askPermissions(folders, exporting, env);
      assertEquals(toExport, {
        ...common,
        run: isLocal ? ["rsync", "tar"] : ["ssh"],
        read: [folders.settings, ...(isLocal ? [source] : []), archives],
        write: [archives, ...temporaries],
      });
      const run = [...exporting.slice(0, 2), "current", ...exporting.slice(2)];
      assertEquals(command.slice(command.indexOf("jsr:@xpm/copy") + 1), run);
      for (const { value, rest } of withoutEach(toExport, ["run", "read", "write"])) {
        const { code, err } = await runUnder(flagsOf(rest), folders, exporting, env);
        assertEquals([code, namesIn(archives)], [1, []], `without ${value}: ${err}`);
        assertMatch(err, /Deno was not granted|Requires|allow-/, value);
      }
      const exported = await runUnder(flagsOf(toExport), folders, exporting, env);
      assertEquals([exported.code, namesIn(archives)], [0, ["run.tar.zst"]], exported.err);

      const { command: line, ...toImport } = await askPermissions(folders, importing, env);
      assertEquals(toImport, {
        ...common,
        run: isLocal ? ["rsync", "tar", "df"] : ["ssh"],
        read: [folders.settings, file, ...(isLocal ? [destination] : [])],
        write: [...(isLocal ? [destination] : []), ...temporaries],
      });
      const words = [...importing, "--yes"];
      assertEquals(line.slice(line.indexOf("jsr:@xpm/copy") + 1), words);
      for (const { value, rest } of withoutEach(toImport, ["run", "read", "write"])) {
        if (value === "df") continue;
        const { code, err } = await runUnder(flagsOf(rest), folders, words, env);
        assertEquals([code, existsSync(destination)], [1, false], `without ${value}: ${err}`);
        assertMatch(err, /Deno was not granted|Requires|allow-/, value);
      }
      const imported = await runUnder(flagsOf(toImport), folders, words, env);
      assertEquals(imported.code, 0, imported.err);
      compareTrees({ sample, destination });
    },
  });
}
