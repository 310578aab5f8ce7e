/**
 * Runs what is under test as a user to whom modes of files mean something: root may do anything.
 *
 * @module
 */

import { fromFileUrl } from "@std/path";
import type { FailedMove, Place, Settlement } from "../../lib/host/host.ts";
import { LocalHost } from "../../lib/host/local.ts";
import type { OverlayEntry } from "../../lib/host/overlay.ts";
import { moduleFlags, ROOT } from "../../scripts/modules.ts";

/** What goes before a command, so that the files of this user are those of one who is not root. */
const PREFIX = ["unshare", "--user", "--map-user=1000", "--map-group=1000"];

const prefix = Deno.uid() === 0 ? await works(PREFIX) ? PREFIX : undefined : [];

/** Whether there is a way to be such a user. */
export const canBeUser: boolean = prefix !== undefined;

async function works([program, ...args]: string[]): Promise<boolean> {
  try {
    const command = new Deno.Command(program!, { args: [...args, "true"], stderr: "null" });
    return (await command.output()).success;
  } catch {
    return false;
  }
}

/** What is to be done; the bytes of the overlay as numbers. */
export interface Work {
  /** The staging folder that is claimed. */
  staging: string;
  /** Where things stand. */
  places: Place[];
  /** Folders of the staging folder that are removed first. */
  discarded: string[];
  /** What is settled, in that staging folder. */
  settlement: Omit<Settlement, "staging">;
}

/** What came of it. */
export interface Outcome {
  /** Whether something went back to its place. */
  changed: boolean;
  /** Whether there was something of an earlier attempt. */
  resumed: boolean;
  /** What could not be moved. */
  failed: FailedMove[];
}

/** Starts a program as such a user and gives it its input; answers what it prints. */
export async function runAsUser(
  command: string[],
  input: AsyncIterable<Uint8Array>,
): Promise<Uint8Array<ArrayBuffer>> {
  const [program, ...args] = [...prefix!, ...command];
  const child = new Deno.Command(program!, { args, stdin: "piped", stdout: "piped" }).spawn();
  const [{ stdout }] = await Promise.all([
    child.output(),
    ReadableStream.from(input).pipeTo(child.stdin),
  ]);
  return stdout;
}

/** Does the work on this machine, as such a user. */
export async function workLocally(work: Work): Promise<Outcome> {
  const flags = ["-A", "--config", `${ROOT}/deno.json`, ...await moduleFlags()];
  const command = [Deno.execPath(), "run", ...flags, fromFileUrl(import.meta.url)];
  const input = (async function* () {
    yield await Promise.resolve(new TextEncoder().encode(JSON.stringify(work, withNumbers)));
  })();
  return JSON.parse(new TextDecoder().decode(await runAsUser(command, input)));
}

function withNumbers(_key: string, value: unknown): unknown {
  return value instanceof Uint8Array ? [...value] : value;
}

function withBytes(entry: OverlayEntry): OverlayEntry {
  return entry.kind === "file" ? { ...entry, bytes: Uint8Array.from(entry.bytes) } : entry;
}

async function doWork({ staging, places, discarded, settlement }: Work): Promise<Outcome> {
  const host = new LocalHost({});
  const claim = await host.claim(staging, places, () => {});
  await host.discard(staging, discarded);
  const overlay = settlement.overlay.map(withBytes);
  const failed = await host.settle({ ...settlement, staging, overlay });
  const { changed, resumed } = claim;
  await claim.release();
  return { changed, resumed, failed };
}

if (import.meta.main) {
  if (Deno.uid() === 0) throw new Error("root may do anything");
  const work: Work = await new Response(Deno.stdin.readable).json();
  console.log(JSON.stringify(await doWork(work)));
}
