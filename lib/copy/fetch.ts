/**
 * Packing what a host has whose tar cannot, or has failed: rsync fetches it to a part of the staging
 * folder that nobody else sees, and the other end packs it.
 *
 * @module
 */

import { rsyncBetween, type RsyncRequest, runRsync } from "../transport/rsync.ts";
import type { Pack, PackRequest } from "../transport/archive.ts";
import type { Context } from "./context.ts";
import type { Load } from "./loads.ts";
import type { Survey } from "./survey.ts";

/** Where it is fetched to, in the staging folder. */
const SCRATCH = ".scratch";

/** Packs things by themselves; of whole folders nothing goes this way. */
export function packFetched(request: PackRequest, load: Load, context: Context): Pack {
  const { surveyed: { hosts, can }, stagings, watch } = context;
  const staging = stagings.get(load.staging)!;
  const root = `${staging.folder}/${SCRATCH}`;
  const { promise: whole, resolve } = Promise.withResolvers<boolean>();
  const { promise: complaints, resolve: tell } = Promise.withResolvers<string[]>();
  async function* fetched(): AsyncGenerator<Uint8Array> {
    let [isWhole, said] = [false, [] as string[]];
    try {
      await staging.discard([SCRATCH]);
      const outcome = await runRsync(transferOf(request, root, can), watch);
      const pack = hosts.destination.pack({ ...request, root });
      yield* pack.stream;
      await staging.discard([SCRATCH]);
      isWhole = await pack.whole && outcome.complaints.length === 0 && !outcome.vanished;
      said = outcome.complaints; // what rsync has not brought, the other tar has not found
    } finally {
      resolve(isWhole);
      tell(said);
    }
  }
  return { stream: fetched(), whole, complaints };
}

/** What rsync is told: things by themselves, with times and modes. */
function transferOf({ root, entries }: PackRequest, to: string, can: Survey["can"]): RsyncRequest {
  const { source: { rsync: source }, destination: { rsync: destination } } = can;
  return {
    ...rsyncBetween(source, destination),
    from: source.operand(`${root}/`),
    to: destination.operand(`${to}/`),
    folders: entries,
    isFlat: true,
    rules: [],
    trust: "size and time",
    sparse: false,
    openFolders: false,
    bandwidthLimit: 0,
    quiet: 0,
    onProgress: () => {},
  };
}
