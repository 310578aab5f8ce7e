/**
 * A remote host that is this machine: in place of `ssh` a program that runs the command line here,
 * in whatever shell and with whatever programs a host may have. It costs no login, so that many
 * kinds of host can be tried.
 *
 * @module
 */

import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { findProgram } from "../../scripts/setup.ts";
import { installMac } from "./mac.ts";

/** What a stand-in is like. */
export interface StandInOptions {
  /** The program that is its `sh`, and behaves so when it is called by that name. */
  shell: string;
  /** The program that is its `tar`. */
  tar: string;
  /** Whether all other programs are those of busybox, and nothing else is there but rsync. */
  busybox?: boolean;
  /** Whether the other programs are those of toybox, as far as it has them. */
  toybox?: boolean;
  /** Whether the other programs are those of a Mac. */
  mac?: boolean;
  /** Whether those who log in are nobody. */
  nobody?: boolean;
}

/** A stand-in; it ends with `using`. */
export interface StandIn extends Disposable {
  /** The folder with `ssh`, to come first on PATH. */
  readonly folder: string;
  /** The PATH of who logs in. */
  readonly path: string;
}

const ENV = await findProgram("env");
/** Programs that are many in one. */
const BOXES = ["busybox", "toybox"] as const;
const SETPRIV = await findProgram("setpriv");

/** Which tar a program is. */
export function tarOf(program: string): "GNU" | "bsdtar" | "busybox" {
  const { stdout, stderr } = new Deno.Command(program, { args: ["--version"] }).outputSync();
  const said = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
  return said.includes("GNU tar") ? "GNU" : /busybox/i.test(said) ? "busybox" : "bsdtar";
}

/** Whether a `find` tells what it is asked for, times to the nanosecond among it: GNU's does. */
export function tellsAll(find: string): boolean {
  try {
    const args = ["/", "-maxdepth", "0", "-printf", "%y%b%T@"];
    return new Deno.Command(find, { args, stdout: "null", stderr: "null" }).outputSync().success;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/** The programs that such a host needs and this machine lacks. */
export async function missingFor(
  { shell, tar, busybox, toybox, nobody }: StandInOptions,
): Promise<string[]> {
  const others = { busybox, toybox, setpriv: nobody };
  const wanted = [shell, tar, ...Object.entries(others).flatMap(([name, is]) => is ? [name] : [])];
  const missing: string[] = [];
  for (const program of new Set(wanted)) {
    if (await findProgram(program) === undefined) missing.push(program);
  }
  return missing;
}

/** Makes a stand-in. */
export async function makeStandIn(options: StandInOptions): Promise<StandIn> {
  const folder = Deno.makeTempDirSync({ prefix: "xpm-stand-in-" });
  chmodSync(folder, 0o755);
  const far = `${folder}/far`;
  mkdirSync(far);
  await install(far, "sh", options.shell);
  if (!options.mac) await install(far, "tar", options.tar);
  for (const box of BOXES.filter((box) => options[box])) {
    for (const applet of appletsOf(box, (await findProgram(box))!)) {
      if (applet !== "sh" && applet !== "tar") await install(far, applet, box);
    }
  }
  if (options.busybox) await install(far, "rsync", "rsync");
  if (options.mac) await installMac(far);
  const path = options.busybox ? far : `${far}:${Deno.env.get("PATH")}`;
  // not by exec: who ends ssh ends the connection, and the other end hears of that
  const script = `#!/bin/sh
for command do
  case $command in -G | -O) exit 255 ;; esac # it has no settings, and no master
done
${options.nobody ? `${SETPRIV} --reuid 65534 --regid 65534 --clear-groups --` : ""} \\
  ${ENV} -i HOME="$HOME" PATH='${path}' SHELL='${far}/sh' '${far}/sh' -c "$command"
exit $?
`;
  writeFileSync(`${folder}/ssh`, script);
  chmodSync(`${folder}/ssh`, 0o755);
  return { folder, path, [Symbol.dispose]: () => Deno.removeSync(folder, { recursive: true }) };
}

/** Puts a program into a folder under a name; busybox and toybox do what they are called. */
async function install(folder: string, name: string, program: string): Promise<void> {
  symlinkSync((await findProgram(program))!, `${folder}/${name}`);
}

function appletsOf(box: "busybox" | "toybox", program: string): string[] {
  const { stdout } = new Deno.Command(program, { args: box === "busybox" ? ["--list"] : [] })
    .outputSync();
  return new TextDecoder().decode(stdout).split(/\s+/).filter((name) => name !== "");
}
