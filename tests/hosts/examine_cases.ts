/**
 * What a machine and its disks are like.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { CopyError } from "../../mod.ts";
import { readTree } from "../support/trees.ts";
import type { Case } from "./conformance.ts";

export const examineCases: readonly Case[] = [
  {
    name: "examine() tells of programs, and of the login where there is one",
    async check(f) {
      const host = await f.host();
      const { client, rsync, tar, zstd, login } = await host.examine();
      assert(!(rsync instanceof CopyError));
      assert(/^(rsync {2}version 3\.|openrsync: )/.test(rsync.said), rsync.said);
      assertEquals(rsync.shell === undefined, !f.traits.remote);
      const names = { GNU: "tar (GNU tar)", bsdtar: "bsdtar", busybox: "tar (busybox)" };
      assert(String(tar).startsWith(names[f.traits.tar]), String(tar));
      assertEquals(typeof zstd, "boolean");
      assertEquals(client === undefined, f.traits.remote);
      assertEquals(login !== undefined, f.traits.remote);
      if (login === undefined) return;
      assert(login.roundTrip > 0, `${login.roundTrip}`);
      assert(typeof login.command === "number" && login.command > 0, `${login.command}`);
      assert(/^(\/.*)?$/.test(login.shell), login.shell);
    },
  },
  {
    name: "disks() tells of each folder, there or not, whether it may be written; nothing is made",
    modes: true,
    async check(f) {
      f.make({
        "ws": { folder: 0o755 },
        "closed/in": { folder: 0o755 },
        "closed": { folder: 0o555 },
      });
      const before = [...readTree(f.root).keys()];
      const paths = ["ws", "ws/none/deeper", "closed", "closed/none"];
      const disks = await (await f.host()).disks(paths.map((path) => f.at(path)));
      assertEquals(disks.map(({ folder }) => folder), paths.map((path) => f.at(path)));
      const mayAll = f.traits.user === 0;
      assertEquals(disks.map(({ writable }) => writable), [true, true, mayAll, mayAll]);
      const kinds = new Set(disks.map(({ fileSystem }) => fileSystem));
      assertEquals(kinds.size, 1, [...kinds].join());
      assertEquals([...readTree(f.root).keys()], before);
      assertEquals(await (await f.host()).disks([]), []);
    },
  },
];
