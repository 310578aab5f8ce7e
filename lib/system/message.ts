/**
 * Errors of the system in plain words. Deno and Node name the system call and its number.
 *
 * @module
 */

/** What each system call tries to do. */
const VERBS: Record<string, string> = {
  mkdir: "create",
  symlink: "create",
  link: "create",
  open: "open",
  readfile: "read",
  writefile: "write",
  readdir: "read",
  scandir: "read",
  stat: "read",
  lstat: "read",
  readlink: "read",
  realpath: "read",
  rename: "rename",
  copy: "copy",
  copyfile: "copy",
  remove: "delete",
  unlink: "delete",
  rmdir: "delete",
  rm: "delete",
  chmod: "change",
  utime: "change",
};

/** `No such file (os error 2): mkdir '/x'`, as Deno writes it. */
const DENO = /^(.+?) \(os error \d+\)(?:[:,] (\w+) '(.+?)'(?: -> '(.+)')?)?$/s;
/** `ENOENT: no such file, mkdir '/x'`, as Node writes it. */
const NODE = /^E[A-Z0-9]+: (.+?)(?:, (\w+)(?: '(.+?)'(?: -> '(.+)')?)?)?$/s;

/**
 * A message of the system as a sentence: `cannot create /x: no such file`; any other text
 * unchanged.
 */
export function systemMessage(message: string): string {
  const [, reason, call = "", path, other] = DENO.exec(message) ?? NODE.exec(message) ?? [];
  if (reason === undefined) return message;
  const why = reason[0]!.toLowerCase() + reason.slice(1);
  const verb = VERBS[call];
  if (path === undefined) return why;
  if (verb === undefined) return `${why}: ${path}`;
  if (other === undefined) return `cannot ${verb} ${path}: ${why}`;
  return verb === "create"
    ? `cannot create ${other}: ${why}`
    : `cannot ${verb} ${path} to ${other}: ${why}`;
}
