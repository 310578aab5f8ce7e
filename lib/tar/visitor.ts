/**
 * What decides about the members of an archive that passes.
 *
 * @module
 */

import { CopyError } from "../errors.ts";
import { printable } from "../text/printable.ts";
import type { MemberHead } from "./header.ts";

/** Gives a file new bytes while the old ones come. */
export interface Editor {
  /** Takes the next bytes; their memory will be used again. */
  push(bytes: Uint8Array): void;
  /** All the new bytes, in parts: a header tells how many they are before the first of them. */
  finish(): Uint8Array[];
}

/** What becomes of a member: it passes, is left out, is read whole, is edited, or leads elsewhere. */
export type MemberDecision = "pass" | "drop" | "read" | Editor | { target: string };

/** Who decides. */
export interface MemberVisitor {
  /**
   * Is told each member before its bytes.
   *
   * @param headers Its headers, as they will pass.
   */
  visit(head: MemberHead, headers: () => Uint8Array): MemberDecision;
  /** Gives the new bytes of a file that was to be read, in parts; itself when nothing changes. */
  change(head: MemberHead, bytes: Uint8Array): Uint8Array[];
  /**
   * Is told that the archive has come to its end, and not to that of a connection; answers members that
   * come after all others.
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
