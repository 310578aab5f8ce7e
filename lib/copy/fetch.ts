/**
 * Packs for a host whose tar cannot do it, or has failed: rsync fetches documents and links to a
 * scratch folder in the staging folder, and the destination packs them there.
 *
 * @module
 */

import { later } from "../system/time.ts";
import { type BulkRequest, transferBulk } from "../transport/bulk.ts";
import type { RunOptions } from "../system/process.ts";
import type { Pack, PackRequest } from "../transport/archive.ts";
import type { RsyncOutcome } from "../transport/rsync.ts";
import type { Context } from "./context.ts";
import type { Load } from "./loads.ts";
import type { Survey } from "./surveyed.ts";

/** The scratch folder, in the staging folder. */
const SCRATCH = ".scratch";

/** Packs the entries of a request that are named one by one; it must name no whole folders. */
export function packFetched(request: PackRequest, load: Load, context: Context): Pack {
  const { surveyed: { hosts, can }, stagings, watch, together } = context;
  const staging = stagings.get(load.staging)!;
  const root = `${staging.folder}/${SCRATCH}`;
  const { promise: whole, resolve } = later<boolean>();
  const { promise: complaints, resolve: tell } = later<string[]>();
  async function* fetched(): AsyncGenerator<Uint8Array> {
    let [isWhole, said] = [false, [] as string[]];
    try {
      await staging.discard([SCRATCH]);
      const outcome = await fetchInto(root, request, can, together, watch);
      const pack = hosts.destination.pack({ ...request, root });
      yield* pack.stream;
      await staging.discard([SCRATCH]);
      isWhole = await pack.whole && outcome.complaints.length === 0 && !outcome.vanished;
      said = outcome.complaints; // the tar complains of the same files, which it did not find
    } finally {
      resolve(isWhole);
      tell(said);
    }
  }
  return { stream: fetched(), whole, complaints };
}

/** Fetches entries that are named one by one, with times and modes. */
function fetchInto(
  path: string,
  { root, entries }: PackRequest,
  { source, destination }: Survey["can"],
  together: boolean,
  watch: RunOptions,
): Promise<RsyncOutcome> {
  const from = { rsync: source.rsync, path: root };
  const to = { rsync: destination.rsync, path };
  const request: BulkRequest = {
    folders: entries,
    together,
    isFlat: true,
    rules: [],
    trust: "size and time",
    sparse: false,
    openFolders: false,
    bandwidthLimit: 0,
    quiet: 0,
    onProgress: () => {},
  };
  return transferBulk(from, to, request, watch);
}
