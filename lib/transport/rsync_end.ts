/**
 * What rsync needs to know of an end of a copy.
 *
 * @module
 */

import type { Parts } from "../system/streams.ts";
import type { Packing } from "./tar.ts";

/** How rsync reaches an end of a copy, and which one is there. */
export interface RsyncEnd {
  /** The first line of `rsync --version` there; empty where there is none. */
  readonly said: string;
  /** The operand for an absolute path there. */
  operand(path: string): string;
  /** rsync's `--rsh`, when the end is on another machine. */
  shell?(): string;
  /** What relays it, when the end is on another machine. */
  readonly relay?: RelayEnd;
}

/** An end of a copy whose other end is on a third machine. */
export interface RelayEnd {
  /**
   * Starts rsync as the client. Its stream begins with the words of the server that it wants.
   *
   * @param names What to copy, as `nameText` has it.
   * @param incoming What the server says, once there is one.
   * @param onLine Takes the lines that rsync prints; the rest are complaints.
   */
  send(
    root: string,
    options: string[],
    names: Uint8Array,
    incoming: Parts,
    onLine: (line: string) => boolean,
  ): Packing;
  /** Starts rsync as the server for a folder. */
  serve(folder: string, words: string[], incoming: Parts): Packing;
  /**
   * Starts rsync between two folders of that machine.
   *
   * @param done Once it is there, the channel is closed: if that comes before, all is ended.
   */
  copy(
    root: string,
    options: string[],
    names: Uint8Array,
    done: Parts,
    onLine: (line: string) => boolean,
  ): Packing;
  /** Whether a claim was made on that machine; a claim is told by its file. */
  holds(claim: string): Promise<boolean>;
}
