/**
 * The properties of one end of a copy that rsync depends on.
 *
 * @module
 */

import type { Parts } from "../system/streams.ts";
import type { Packing } from "./tar.ts";

/** How rsync reaches one end of a copy, and which rsync is there. */
export interface RsyncEnd {
  /** The first line of `rsync --version` there; empty when it has none. */
  readonly said: string;
  /** Its path there, when the settings tell: `~/bin/rsync`. */
  readonly program?: string;
  /** The operand for an absolute path there. */
  operand(path: string): string;
  /** rsync's `--rsh`, when the end is on another machine. */
  shell?(): string;
  /** Gives up a session that is not needed yet; returns whether there was one. */
  free?(): Promise<boolean>;
  /** Measures the round trip to the other machine, in seconds. */
  roundTrip?(): Promise<number>;
  /** The relay, when the end is on another machine. */
  readonly relay?: RelayEnd;
}

/** One end of a copy whose other end is on a third machine. */
export interface RelayEnd {
  /**
   * The letters by which the build of its rsync shows in the server command: `L` when it sets times
   * of links, `s` when it converts names.
   */
  readonly built: string;
  /**
   * Starts rsync as the client. Its stream begins with the command line of the server that it
   * requests.
   *
   * @param names The list of what to copy, from `nameText`.
   * @param incoming The output of the server, once it runs.
   * @param onLine Takes the lines that rsync prints; all others are error messages.
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
   * @param done Ends when rsync is done. If the channel ends before, rsync is killed there.
   */
  copy(
    root: string,
    options: string[],
    names: Uint8Array,
    done: Parts,
    onLine: (line: string) => boolean,
  ): Packing;
  /** The name of that machine, where folders are claimed. */
  readonly machine: string;
  /** Whether the file of a claim is seen there. */
  holds(claim: string): Promise<boolean>;
}
