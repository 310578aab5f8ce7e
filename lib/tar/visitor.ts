/**
 * The interface of what decides about the members of a passing archive.
 *
 * @module
 */

import { CopyError } from "../errors.ts";
import type { Held } from "../system/held.ts";
import { printable } from "../text/printable.ts";
import type { MemberHead } from "./header.ts";

/** Gives a file new bytes while the old ones come. */
export interface Editor {
  /** Takes the next bytes. Their memory is reused afterwards. */
  push(bytes: Uint8Array): void;
  /**
   * All the new bytes: the header before them has their number.
   */
  finish(): Held;
}

/**
 * What is done with a member: it passes, is left out, is read whole, is edited, or gets a new
 * target.
 */
export type MemberDecision = "pass" | "drop" | "read" | Editor | { target: string };

/** Decides about members. */
export interface MemberVisitor {
  /**
   * Decides about a member before its bytes come.
   *
   * @param headers Returns its headers, as they will pass.
   */
  visit(head: MemberHead, headers: () => Uint8Array): MemberDecision;
  /**
   * Returns the new bytes of a file that was read, in parts; the same array when nothing changes.
   */
  change(head: MemberHead, bytes: Uint8Array): Uint8Array[];
  /** Is shown the bytes of a file that passes or is left out. Their memory is reused afterwards. */
  see?(bytes: Uint8Array): void;
  /**
   * Called at the end of the archive, and not where a connection ends. Returns members to append.
   */
  end(): Iterable<Uint8Array> | void;
}

/** The error for an end of a copy that sends what it should not. */
export function untrusted(from: string, what: string): CopyError {
  return new CopyError(
    "refused",
    printable(`${from} sent ${what}`),
    "check that this machine, and its rsync and tar, can be trusted",
  );
}
