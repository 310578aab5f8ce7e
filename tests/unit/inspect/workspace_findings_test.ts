/**
 * What is said of a workspace, by what was seen of it.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import type { Leftover } from "../../../mod.ts";
import type { WorkspaceInfo } from "../../../lib/host/host.ts";
import type { DiskCondition } from "../../../lib/host/condition.ts";
import { allows, type Finding } from "../../../lib/inspect/finding.ts";
import { leftoverFindings, workspaceFindings } from "../../../lib/inspect/workspace_findings.ts";

const SIGHT: WorkspaceInfo = {
  path: "/ws",
  realPath: "/ws",
  state: "workspace",
  marker: true,
  jobsPath: "/ws/jobs",
  experimentsPath: "/ws/experiments",
  jobsStaging: "/ws/.xpm-staging",
  experimentsStaging: "/ws/.xpm-staging",
  partialsPath: "/ws/partials",
  partialsStaging: "/ws/.xpm-staging",
  linkedStaging: undefined,
  records: false,
  store: false,
  staged: [],
  freeBytes: undefined,
  freeFiles: undefined,
  experimentExists: false,
  inXp: false,
  current: undefined,
  currentStatus: undefined,
  run: undefined,
};

function disk(more: Partial<DiskCondition> = {}): DiskCondition {
  return { folder: "/ws", fileSystem: undefined, writable: undefined, ...more };
}

/** What is found: `check state`, and which copies it prevents. */
function found(info: Partial<WorkspaceInfo>, disks = [disk()]): string[] {
  return workspaceFindings({ ...SIGHT, ...info }, disks).map(brief);
}

function brief({ check, state, prevents = [], code }: Finding): string {
  return [check, state, code, prevents.join()].filter(Boolean).join(" ");
}

Deno.test("workspaceFindings() tells which copies what stands there allows", () => {
  assertEquals(found({}), ["workspace ok"]);
  assertEquals(found({ marker: false }), ["workspace ok"]);
  assertEquals(found({ state: "empty" }), ["workspace ok from"]);
  assertEquals(found({ state: "absent" }), ["workspace problem not-found from"]);
  assertEquals(found({ state: "foreign" }), ["workspace problem refused from,to"]);
  assertEquals(found({ linkedStaging: "/ws/.xpm-staging" }), [
    "workspace ok",
    "workspace problem refused to",
  ]);
});

Deno.test("workspaceFindings() tells what is free, and when it is little, or nothing", () => {
  const cases: [bytes: number, files: number, expected: string[]][] = [
    [2 ** 40, 1e6, ["space ok", "files ok"]],
    [2 ** 30 - 1, 9_999, ["space warning", "files warning"]],
    [0, 0, ["space problem refused to", "files problem refused to"]],
  ];
  for (const [freeBytes, freeFiles, expected] of cases) {
    assertEquals(found({ freeBytes, freeFiles }).slice(1), expected);
  }
  const [, space, files] = workspaceFindings({ ...SIGHT, freeBytes: 2 ** 37, freeFiles: 1e6 }, [
    disk(),
  ]);
  assertEquals([space?.message, space?.value], ["128 GiB free", 2 ** 37]);
  assertEquals([files?.message, files?.value], ["1,000,000 more can be created", 1e6]);
});

Deno.test("workspaceFindings() tells whether it may be written, where that is known everywhere", () => {
  const [yes, no] = [disk({ writable: true }), disk({ writable: false, folder: "/ws/jobs" })];
  assertEquals(found({}, [yes, yes]).slice(1), ["writing ok"]);
  assertEquals(found({}, [yes, disk()]).slice(1), []);
  const findings = workspaceFindings(SIGHT, [yes, no]);
  assertEquals(findings[1]?.message, "/ws/jobs is not writable");
  assertEquals([allows(findings, "from"), allows(findings, "to")], [true, false]);
});

Deno.test("workspaceFindings() says what to mind of a file system, once for each", () => {
  const kinds: Record<string, string> = {
    ext4: "ok",
    nfs4: "ok",
    lustre: "ok",
    gpfs: "ok",
    "fuse.sshfs": "warning",
    cifs: "warning",
    smb: "warning",
    tmpfs: "warning",
    overlay: "warning",
    exfat: "problem refused to",
  };
  for (const [fileSystem, expected] of Object.entries(kinds)) {
    const disks = [disk({ fileSystem }), disk({ fileSystem })];
    const [, finding, ...more] = workspaceFindings(SIGHT, disks);
    assertEquals([brief(finding!), finding?.value], [`filesystem ${expected}`, fileSystem]);
    assertEquals(more, []);
    assertEquals(finding?.hint === undefined, fileSystem === "ext4", fileSystem);
  }
});

Deno.test("leftoverFindings() tells of copies at work, and of what others have left", () => {
  assertEquals(leftoverFindings([], []).map(({ state, message }) => `${state} ${message}`), [
    "ok none held",
    "ok none",
  ]);
  const one: Leftover = {
    path: "/ws/.xpm-staging/0123456789abcdef",
    kind: "staging",
    bytes: 2 ** 30,
    modified: "2026-01-18T17:07:44.000Z",
    state: "left",
  };
  const used: Leftover = { ...one, state: "in use", experimentId: "a\x1b[2J", runId: "r" };
  const [locks, leftovers] = leftoverFindings([one, one, used], ["xpm-copy", "clean", "a b"]);
  assertEquals(locks, {
    check: "locks",
    state: "ok",
    message: "1 copy is working here: a\\u001b[2J r",
    value: 1,
  });
  assertEquals(leftovers, {
    check: "leftovers",
    state: "warning",
    message: "2.0 GiB in 2 places",
    hint: "list them:  xpm-copy clean 'a b'",
    value: 2 ** 31,
  });
});
