/**
 * The words of the conformance suite: what its cases ask of a host, and what they are told.
 *
 * @module
 */

import type { Host, Staging } from "../../lib/host/host.ts";

/** What hosts are documented to differ in. */
export interface Traits {
  /** Whether it is reached by ssh: what it holds goes with the connection. */
  remote: boolean;
  /** With how many decimals it tells when files were changed. */
  decimals: 0 | 3 | 9;
  /** Which tar it has. */
  tar: "GNU" | "bsdtar" | "busybox";
  /** Of whom on the same machine it knows at once that they are dead: others are for two minutes. */
  judges: ("shell" | "program")[];
  /** The user that it works as. */
  user: number;
}

/** What a workspace was found to be; what is not there is left out. */
export interface Seen {
  /** `workspace`, `foreign`, `empty` or `absent`. */
  state: string;
  /** Whether experimaestro's marker is there. */
  marker: boolean;
  /** The path, absolute, links as they are. */
  path: string;
  /** The path with links resolved. */
  realPath: string;
  /** `jobs`, links resolved. */
  jobs: string;
  /** `experiments`, links resolved. */
  experiments: string;
  /** Where copies of `jobs` are put together. */
  jobsStaging: string;
  /** Where copies of `experiments` are. */
  experimentsStaging: string;
  /** Whether there is a folder of records of what was left out. */
  records?: true;
  /** A staging area that is a link. */
  linkedStaging?: string | undefined;
  /** The staging folders of copies. */
  staged: string[];
  /** Whether the free space was told. */
  free: boolean;
  /** Whether the experiment's folder is there. */
  experiment: boolean;
  /** Whether the experiment is in `xp`. */
  inXp?: true;
  /** The run that is current, and by what: `r2 by link`. */
  current?: string | undefined;
  /** The `status.json` of that run. */
  currentStatus?: string | undefined;
  /** The run that was asked for. */
  run?: SeenRun | undefined;
}

/** A run that was found. */
export interface SeenRun {
  /** Its id. */
  id: string;
  /** Its `jobs.jsonl`. */
  jobs?: string | undefined;
  /** The jobs that it links to, where it has none. */
  linked?: string | undefined;
  /** Its `status.json`. */
  status?: string | undefined;
  /** The lines of its events that call a job transient, sorted. */
  transient: string[];
}

/** An experiment that was found. */
export interface SeenExperiment {
  /** Its id. */
  id: string;
  /** The run that is current, and by what. */
  current?: string | undefined;
  /** Its runs, by their ids. */
  runs: Omit<SeenRun, "transient">[];
}

/** What to put in its place; paths are relative to the staging folder. */
export interface Publishing {
  /** Jobs where none is. */
  put?: string[];
  /** Jobs in place of others. */
  replace?: string[];
  /** Jobs that get what they lack. */
  fill?: string[];
  /** A time: jobs that hold something newer are not replaced. */
  unlessNewer?: string;
  /** A run: where none is, or in place of the one that is there. */
  run?: { put: string } | { replace: string };
  /** The run that becomes current, and the one that was seen to be. */
  current?: { run: string; seen: string | undefined };
  /** Of which jobs is told what they lack, and of which no more. */
  records?: { written?: Record<string, string>; dropped?: string[]; seen?: string };
  /** Whether the workspace gets its marker. */
  marker?: boolean;
  /** Whether the new run takes over what only the old one has. */
  carry?: boolean;
  /** Where what is replaced is kept. */
  keep?: string;
  /** Whether more loads follow. */
  more?: boolean;
  /** What is written over the staged folders first: texts, links, and the times of all of it. */
  written?: Record<string, string | { link: string } | { folder: number }>;
  /** The time that all of that gets. */
  time?: string;
}

/** A claimed staging folder. */
export interface Held extends Pick<Staging, "resumed" | "changed" | "owner" | "place"> {
  unpack(archive: Uint8Array, ours?: boolean): Promise<boolean>;
  discard(...paths: string[]): Promise<void>;
  /** Answers what was left, and why. */
  publish(what: Publishing): Promise<Record<string, string>>;
  release(failed?: boolean): Promise<void>;
}

/** How to get a host of a kind. */
export interface Kind {
  readonly traits: Traits;
  /** The home folder there. */
  readonly home: string;
  /** Another machine of this kind, not open. */
  connect(): Host;
}
