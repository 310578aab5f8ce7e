/**
 * What every host must do alike: cases that are written once, and run against each kind of host.
 *
 * @module
 */

import { chmodSync, mkdirSync, rmSync } from "node:fs";
import { MEMORY } from "../support/directions.ts";
import { shell } from "../support/shell.ts";
import { Fixture } from "./fixture.ts";
import { asideCases } from "./aside_cases.ts";
import { archiveCases } from "./archive_cases.ts";
import { claimCases } from "./claim_cases.ts";
import { contentsCases } from "./contents_cases.ts";
import { currentCases } from "./current_cases.ts";
import { examineCases } from "./examine_cases.ts";
import { lookCases } from "./look_cases.ts";
import { recordCases } from "./record_cases.ts";
import { replaceCases } from "./replace_cases.ts";
import { runCases } from "./run_cases.ts";
import { scanCases } from "./scan_cases.ts";
import { settleCases } from "./settle_cases.ts";
import { sharedCases } from "./shared_cases.ts";
import { tidyCases } from "./tidy_cases.ts";
import type { Kind, Traits } from "./words.ts";

/** One thing that every host must do alike. */
export interface Case {
  /** A sentence that begins with what is asked of the host. */
  name: string;
  /** Whether it means anything to a host. @default {to every host} */
  concerns?(traits: Traits): boolean;
  /** Why a host falls short of it, or cannot be tried; undefined when it is. */
  ignored?(traits: Traits): string | undefined;
  /** Whether modes of files matter, which mean nothing to root. */
  modes?: true;
  /** Does it. */
  check(fixture: Fixture): Promise<void>;
}

/** All cases. */
const CASES: readonly Case[] = [
  ...lookCases,
  ...examineCases,
  ...runCases,
  ...scanCases,
  ...contentsCases,
  ...claimCases,
  ...archiveCases,
  ...settleCases,
  ...sharedCases,
  ...replaceCases,
  ...recordCases,
  ...currentCases,
  ...tidyCases,
  ...asideCases,
];

/** A kind of host, for the tests of a file. */
export interface Tried {
  /** Its name, at the end of each test's. */
  name: string;
  /** What it is documented to differ in. */
  traits: Traits;
  /** Why it cannot be tried here; undefined when it can. */
  missing?: string | undefined;
  /** Whether only those cases are tried in which modes of files matter. */
  onlyModes?: boolean;
  /** Does something with it. */
  use(home: string, action: (kind: Kind) => Promise<void>): Promise<void>;
}

/** Registers all cases for a kind of host. */
export function conforms(tried: Tried): void {
  const { traits, missing, onlyModes = false } = tried;
  for (const { name, concerns, ignored, modes = false, check } of CASES) {
    if (concerns?.(traits) === false || onlyModes && !modes) continue;
    const reason = missing ?? ignored?.(traits);
    Deno.test({
      name: `${name}, ${tried.name}${reason === undefined ? "" : ` (${reason})`}`,
      ignore: reason !== undefined,
      fn: () => withFolder((root) => tried.use(`${root}/home`, (kind) => tryIt(kind, root, check))),
    });
  }
}

async function tryIt(kind: Kind, root: string, check: Case["check"]): Promise<void> {
  const fixture = new Fixture(kind, root);
  fixture.give();
  try {
    await check(fixture);
  } finally {
    await fixture.end();
  }
}

/** Does something with a new folder, in memory where that can be; then it goes. */
async function withFolder(action: (root: string) => Promise<void>): Promise<void> {
  const root = Deno.realPathSync(Deno.makeTempDirSync({ prefix: "xpm-h-", ...inMemory() }));
  chmodSync(root, 0o755);
  mkdirSync(`${root}/home`);
  try {
    await action(root);
  } finally {
    // root needs no permission
    if (Deno.uid() !== 0) shell("/", 'chmod -R u+rwx "$1"', root);
    rmSync(root, { recursive: true, force: true });
  }
}

function inMemory(): { dir?: string } {
  try {
    return Deno.statSync(MEMORY).isDirectory ? { dir: MEMORY } : {};
  } catch {
    return {};
  }
}
