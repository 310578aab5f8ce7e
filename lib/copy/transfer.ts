/**
 * Carries out a load: brings it into its staging folder, bulk first, then publishes it.
 *
 * @module
 */

import { CopyError } from "../errors.ts";
import type { Move } from "../host/steps.ts";
import type { OverlayEntry } from "../tar/write.ts";
import { type Report, tooLarge, unusable } from "../rewrite/findings.ts";
import type { StreamRewriter } from "../rewrite/rewriter.ts";
import { jobFolder, parentOf, runFolder } from "../workspace/layout.ts";
import { readRunStatus } from "../workspace/runs.ts";
import { bytesIn } from "../text/sizes.ts";
import { transferBulk } from "./bring.ts";
import type { Context } from "./context.ts";
import { whatFailed } from "./failures.ts";
import { recordsOf } from "./publish_records.ts";
import { unfitReason } from "./usable.ts";
import type { Load } from "./loads.ts";
import { linkedByRun } from "./plan.ts";
import { type Come, publish } from "./publish.ts";
import { anyOf } from "./paths_map.ts";
import { currentLink, movesOf } from "./publish_moves.ts";
import { linkMoves } from "./publish_links.ts";
import { foldersOf, nameAll, whyNot } from "./bring_alone.ts";
import { type Route, routeOf } from "./route.ts";
import type { Streamed } from "./passage.ts";
import { type Beside, passStream } from "./stream.ts";
import type { Survey } from "./surveyed.ts";
import type { PlannedJob } from "./types.ts";

/** Why a run does not replace another: a folder there is a link or a file here, for example. */
const LOST = "files only the old run had could not be kept";

/** Brings a load into its staging folder, and publishes it. */
export async function carryOut(load: Load, index: number, context: Context): Promise<void> {
  const { surveyed, outcome, options } = context;
  const staging = context.stagings.get(load.staging)!;
  const arrival = new Arrival(load, context);
  const come = await arrival.bring();
  outcome.settling(load);
  const keep = options.keepReplaced === true ? keepFolder(load, index, surveyed) : undefined;
  const published = await publish(staging, load, surveyed, keep, come, context.failed, arrival);
  const isKept = !published.afterwards.some(({ what }) => what === "replaced");
  outcome.take(load, published, isKept ? keep : undefined);
  for (const { job } of published.failed) context.failed.add(job);
  context.resumed ||= context.failed.size > 0; // failed jobs stay in the staging folder
}

/** A load on its way into its staging folder. */
class Arrival {
  /** The jobs that have not come, and why. */
  readonly #failed = new Map<PlannedJob, string | CopyError>();

  /** The moves that put the jobs in place. */
  readonly #moves: ReadonlyMap<PlannedJob, Move>;

  constructor(private readonly load: Load, private readonly context: Context) {
    this.#moves = movesOf(load, context.surveyed);
  }

  /**
   * Brings bulk, then the stream. When that was not whole, rsync brings all, and tells what is
   * wrong.
   */
  async bring(): Promise<Come> {
    const { load, context } = this;
    const { surveyed, options, outcome } = context;
    for (const job of load.jobs) {
      const reason = unfitReason(surveyed.found.source.jobs.get(jobFolder(job))!);
      if (reason !== undefined) this.#failed.set(job, unusable(jobFolder(job), reason));
    }
    const route = routeOf(load, surveyed, options, context);
    if (route.alone) return await this.#bringAlone(route);
    // what was packed early is not of this route
    if (route.apart.length > 0 || route.isRunApart) await context.ahead.drop();
    await this.#bringBulk(route, route.apart);
    if (!await this.#carry(route)) return await this.#withoutRun(route, LOST);
    const streamed = await this.#stream(route);
    if (!streamed.whole) return await this.#bringAgain(route);
    outcome.endPart(bytesOf(route, surveyed));
    outcome.received(route.whole, surveyed.found.source, route.run);
    return await this.#come(route, streamed, undefined);
  }

  /** Brings all by the stream. What does not come is left out, and the rest comes once more. */
  async #bringAlone(all: Route): Promise<Come> {
    const { load, context } = this;
    const { surveyed, outcome } = context;
    const isLeft = (job: PlannedJob) => !this.#failed.has(job);
    await nameAll(all.apart, surveyed);
    for (let isFirst = true;; isFirst = false) {
      const route = { ...all, whole: all.whole.filter(isLeft), apart: all.apart.filter(isLeft) };
      if (!isFirst || context.resumed) await this.#staging.discard(foldersOf(all));
      const lost = await this.#carry(route) ? undefined : LOST;
      if (lost !== undefined) route.run = undefined;
      const streamed = await this.#stream(route);
      const failed = await whyNot(streamed, route, load, context);
      if (failed.size === 0) {
        outcome.endPart(bytesOf(route, surveyed));
        // one by one: those that share a file have each their own copy in an archive
        for (const job of [...route.whole, ...route.apart]) {
          outcome.received([job], surveyed.found.source);
        }
        outcome.received([], surveyed.found.source, route.run);
        return await this.#come(route, streamed, lost);
      }
      for (const [job, reason] of failed) this.#failed.set(job, reason);
    }
  }

  async #bringAgain({ whole }: Route): Promise<Come> {
    const { load, context } = this;
    context.resumed = true;
    const second = { resumed: true, isSecond: true };
    const route = routeOf(load, context.surveyed, context.options, second);
    await this.#bringBulk(route, whole);
    if (!await this.#carry(route)) return await this.#withoutRun(route, LOST);
    const streamed = await this.#stream(route);
    const judged = streamed.whole ? undefined : await whatFailed(streamed, route, load, context);
    for (const [job, reason] of judged?.jobs ?? []) this.#failed.set(job, reason);
    context.outcome.received([], context.surveyed.found.source, route.run);
    return await this.#come(route, streamed, judged?.run);
  }

  async #bringBulk({ run, isRunApart }: Route, jobs: PlannedJob[]): Promise<void> {
    const wanted = {
      jobs: jobs.filter((job) => !this.#failed.has(job)),
      run: isRunApart ? run : undefined,
    };
    if (run !== undefined && this.context.resumed) await this.#clearRun();
    const failed = await transferBulk(wanted, this.load, this.context);
    for (const [job, reason] of failed) this.#failed.set(job, reason);
  }

  /** The staging folder. */
  get #staging() {
    return this.context.stagings.get(this.load.staging)!;
  }

  /** Removes what has come of the run before: it may hold what the source no longer has. */
  async #clearRun(): Promise<void> {
    const { plan } = this.context.surveyed;
    await this.#staging.discard([runFolder(plan.experimentId, plan.runId)]);
  }

  /**
   * Keeps what only the replaced run holds, by a copy of it in staging; answers whether that
   * worked.
   */
  async #carry({ run }: Route): Promise<boolean> {
    const { plan, infos: { destination }, found } = this.context.surveyed;
    if (run === undefined) return true;
    if (plan.run.action !== "replace") return true;
    if (clashes(found)) return false;
    const from = `${destination.experimentsPath}/${plan.experimentId}/${plan.runId}`;
    return await this.#staging.carry(from, run);
  }

  /** Lets the stream pass. */
  #stream(route: Route): Promise<Streamed> {
    const apart = route.apart.filter((job) => !this.#failed.has(job));
    return passStream({ ...route, apart }, this.load, this.context, this.#beside());
  }

  #beside(): Beside {
    const { surveyed } = this.context;
    const { plan, infos } = surveyed;
    const tags = readRunStatus(infos.destination.run?.status)?.tags ?? [];
    return {
      run: {
        tags: plan.run.action === "replace" ? tags : [],
        ended: plan.run.takenAsEnded,
        jobs: (rewriter) => this.#linkedByRun(rewriter.troubled),
      },
      added: (rewriter) => this.#added(rewriter),
    };
  }

  /** The jobs that the run will link to: those that will be at the destination. */
  #linkedByRun(troubled: PlannedJob[]): PlannedJob[] {
    const gone = this.#gone(troubled);
    return linkedByRun(this.context.surveyed.plan.jobs).filter((job) => !gone.has(job));
  }

  /** The jobs that could not be copied, and the jobs that are links to them. */
  #gone(troubled: PlannedJob[]): ReadonlySet<PlannedJob> {
    const gone = new Set([...this.context.failed, ...this.#failed.keys(), ...troubled]);
    for (const { job } of linkMoves(this.load, this.context.surveyed, [...gone]).failed) {
      gone.add(job);
    }
    return gone;
  }

  /** What is made anew: jobs that are links, `current`, and the files that settling needs. */
  #added(rewriter: StreamRewriter<PlannedJob>): OverlayEntry[] {
    const { load, context: { surveyed } } = this;
    const { plan } = surveyed;
    const gone = this.#gone(rewriter.troubled);
    const named = (job: PlannedJob) => rewriter.namedBy(job);
    const records = recordsOf(load, surveyed, named, new Set(), gone);
    const links = linkMoves(load, surveyed, [...gone]).overlay;
    const becomesCurrent = load.withRun && plan.run.becomesCurrent;
    return [
      ...links,
      ...(becomesCurrent ? [currentLink(plan.experimentId, plan.runId)] : []),
      ...this.#staging.filesFor({ moves: [...this.#moves.values()], records }),
    ];
  }

  /** What has come. A run that came with links to jobs that did not come is brought again. */
  async #come(route: Route, streamed: Streamed, runFailed: string | undefined): Promise<Come> {
    const { jobs, run } = streamed.rewriter.finish();
    for (const job of route.alone ? [] : route.apart) {
      const report = jobs.get(job);
      const { oversized } = this.context.surveyed.found.source.jobs.get(jobFolder(job))!;
      if (report && "notes" in report) {
        report.notes.push(...oversized.map((path) => tooLarge(path)));
      }
    }
    for (const [job, reason] of this.#failed) {
      jobs.set(job, typeof reason === "string" ? new CopyError("job", reason) : reason);
    }
    const gone = this.#gone(streamed.rewriter.troubled);
    const come: Come = { jobs, moves: this.#moves, run, runFailed };
    if (route.run === undefined || runFailed !== undefined) return come;
    if (!streamed.rewriter.linked.some((job) => gone.has(job as PlannedJob))) return come;
    return { ...come, run: await this.bringRun([...gone]) };
  }

  async #withoutRun(route: Route, reason: string): Promise<Come> {
    const streamed = await this.#stream({ ...route, run: undefined, isRunApart: false });
    if (streamed.whole) return await this.#come(route, streamed, reason);
    const judged = await whatFailed(streamed, route, this.load, this.context);
    for (const [job, failure] of judged.jobs) this.#failed.set(job, failure);
    return await this.#come(route, streamed, reason);
  }

  /** Brings the run again, without links to these jobs. */
  async bringRun(gone: PlannedJob[]): Promise<Report | undefined> {
    const { load, context } = this;
    for (const job of gone) context.failed.add(job);
    context.resumed = true;
    const all = routeOf({ ...load, jobs: [] }, context.surveyed, context.options, context);
    if (all.run === undefined) return undefined;
    await this.#bringBulk(all, []);
    if (!await this.#carry(all)) throw new CopyError("refused", LOST);
    const streamed = await this.#stream(all);
    context.outcome.received([], context.surveyed.found.source, all.run);
    if (!streamed.whole) {
      const { run } = await whatFailed(streamed, all, load, context);
      if (run !== undefined) throw new CopyError("program", run);
    }
    return streamed.rewriter.finish().run;
  }
}

/** How many bytes of a load have come by the stream, by the figures of the plan. */
function bytesOf({ whole, run }: Route, { plan }: Survey): number {
  return bytesIn(whole) + (run === undefined ? 0 : plan.run.bytes);
}

/** Whether a folder of the run at the destination is something else at the source. */
function clashes({ source, destination }: Survey["found"]): boolean {
  return anyOf(destination.run, ([path, { kind }]) => {
    const there = source.run.get(path);
    return kind === "folder" && there !== undefined && there.kind !== "folder" && path !== "";
  });
}

/** The folder that keeps what a load replaces; another copy at the same moment has another one. */
function keepFolder({ staging }: Load, index: number, { plan }: Survey): string {
  const area = parentOf(staging);
  const stamp = new Date().toISOString().replace(/[-:]|\..*/g, "");
  const which = `${staging.slice(-4)}-${index}`;
  return `${area}/replaced/${stamp}-${which}-${plan.experimentId}-${plan.runId}`;
}
