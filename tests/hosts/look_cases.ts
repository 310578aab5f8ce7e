/**
 * Looking at what stands at a path.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import type { Case } from "./conformance.ts";
import { ROOT, STAGING } from "./fixture.ts";
import type { Seen } from "./words.ts";

/** What is seen of a workspace in which nothing is but its folder. */
function seen(path: string, real = path, more: Partial<Seen> = {}): Seen {
  return {
    state: "workspace",
    marker: false,
    path: `${ROOT}/${path}`,
    realPath: `${ROOT}/${real}`,
    jobs: `${ROOT}/${real}/jobs`,
    experiments: `${ROOT}/${real}/experiments`,
    jobsStaging: `${ROOT}/${real}/.xpm-staging`,
    experimentsStaging: `${ROOT}/${real}/.xpm-staging`,
    staged: [],
    free: false,
    experiment: false,
    ...more,
  };
}

export const lookCases: readonly Case[] = [
  {
    name: "look() tells what is at a path: nothing, an empty folder, a workspace, or another one",
    async check(f) {
      f.make({
        "empty": { folder: 0o755 },
        "foreign/notes.txt": "",
        "hidden/.git/HEAD": "",
        "jobs/jobs": { folder: 0o755 },
        "runs/experiments": { folder: 0o755 },
        "marked/.__experimaestro__": "",
        "begun/.xpm-staging": { folder: 0o700 },
        "full/.__experimaestro__": "",
        "full/jobs/t/a/x": "",
        "full/other": "",
        "a 'b\" $c *\\n/jobs/t/a/x": "",
        "-n/jobs": { folder: 0o755 },
      });
      const expected = {
        "none": "absent",
        "none/deeper": "absent",
        "empty": "empty",
        "foreign": "foreign",
        "hidden": "foreign",
        "jobs": "workspace",
        "runs": "foreign",
        "marked": "workspace, marked",
        "begun": "workspace",
        "full": "workspace, marked",
        "a 'b\" $c *\\n": "workspace",
        "-n": "workspace",
      };
      for (const [path, what] of Object.entries(expected)) {
        const [state, marker] = what.split(", ");
        const more = { state: state!, marker: marker !== undefined };
        assertEquals(await f.look(path), seen(path, path, more), path);
      }
      for (const path of ["none/deeper", "full"]) {
        assertEquals((await f.look(path, { wanted: "space" })).free, true, path);
      }
    },
  },
  {
    name: "look() refuses what is no folder, and goes on after that",
    async check(f) {
      f.make({ "file": "", "ws/jobs": { folder: 0o755 } });
      for (const path of ["file", "file/below"]) {
        await f.refuses(() => f.look(path), `${ROOT}/file is not a folder`);
      }
      assertEquals(await f.look("ws"), seen("ws"));
    },
  },
  {
    name: "look() follows links to and in a workspace, `~`, and paths with blanks in them",
    async check(f) {
      f.make({
        "real/jobs": { link: `${ROOT}/scratch/my jobs` },
        "real/experiments": { link: "../scratch/runs" },
        "scratch/my jobs/t": { folder: 0o755 },
        "scratch/runs": { folder: 0o755 },
        "linked": { link: "real" },
        "deep/er": { link: `${ROOT}/linked` },
        "torn": { link: `${ROOT}/nowhere` },
        "torn in/jobs": { link: "nowhere" },
        "torn in/experiments": { folder: 0o755 },
        "staged/.xpm-staging": { link: `${ROOT}/scratch` },
      });
      const led = {
        jobs: `${ROOT}/scratch/my jobs`,
        experiments: `${ROOT}/scratch/runs`,
      };
      for (const path of ["real", "linked", "deep/er"]) {
        assertEquals(await f.look(path), seen(path, "real", led), path);
      }
      const below = await f.look("linked/new/er");
      assertEquals(below, seen("linked/new/er", "real/new/er", { state: "absent" }));
      for (const path of ["torn", "torn/below"]) {
        await f.refuses(() => f.look(path), `${ROOT}/torn is a link that leads nowhere`);
      }
      await f.refuses(() => f.look("torn in"), `${ROOT}/torn in/jobs is a link that leads nowhere`);
      const area = { linkedStaging: `${ROOT}/staged/.xpm-staging` };
      assertEquals((await f.look("staged")).linkedStaging, area.linkedStaging);
      assertEquals((await f.look("~")).path, "/HOME");
      assertEquals((await f.look("~/none")).path, "/HOME/none");
      assertEquals((await f.look("~/none")).state, "absent");
    },
  },
  {
    name: "look() puts staging on the disk that jobs are on, and tells which copies are there",
    ignored: () => elsewhere() === undefined ? "only one disk" : undefined,
    async check(f) {
      const disk = Deno.realPathSync(Deno.makeTempDirSync({ prefix: "xpm-h-", dir: elsewhere()! }));
      try {
        f.make({
          "ws/jobs": { link: disk },
          [`ws/.xpm-staging/${STAGING}`]: { folder: 0o700 },
          [`ws/.xpm-staging/${STAGING}.lock`]: { folder: 0o700 },
          "ws/.xpm-staging/replaced": { folder: 0o700 },
        });
        Deno.chmodSync(disk, 0o755);
        const staged = [`${ROOT}/ws/.xpm-staging/${STAGING}`];
        const there = { jobs: disk, jobsStaging: `${disk}/.xpm-staging` };
        assertEquals(await f.look("ws"), seen("ws", "ws", { ...there, staged }));
        Deno.mkdirSync(`${disk}/.xpm-staging/fedcba9876543210`, { recursive: true });
        staged.unshift(`${disk}/.xpm-staging/fedcba9876543210`);
        assertEquals((await f.look("ws")).staged, staged.sort());
      } finally {
        Deno.removeSync(disk, { recursive: true });
      }
    },
  },
];

/** A folder of another disk than the cases are on. */
function elsewhere(): string | undefined {
  const device = (path: string) => {
    try {
      return Deno.statSync(path).dev;
    } catch {
      return undefined;
    }
  };
  const [here, there] = ["/dev/shm", "/tmp"].map(device);
  return here === undefined || here === there ? undefined : "/tmp";
}
