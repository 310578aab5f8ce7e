/**
 * Examines another machine and its disks.
 *
 * @module
 */

import { CopyError } from "../../errors.ts";
import { fileSystemOf } from "../../system/df.ts";
import type { DiskCondition, LoginCondition, MachineCondition } from "../condition.ts";
import { oneOf } from "./answers.ts";
import { examined } from "./carrier.ts";
import { asLines } from "./lines.ts";
import { DISKS, EXISTING } from "./programs/programs.ts";
import { rsyncEnd } from "./rsync_end.ts";
import type { Session } from "./session.ts";

/** How many round trips are measured: the fastest tells how far the machine is. */
const QUESTIONS = 3;

/**
 * Does {@linkcode Host.examine}.
 *
 * @param carrier The login that bytes go through: another one, or the same.
 * @param seconds How long the login took.
 */
export async function examineThere(
  session: Session,
  carrier: Session,
  seconds: number,
): Promise<MachineCondition> {
  const [answer, own] = await Promise.all([
    examined(carrier),
    carrier === session ? undefined : examined(session),
  ]);
  const { tarPath, host } = carrier.ssh;
  return {
    ...(own !== undefined && { transferHost: host }),
    rsync: rsyncEnd(answer, carrier, session),
    tar: answer.get("tar") ?? "",
    ...(tarPath !== undefined && { tarPath }),
    zstd: Boolean(answer.get("zstd")),
    login: {
      seconds,
      roundTrip: await roundTrip(session),
      command: await anotherCommand(carrier),
      shell: (own ?? answer).get("shell") ?? "",
    },
  };
}

async function roundTrip({ agent }: Session): Promise<number> {
  const times: number[] = [];
  for (let at = 0; at < QUESTIONS; at++) times.push(await agent.roundTrip());
  return Math.min(...times);
}

/** Measures the start of a command beside the agent, as a copy starts one for a stream. */
async function anotherCommand(session: Session): Promise<LoginCondition["command"]> {
  try {
    return await secondsOf(() => session.send(EXISTING, ["/"], () => {}, []));
  } catch (error) {
    if (error instanceof CopyError && error.code !== "interrupted") return error;
    throw error;
  }
}

async function secondsOf(action: () => Promise<void>): Promise<number> {
  const begin = performance.now();
  await action();
  return (performance.now() - begin) / 1000;
}

/** Does {@linkcode Host.disks}. */
export async function disksThere(
  name: string,
  session: Session,
  folders: string[],
): Promise<DiskCondition[]> {
  const texts: string[] = [];
  const tell = (text: string) => void texts.push(text);
  await session.agent.run(DISKS, asLines(folders), tell);
  return folders.map((folder, at) => {
    const [typed = "", plain = "", writable = ""] = texts.slice(3 * at, 3 * at + 3);
    return {
      folder,
      fileSystem: fileSystemOf(typed, plain),
      writable: oneOf(["yes", "no"], writable, name) === "yes",
    };
  });
}
