/**
 * Hosts of many kinds, behind a stand-in for `ssh`: shells, and programs that are not GNU's. All of
 * them are tried by `deno task test:hosts`.
 *
 * @module
 */

import { SshHost } from "../../lib/host/ssh/host.ts";
import { findProgram } from "../../scripts/setup.ts";
import {
  makeStandIn,
  missingFor,
  type StandIn,
  type StandInOptions,
  tarOf,
  tellsAll,
} from "../support/stand_in.ts";
import { hasSshd } from "../support/sshd.ts";
import { withVariables } from "../support/variables.ts";
import { conforms } from "./conformance.ts";
import type { Traits } from "./words.ts";

/** Whether `sshd_test.ts` has tried dash: as the system's own `sh`. */
const hasDash = await hasSshd() &&
  Deno.realPathSync((await findProgram("sh"))!).endsWith("/dash");

/** What is always tried. */
const FEW: StandInOptions[] = [
  ...(hasDash ? [] : [{ shell: "dash", tar: "tar" }]),
  { shell: "busybox", tar: "busybox", busybox: true },
  { shell: "dash", tar: "tar", toybox: true },
  { shell: "bash", tar: "bsdtar", mac: true },
  { shell: "zsh", tar: "tar", nobody: true },
];

/** What is tried besides, when all is. */
const MANY: StandInOptions[] = ["dash", "bash", "busybox", "ksh", "mksh", "zsh"].flatMap((shell) =>
  ["tar", "bsdtar", "busybox"].map((tar) => ({ shell, tar }))
);

const hasFlock = await findProgram("flock") !== undefined;

/** Registers the cases for a host that lacks some programs. */
function tryHost(options: StandInOptions, missing: string[]): void {
  const { shell, tar, busybox = false, toybox = false, mac = false, nobody = false } = options;
  const traits: Traits = {
    remote: true,
    decimals: busybox || toybox || mac || !tellsAll("find") ? 0 : 9,
    tar: missing.includes(tar) ? "GNU" : tar === "busybox" ? "busybox" : tarOf(tar),
    judges: hasFlock && !busybox ? ["shell", "program"] : ["shell"],
    user: nobody ? 65534 : Deno.uid()!,
  };
  let standIn: StandIn | undefined;
  let copies = 0;
  Deno.test.beforeAll(async () => {
    if (missing.length === 0) standIn = await makeStandIn(options);
  });
  Deno.test.afterAll(() => standIn?.[Symbol.dispose]());
  const sh = shell === "busybox" ? "busybox ash" : shell;
  const its = traits.tar === "bsdtar" ? "bsdtar" : `${traits.tar} tar`;
  const who = nobody ? "a host where one is nobody," : "a host";
  conforms({
    name: busybox
      ? `${who} of busybox`
      : mac
      ? `${who} that is a Mac`
      : `${who} with ${toybox ? "toybox, " : ""}${sh} and ${its}`,
    traits,
    missing: missing.length > 0 ? `there is no ${missing.join(" and no ")}` : undefined,
    onlyModes: nobody,
    use(home, action) {
      const PATH = `${standIn!.folder}:${Deno.env.get("PATH")}`;
      const login = () => ({
        connectTimeout: 120,
        reached: new Set<string>(),
        copy: `copy ${++copies}`,
      });
      const connect = () => new SshHost({ host: "far" }, { fsync: true }, login());
      return withVariables({ HOME: home, PATH }, () => action({ traits, home, connect }));
    },
  });
}

const isTried = (one: StandInOptions) =>
  FEW.some(({ shell, tar, busybox, toybox, mac, nobody }) =>
    shell === one.shell && tar === one.tar && !busybox && !toybox && !mac && !nobody
  );
const many = Deno.env.get("XPM_HOSTS") === "full" ? MANY.filter((one) => !isTried(one)) : [];
const tried = [...FEW, ...many];
// all that is waited for comes before the first test
const missing = await Promise.all(tried.map(missingFor));
tried.forEach((options, index) => tryHost(options, missing[index]!));
