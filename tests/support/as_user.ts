/**
 * Lets a host work as a user to whom modes of files mean something: root may do anything.
 *
 * @module
 */

import { fromFileUrl } from "@std/path";
import type { Host, Place } from "../../lib/host/host.ts";
import type { FailedMove, PublishRequest } from "../../lib/host/steps.ts";
import { LocalHost } from "../../lib/host/local/host.ts";
import { joined } from "../../lib/system/streams.ts";
import { unpack } from "../hosts/publish.ts";
import { archive, type OverlayEntry } from "../../lib/tar/write.ts";
import { SshHost } from "../../lib/host/ssh/host.ts";
import { moduleFlags, ROOT } from "../../scripts/modules.ts";

/** What goes before a command, so that root's files become those of one who is not root. */
const PREFIX = ["unshare", "--user", "--map-user=1000", "--map-group=1000"];

const prefix = Deno.uid() !== 0 ? [] : await works(PREFIX) ? PREFIX : undefined;

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

/** What a host is to do. */
export interface Work {
  /** On this machine by itself, or by the programs that a remote host runs. */
  host: "LocalHost" | "SshHost";
  /** The staging folder that it claims. */
  staging: string;
  /** Where things stand. */
  places: Place[];
  /** Folders of the staging folder that it discards next. */
  discarded: string[];
  /** What is written there then. */
  written: OverlayEntry[];
  /** What it settles in the end. */
  settlement: PublishRequest;
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

/** Does the work as such a user. */
export async function workAsUser(work: Work): Promise<Outcome> {
  const flags = ["-A", "--config", `${ROOT}/deno.json`, ...await moduleFlags()];
  const script = [Deno.execPath(), "run", ...flags, fromFileUrl(import.meta.url)];
  const [program, ...args] = [...prefix!, ...script];
  const child = new Deno.Command(program!, { args, stdin: "piped", stdout: "piped" }).spawn();
  const [{ stdout }] = await Promise.all([
    child.output(),
    new Response(JSON.stringify(work, withNumbers)).body!.pipeTo(child.stdin),
  ]);
  return JSON.parse(new TextDecoder().decode(stdout));
}

function withNumbers(_key: string, value: unknown): unknown {
  return value instanceof Uint8Array ? [...value] : value;
}

/** In JSON the bytes have become a list of numbers. */
function withBytes(entry: OverlayEntry): OverlayEntry {
  return entry.kind === "file"
    ? { ...entry, bytes: Uint8Array.from(entry.bytes as Iterable<number>) }
    : entry;
}

/** Another machine that is this one: an `ssh` that does here what it is told. */
async function sshHost(): Promise<Host> {
  const folder = Deno.makeTempDirSync();
  const script = '#!/bin/sh\nfor command do :; done\nexec sh -c "$command"\n';
  Deno.writeTextFileSync(`${folder}/ssh`, script, { mode: 0o700 });
  Deno.env.set("PATH", `${folder}:${Deno.env.get("PATH")}`);
  addEventListener("unload", () => Deno.removeSync(folder, { recursive: true }));
  const host = new SshHost({ host: "here" }, {}, {
    connectTimeout: 120,
    reached: new Set<string>(),
    copy: "test",
  });
  await host.open();
  return host;
}

async function doWork(work: Work): Promise<Outcome> {
  const { staging, places, discarded, written, settlement } = work;
  const host = work.host === "SshHost" ? await sshHost() : new LocalHost({});
  await host.prewarm();
  await host.look({ path: staging.replace(/\/[^/]*\/[^/]*$/, "") });
  const claim = await host.claim({ staging, places, about: "{}" }, () => {});
  if (discarded.length > 0) await claim.discard(discarded);
  if (written.length > 0) {
    const bytes = joined([...archive(written.map(withBytes))]);
    if (!await unpack(claim, bytes, true)) throw new Error("what is written could not be unpacked");
  }
  const failed = await claim.settle(settlement);
  const { changed, resumed } = claim;
  await claim.release(false);
  await host.close();
  return { changed, resumed, failed };
}

if (import.meta.main) {
  if (Deno.uid() === 0) throw new Error("root may do anything");
  const work: Work = await new Response(Deno.stdin.readable).json();
  console.log(JSON.stringify(await doWork(work)));
}
