/**
 * The words of an rsync that runs at a source behind ssh: its arguments, the names of what it
 * sends, and the server command that it asks for, which is compared with the expected one.
 *
 * @module
 */

import { bytesOf, textOf } from "../system/byte_text.ts";
import { joined } from "../system/streams.ts";
import { rsyncArguments, type RsyncRequest } from "./rsync.ts";
import { isAtLeast } from "./rsync_version.ts";

/** The oldest rsync whose server command is known. */
export const RELAYED = "3.1.3";

/** A request to relay. `from` and `to` are the folders, absolute; `version` is the client's. */
export interface RelayRequest extends Omit<RsyncRequest, "rsh"> {
  /** The letters that the client's build adds to the command: see `RelayEnd.built`. */
  built: string;
}

/** The name by which the client calls the other machine. */
const HOST = "RELAY";
/** The mark before the name of each file that is sent. */
export const NAMED = "xpm-file:";

/**
 * The arguments of the client, without its remote shell.
 *
 * @param to The destination, when both ends are on one machine.
 */
export function clientArguments(request: RelayRequest, timeout = 0, to?: string): string[] {
  const ends = { rsh: undefined, from: "./", to: to ?? `${HOST}:.`, mark: NAMED };
  return ["--no-s", ...rsyncArguments({ ...request, ...ends }, timeout)];
}

/** The parts of a request that change the server command. */
type Wording = Pick<
  RelayRequest,
  | "sparse"
  | "trust"
  | "shared"
  | "bandwidthLimit"
  | "isFlat"
  | "withoutLinks"
  | "version"
  | "built"
>;

/**
 * The letters after `-e`, which tell the capabilities of a client: those of all versions since
 * {@linkcode RELAYED}, and those that came later.
 */
function capabilities({ version, built, isFlat }: Wording): string {
  const later = [["3.2.0", "Iv"], ["3.2.3", "u"]] as const;
  const since = later.filter(([least]) => isAtLeast(version, least)).map(([, letters]) => letters);
  return [".", isFlat === true ? "" : "i", built, "fxC", ...since].join("");
}

/** The first version whose letters are not known yet. */
const UNKNOWN = "3.6.0";

/** The server command that the client must ask for. */
export function serverWords(request: Wording, timeout = 0): string[] {
  const { sparse, trust, shared, bandwidthLimit, isFlat = false, withoutLinks = false } = request;
  const group = shared?.group === undefined && "g";
  const letters = [
    ...[!withoutLinks && "l", "Ho", group, "Dtp", !isFlat && "r", trust === "bytes" && "I"],
    ...["R", sparse && "S", "e", capabilities(request)],
  ];
  return [
    ...[HOST, "rsync", "--server", `-${letters.filter(Boolean).join("")}`, "--log-format=X"],
    ...(timeout > 0 ? [`--timeout=${timeout}`] : []),
    ...(bandwidthLimit > 0 ? [`--bwlimit=${bandwidthLimit}`] : []),
    ...(trust === "size" ? ["--size-only"] : []),
    ...["-@-1", "--inplace", ...(sparse ? ["--no-W"] : []), "--no-implied-dirs", ".", "."],
  ];
}

/** The index of the word that ends with these letters. */
const LETTERS = 3;
/** Letters of versions to come: no rsync takes a letter there for anything else. */
const LATER = /^[A-Za-z]{0,8}$/;

/**
 * The arguments of the server, if a client asks for the expected command; otherwise undefined. They
 * are made from the expected words. Only a client that is later than all known ones may add letters
 * to those of its capabilities.
 */
export function acceptedServer(
  asked: readonly string[],
  request: Wording,
  timeout = 0,
): string[] | undefined {
  const words = serverWords(request, timeout);
  const more = asked[LETTERS]?.slice(words[LETTERS]!.length) ?? "";
  if (isAtLeast(request.version, UNKNOWN) && LATER.test(more)) words[LETTERS] += more;
  const isExpected = asked.length === words.length &&
    words.every((word, index) => word === asked[index]);
  return isExpected ? words.slice(2) : undefined;
}

/** The most characters of a line of names, which becomes one argument of a program. */
const PART = 1 << 15;

/** Names as the remote program reads them: lines for `printf %b`, each name ended by a NUL. */
export function nameText(names: string[]): string {
  const lines: string[] = [];
  let line = "";
  for (const name of names) {
    const escaped = escapedName(name);
    if (line !== "" && line.length + escaped.length > PART) {
      lines.push(line);
      line = "";
    }
    line += `${escaped}\\0000`;
  }
  return [...lines, line].join("\n");
}

function escapedName(name: string): string {
  if (/^[\w./=+,:@-]*$/.test(name)) return name;
  return [...bytesOf(name)].map((byte) => {
    const letter = String.fromCharCode(byte);
    return /[\w./=+,:@-]/.test(letter) ? letter : `\\0${byte.toString(8).padStart(3, "0")}`;
  }).join("");
}

/** The most bytes of a command. */
const MAX_WORDS = 1 << 16;

/** Reads words, each ended by a NUL, up to an empty one; also returns what came after them. */
export async function readWords(
  stream: AsyncIterator<Uint8Array>,
): Promise<{ words: string[]; rest: Uint8Array } | undefined> {
  let held = new Uint8Array();
  for (;;) {
    const end = held.findIndex((byte, at) => byte === 0 && (at === 0 || held[at - 1] === 0));
    if (end >= 0) {
      const words = textOf(held.subarray(0, Math.max(end - 1, 0))).split("\0");
      return { words, rest: held.subarray(end + 1) };
    }
    const { value, done } = await stream.next();
    if (done || held.length > MAX_WORDS) return undefined;
    held = joined([held, value.slice()]).slice();
  }
}
