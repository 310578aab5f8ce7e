/**
 * What rsync is told of a folder that others share.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { sharedMode, sharingOf } from "../../../lib/system/sharing.ts";
import { rsyncSharing } from "../../../lib/transport/rsync_sharing.ts";

Deno.test("sharingOf() tells what the setgid bit, the umask and a default access list ask for", () => {
  const plain = { mode: 0o700, group: 5 };
  const project = { mode: 0o2700, group: 5 };
  assertEquals(sharingOf(plain, 0o644), undefined);
  assertEquals(sharingOf(plain, 0o664), undefined);
  assertEquals(sharingOf(plain, 0o600), { group: undefined, permissions: 0o700 });
  assertEquals(sharingOf(plain, 0o640), { group: undefined, permissions: 0o750 });
  assertEquals(sharingOf(project, 0o664), { group: 5, permissions: 0o775 });
  assertEquals(sharingOf(project, 0o660), { group: 5, permissions: 0o770 });
});

Deno.test("sharedMode() gives no more than is left, and lets folders pass on their group", () => {
  const project = { group: 5, permissions: 0o770 };
  assertEquals(sharedMode(0o644, false, project), 0o640);
  assertEquals(sharedMode(0o555, true, project), 0o2550);
  assertEquals(sharedMode(0o2755, true, { ...project, group: undefined }), 0o2750);
});

Deno.test("rsyncSharing() says the same to rsync", () => {
  assertEquals(rsyncSharing(undefined), { options: [], modes: [] });
  assertEquals(rsyncSharing({ group: 5, permissions: 0o775 }), {
    options: ["--no-g"],
    modes: ["Dg+s", "o-w"],
  });
  const plain = { options: ["--no-g", "--no-p"], modes: [] };
  assertEquals(rsyncSharing({ group: 5, permissions: 0o775 }, true), plain);
  assertEquals(rsyncSharing({ group: undefined, permissions: 0o700 }), {
    options: [],
    modes: ["g-rwx", "o-rwx"],
  });
});
