/**
 * Runs a command and measures it: how long it takes, and how much memory it has at its peak.
 *
 * @module
 */

/** A command to run. */
export interface Command {
  /** The program and its arguments. */
  words: string[];
  /** Variables over those of this process. Default: none. */
  env?: Record<string, string>;
}

/** What a run cost. */
export interface Cost {
  /** From its start to its end. */
  seconds: number;
  /** The most memory that its first process had at once; undefined where there is no `/proc`. */
  peakBytes: number | undefined;
  /**
   * The processor time of it and of all that it started on this machine, and has waited for, in
   * seconds; undefined where there is no `/proc`.
   */
  processorSeconds?: number | undefined;
}

/** Ticks of the system's clock in a second. */
const TICKS = 100;

/** The processor time of what this process has started, and what has ended, in seconds. */
function processorTime(): number | undefined {
  try {
    const stat = Deno.readTextFileSync("/proc/self/stat");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return (Number(fields[13]) + Number(fields[14])) / TICKS;
  } catch {
    return undefined;
  }
}

/** How often the memory is looked at, in milliseconds; its peak only grows. */
const PERIOD = 20;
/** So much of what a command complained is kept, in characters. */
const COMPLAINT = 4000;

/**
 * Runs a command to its end, or until the signal fires.
 *
 * @throws {Error} When it fails; the message holds what it complained.
 */
export async function measure(command: Command, signal: AbortSignal): Promise<Cost> {
  signal.throwIfAborted();
  const [program, ...args] = command.words as [string, ...string[]];
  const before = processorTime();
  const started = performance.now();
  const child = new Deno.Command(program, {
    args,
    env: command.env ?? {},
    stdin: "null",
    stdout: "null",
    stderr: "piped",
    // a group of its own: all of a pipeline ends together
    detached: true,
  }).spawn();
  const complaint = tail(child.stderr);
  const stop = () => Deno.kill(-child.pid, "SIGINT");
  signal.addEventListener("abort", stop);
  let peakBytes: number | undefined;
  const look = () => peakBytes = peakOf(child.pid) ?? peakBytes;
  const timer = setInterval(look, PERIOD);
  try {
    const { code } = await child.status;
    const seconds = (performance.now() - started) / 1000;
    signal.throwIfAborted();
    if (code !== 0) throw new Error(`${command.words.join(" ")}: exit ${code}\n${await complaint}`);
    const after = processorTime();
    const processorSeconds = before === undefined || after === undefined
      ? undefined
      : after - before;
    return { seconds, peakBytes, processorSeconds };
  } finally {
    clearInterval(timer);
    signal.removeEventListener("abort", stop);
  }
}

function peakOf(pid: number): number | undefined {
  try {
    const status = Deno.readTextFileSync(`/proc/${pid}/status`);
    const found = /^VmHWM:\s*(\d+) kB$/m.exec(status);
    return found === null ? undefined : Number(found[1]) * 1024;
  } catch {
    return undefined;
  }
}

/** The end of a text that may be long. */
async function tail(stream: ReadableStream<Uint8Array<ArrayBuffer>>): Promise<string> {
  let text = "";
  for await (const piece of stream.pipeThrough(new TextDecoderStream())) {
    text = (text + piece).slice(-COMPLAINT);
  }
  return text;
}
