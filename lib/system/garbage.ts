/**
 * Collects garbage sooner than V8 does. That waits until the heap is several times as large as what
 * is in use, and keeps the memory that it had for young objects. Only the program asks for it: where
 * others call the library, the heap is theirs.
 *
 * @module
 */

/** How often the heap is looked at, in milliseconds. */
const PERIOD = 100;
/** The first time, the heap may be as large as this, in bytes: that of 1,000 jobs is smaller. */
const FIRST = 48 << 20;
/** Later it may be larger than what is in use by as much as this. */
const MORE = 16 << 20;

/** How large the heap may be now; undefined while nothing is collected here. */
let most: number | undefined;

/** Does some work, and meanwhile collects garbage whenever the heap has grown. */
export async function tidily<T>(work: () => Promise<T>): Promise<T> {
  most = FIRST;
  const timer = setInterval(tidy, PERIOD);
  try {
    return await work();
  } finally {
    clearInterval(timer);
    most = undefined;
  }
}

/** Collects garbage if the heap has grown: for steps that let no timer come. */
export function tidy(): void {
  if (most === undefined || Deno.memoryUsage().heapTotal <= most) return;
  most = Infinity; // until it is known
  if (collect === undefined) void collector().then(tidyBy, () => {}); // Bun has none
  else tidyBy(collect);
}

function tidyBy(collector: () => void): void {
  collect = collector;
  if (most === undefined) return; // the work has ended
  collect();
  most = Deno.memoryUsage().heapTotal + MORE;
}

/** V8's own function, once there was much to collect. */
let collect: (() => void) | undefined;

/** Finds it. Both modules take some milliseconds to load. */
async function collector(): Promise<() => void> {
  const { setFlagsFromString } = await import("node:v8");
  const { runInNewContext } = await import("node:vm");
  setFlagsFromString("--expose-gc"); // from now on, a new context has it
  return runInNewContext("gc");
}
