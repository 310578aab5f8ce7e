/**
 * Measures the program against others that copy: `deno task bench --help` tells how.
 *
 * @module
 */

import { join } from "node:path";
import { parseArgs } from "node:util";
import { renewFigures } from "../scripts/figures.ts";
import { ROOT } from "../scripts/modules.ts";
import { ensureExperimaestro, ensurePrograms } from "../scripts/setup.ts";
import { hasSshd } from "../tests/support/sshd.ts";
import { CASES, type Heat, heatsOf, LONG, QUICK } from "./cases.ts";
import { equip } from "./contenders.ts";
import { Ground } from "./ground.ts";
import { describeMachine } from "./machine.ts";
import { Network } from "./network.ts";
import { drawPicture } from "./picture.ts";
import { type Arena, OURS_SYNCS, race } from "./race.ts";
import { type Report, writeReport } from "./report.ts";
import { type HeatResult, judge } from "./results.ts";

const WIDTH = Math.max(...CASES.map(({ name }) => name.length)) + 2;

const HELP = `\
deno task bench [--quick] [--case NAME ...] [--rounds N] [--check] [--write]

Measures all cases but ${LONG.join(" and ")} (about an hour), and writes
bench/RESULTS.md and bench/results.svg.

  --quick       only ${QUICK.join(" and ")}, in three rounds: about a minute
  --case NAME   only this case, or a place of it: jobs-local/memory
                (may be given several times)
  --rounds N    so many rounds of each case
  --check       exit 1 when our program misses what it must reach
  --write       write the files also with --quick or --case; without it these
                only print the page

Cases:
${CASES.map(({ name, title }) => `  ${name.padEnd(WIDTH)}${title}\n`).join("")}`;

/** What is measured when nothing is named. */
const USUAL = CASES.map(({ name }) => name).filter((name) => !LONG.includes(name));

/** What the bench was asked. */
interface Wish {
  heats: Heat[];
  rounds: number | undefined;
  check: boolean;
  write: boolean;
}

/** Understands the arguments; a text is what to print instead. */
function parseWish(args: string[]): Wish | string {
  const { values } = parseArgs({
    args,
    options: {
      quick: { type: "boolean" },
      case: { type: "string", multiple: true },
      rounds: { type: "string" },
      check: { type: "boolean" },
      write: { type: "boolean" },
      help: { type: "boolean", short: "h" },
    },
  });
  if (values.help) return HELP;
  const { quick = false, check = false } = values;
  const names = values.case ?? (quick ? QUICK : USUAL);
  const unknown = names.find((name) => heatsOf(name).length === 0);
  if (unknown !== undefined) throw new TypeError(`there is no case ${unknown}; see --help`);
  const rounds = values.rounds === undefined ? quick ? 3 : undefined : Number(values.rounds);
  if (rounds !== undefined && !(Number.isInteger(rounds) && rounds > 0)) {
    throw new TypeError("--rounds needs a number from 1 on");
  }
  const write = values.write ?? !(quick || values.case !== undefined);
  return { heats: names.flatMap(heatsOf), rounds, check, write };
}

/** Runs the cases; what was made is removed in the end, whatever that is. */
async function runAll({ heats, rounds }: Wish, signal: AbortSignal): Promise<Report> {
  await using ground = new Ground();
  await using network = new Network();
  const lanes = heats.flatMap((heat) => heat.case.lanes);
  const experimaestro = lanes.some(({ contender }) => contender === "experimaestro")
    ? await ensureExperimaestro()
    : undefined;
  const arena: Arena = {
    ground,
    network: await hasSshd() ? network : undefined,
    equipment: await equip(join(ground.folder("disk"), "equipment"), experimaestro),
    signal,
    tell: console.error,
  };
  const machine = await describeMachine(ground.folder("disk"), experimaestro);
  await warmUp(arena);
  const results: HeatResult[] = [];
  for (const heat of heats) {
    arena.tell(`${heat.case.name}/${heat.place}: ${heat.case.title}`);
    results.push(await race(heat, rounds ?? heat.case.rounds, arena));
  }
  return {
    command: ["deno task bench", ...Deno.args].join(" "),
    day: new Date().toISOString().slice(0, 10),
    synced: OURS_SYNCS,
    machine,
    heats: results,
  };
}

/** Our program's first start on a machine is slower than all others: modules are compiled. */
async function warmUp(arena: Arena): Promise<void> {
  for (const heat of heatsOf("help")) await race(heat, 1, { ...arena, tell: () => {} });
}

/** Writes the page and the picture, formatted as all files of the project. */
async function writeFiles(report: Report): Promise<void> {
  const page = join(ROOT, "bench", "RESULTS.md");
  const picture = join(ROOT, "bench", "results.svg");
  await Deno.writeTextFile(page, writeReport(report));
  await Deno.writeTextFile(picture, drawPicture(report.heats));
  const format = { args: ["fmt", "--quiet", page, picture], cwd: ROOT };
  await new Deno.Command(Deno.execPath(), format).spawn().status;
  await renewFigures();
  console.error("Written: bench/RESULTS.md, bench/results.svg, and the figures in README.md");
}

async function main(args: string[]): Promise<number> {
  const wish = parseWish(args);
  if (typeof wish === "string") {
    console.log(wish);
    return 0;
  }
  await ensurePrograms();
  const controller = new AbortController();
  for (const name of ["SIGINT", "SIGTERM"] as const) {
    Deno.addSignalListener(name, () => {
      if (!controller.signal.aborted) console.error("Removing the bench's folders");
      controller.abort();
    });
  }
  let report: Report;
  try {
    report = await runAll(wish, controller.signal);
  } catch (error) {
    if (!controller.signal.aborted) throw error;
    console.error("Interrupted");
    return 130;
  }
  if (wish.write) await writeFiles(report);
  else console.log(writeReport(report));
  const missed = report.heats.flatMap(judge).filter(({ enough }) => !enough).length;
  if (missed > 0) console.error(`Missed or not measured: ${missed} of what is asked`);
  return wish.check && missed > 0 ? 1 : 0;
}

if (import.meta.main) {
  try {
    Deno.exit(await main(Deno.args));
  } catch (error) {
    console.error(`bench: ${error instanceof Error ? error.message : error}`);
    Deno.exit(error instanceof TypeError ? 2 : 1);
  }
}
