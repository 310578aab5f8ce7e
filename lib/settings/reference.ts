/**
 * How the command line names a workspace: by its id, by a path, or by a host and a path.
 *
 * @module
 */

import { CopyError } from "../errors.ts";
import { hasControl, printable } from "../text/printable.ts";
import { localPath, otherHome } from "./local_path.ts";
import type { Workspace } from "../workspace/workspace.ts";

/** A path of this machine. Its beginning distinguishes it from an id. */
const PATH = /^(?:\.{1,2}$|\.{0,2}\/|~)/;
/** `ssh://[USER@]HOST[:PORT][/PATH]`. */
const ADDRESS = /^ssh:\/\/(?:([^@/]*)@)?(\[[^\]/]*\]|[^:/]*)(?::([^/]*))?(\/.*)?$/;
const SCHEME = /^[A-Za-z][A-Za-z0-9+.-]*:\/\//;
/**
 * `[USER@]HOST:PATH`, with brackets around a host that contains colons, and no `/` before the
 * colon.
 */
const HOST_AND_PATH = /^((?:[^/:]*@)?(?:\[[^\]/]*\]|[^/:[]*)):(.*)$/;
/** An IPv6 address, possibly with a zone such as `%eth0`. */
const IPV6 = /^[0-9A-Fa-f]*(?::[0-9A-Fa-f]*){2,}(?:\.[0-9]+){0,3}(?:%[A-Za-z0-9._-]+)?$/;
/** Characters that no name of a host or user contains. Most of them mean something to a shell. */
const NONSENSE = /[\s'"`$\\;&<>|(){}[\]*?!#,/]/;
/** The user of a domain, `DOMAIN\user@`: the one place where a backslash is allowed. */
const DOMAIN = /^([^\\@]+)\\(?=[^\\@]+@)/;

const PERCENT = "write %25 for a literal '%'";
const FORMS = "write an id, ./PATH, /PATH, HOST:PATH or ssh://USER@HOST:PORT/PATH";

/** Whether a text names a workspace by its path on this machine. */
export function isPath(text: string): boolean {
  return PATH.test(text);
}

/**
 * Parses the name of a workspace. `./x`, `../x`, `.`, `/x`, `~/x` and `~` are paths of this
 * machine. `host:path`, `user@host:path` and `ssh://user@host:port/path` are paths of another
 * machine; a relative one starts at the home folder there (`ssh://host/~/path`). Anything else is
 * an id.
 *
 * @throws {CopyError} `usage`, when it is an invalid path or address.
 */
export function parseReference(text: string): Workspace | { id: string } {
  if (typeof text !== "string" || text === "") {
    throw new CopyError("usage", "the name of the workspace is empty", FORMS);
  }
  if (hasControl(text)) {
    throw new CopyError("usage", `'${printable(text)}' contains a control character`, FORMS);
  }
  if (isPath(text)) return { id: text, path: localPath(text) };
  if (text.startsWith("ssh://")) return parseUrl(text);
  if (SCHEME.test(text)) {
    throw new CopyError("usage", `'${text}' is neither an ssh address nor a folder`, FORMS);
  }
  const [, host, path] = HOST_AND_PATH.exec(text) ?? [];
  if (host === undefined || path === undefined) return { id: text };
  return { id: text, path: checkRemotePath(text, path), ssh: { host: checkHost(bare(host)) } };
}

function parseUrl(text: string): Workspace {
  const [, user, host, port, path] = ADDRESS.exec(text) ?? [];
  if (host === undefined) {
    throw new CopyError("usage", `'${text}' is not a valid ssh address`, FORMS);
  }
  if (user?.includes(":")) {
    // The message does not repeat the password either.
    throw new CopyError("usage", "an address cannot contain a password", "ssh will ask for it");
  }
  const place = decode(text, path ?? "").replace(/^\/~(?=\/|$)/, "~");
  if (place.startsWith("/~")) throw otherHome(place.slice(1));
  const name = decode(text, user === undefined ? host : `${user}@${host}`);
  return {
    id: text,
    path: checkRemotePath(text, place),
    ssh: {
      host: checkHost(bare(name)),
      ...(port !== undefined && port !== "" && { options: ["-p", checkPort(port)] }),
    },
  };
}

/** Removes the brackets around an address, which ssh does not accept. */
function bare(host: string): string {
  return host.replace(/\[(.*)\]$/, "$1");
}

function decode(text: string, part: string): string {
  const refuse = (what: string) => new CopyError("usage", `'${text}' contains ${what}`, PERCENT);
  try {
    const decoded = decodeURIComponent(part);
    if (hasControl(decoded)) throw refuse("a control character");
    return decoded;
  } catch (error) {
    throw error instanceof URIError ? refuse("an invalid '%' escape") : error;
  }
}

function checkRemotePath(text: string, path: string): string {
  if (path === "") {
    throw new CopyError(
      "usage",
      `'${text}' does not name a folder`,
      "write HOST:PATH, or HOST:~ for home",
    );
  }
  if (path.startsWith("~") && path !== "~" && !path.startsWith("~/")) throw otherHome(path);
  return path;
}

function checkPort(port: string): string {
  const number = /^\d{1,5}$/.test(port) ? Number(port) : 0;
  if (number >= 1 && number <= 65535) return String(number);
  throw new CopyError("usage", `'${port}' is not a valid port`, "use a number from 1 to 65535");
}

/**
 * Returns a host (`user@host`, or an alias of the ssh configuration) if ssh can take it for nothing
 * but a host: it is no option, and has nothing that a shell would act upon.
 *
 * @throws {CopyError} `usage`, when it is not.
 */
export function checkHost(host: string): string {
  const fault = faultOf(host);
  if (fault === undefined) return host;
  const hint = fault === COLON
    ? 'give the port in the ssh options: ["-p", "2222"]'
    : "write HOST, USER@HOST, or an alias of your ssh configuration";
  throw new CopyError("usage", `'${printable(host)}' is not a valid host: it ${fault}`, hint);
}

/** What a program's path contains, so that no shell takes it for more than one word. */
const PLAIN = /^[\w@%+=:,./-]+$/;

/**
 * Returns the path of a program at a host if every shell there takes it as it is, but for a `~`
 * before a `/`.
 *
 * @param key What the settings call it.
 * @throws {CopyError} `usage`, when a shell may take it for something else.
 */
export function checkProgram(key: "rsyncPath" | "tarPath", path: string): string {
  const rest = path.replace(/^~(?=\/)/, "");
  const fault = !/^\/.*[^/]$/.test(rest)
    ? "is not absolute"
    : hasControl(rest)
    ? "contains a control character"
    : PLAIN.test(rest)
    ? undefined
    : `contains a '${[...rest].find((letter) => !PLAIN.test(letter))}'`;
  if (fault === undefined) return path;
  const hint =
    "write /PATH or ~/PATH of the program at that host, in letters, digits and  _@%+=:,.-";
  throw new CopyError("usage", `'${printable(path)}' is no ${key}: it ${fault}`, hint);
}

const COLON = "contains a ':'";

function faultOf(host: string): string | undefined {
  if (host === "") return "is empty";
  if (hasControl(host)) return "contains a control character";
  const at = host.lastIndexOf("@");
  const name = host.slice(at + 1);
  if (at === 0 || name === "") return "is not of the form USER@HOST";
  if (host.startsWith("-") || name.startsWith("-")) return "begins with '-'";
  const [found] = NONSENSE.exec(host.replace(DOMAIN, "$1")) ?? [];
  if (found !== undefined) return /\s/.test(found) ? "contains a space" : `contains a '${found}'`;
  const colon = host.indexOf(":");
  return colon < 0 || colon > at && IPV6.test(name) ? undefined : COLON;
}
