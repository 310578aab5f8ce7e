/**
 * Collects garbage sooner than V8 does. That waits until the heap is several times as large as what
 * is in use, and keeps the memory that it had for young objects. Only the program asks for it: where
 * others call the library, the heap is theirs.
 *
 * @module
 */

/** How often the heap is looked at, in milliseconds. */
const PERIOD = 50;
/** The first time, it may be as large as this, in bytes: with 1,000 jobs it is smaller. */
const FIRST = 80 << 20;
/** Later it may be larger than what is in use by as much as this. */
const MORE = 8 << 20;

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
  if (most === undefined || size() <= most) return;
  collect ??= collector();
  collect();
  most = size() + MORE;
}

/** So many items come between two looks at the heap. */
const MANY = 5000;

/** The same items, while garbage is collected. */
export function* tidied<T>(items: Iterable<T>): Generator<T> {
  let count = 0;
  for (const item of items) {
    if (++count % MANY === 0) tidy();
    yield item;
  }
}

/** How large the heap is, with the bytes of arrays, which are outside of it. */
function size(): number {
  const { heapTotal, external } = Deno.memoryUsage();
  return heapTotal + external;
}

/** V8's own function, once there was much to collect. */
let collect: (() => void) | undefined;

/** Finds it, at once: the first step that needs it may let nothing else come. */
function collector(): () => void {
  try {
    const { process } = globalThis as unknown as { process: typeof import("node:process") };
    process.getBuiltinModule("node:v8").setFlagsFromString("--expose-gc"); // for new contexts
    return process.getBuiltinModule("node:vm").runInNewContext("gc");
  } catch {
    return () => {}; // Bun, and Node before 20.16, have none
  }
}
