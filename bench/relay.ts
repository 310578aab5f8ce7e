/**
 * Distance, on loopback: a relay that holds back what passes through it, and limits nothing else.
 *
 * @module
 */

/** A relay that listens; it ends with `await using`. */
export interface Relay extends AsyncDisposable {
  /** The port on 127.0.0.1 that it listens on. */
  readonly port: number;
}

/** What may be under way in one direction, in bytes: more than any connection here fills. */
const IN_FLIGHT = 64 * 1024 * 1024;

/** What is read at once, in bytes. */
const CHUNK = 64 * 1024;

/** Bytes, and when they are due, on the clock of `performance.now()`. */
interface Parcel {
  due: number;
  bytes: Uint8Array<ArrayBuffer>;
}

/** Starts a relay to another port, so many milliseconds away in each direction. */
export function startRelay(port: number, delay: number): Relay {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const open = new Set<Deno.Conn>();
  const ended = (async () => {
    for await (const client of listener) {
      open.add(client);
      carry(client, port, delay, open).finally(() => open.delete(client));
    }
  })();
  return {
    port: listener.addr.port,
    async [Symbol.asyncDispose](): Promise<void> {
      listener.close();
      for (const connection of open) close(connection);
      await ended;
    },
  };
}

async function carry(
  client: Deno.TcpConn,
  port: number,
  delay: number,
  open: Set<Deno.Conn>,
): Promise<void> {
  let server: Deno.TcpConn | undefined;
  try {
    client.setNoDelay(true);
    // over a distance, a connection stands only when its first packet was answered
    await wait(2 * delay);
    const up = hold(client, delay);
    await wait(delay);
    server = await Deno.connect({ hostname: "127.0.0.1", port });
    server.setNoDelay(true);
    open.add(server);
    // what one direction still holds is delivered although the other has broken off
    await Promise.allSettled([deliver(up, server), deliver(hold(server, delay), client)]);
  } catch {
    // there is nobody to connect to, or nobody who waits for it any more
  } finally {
    close(client);
    if (server !== undefined) {
      close(server);
      open.delete(server);
    }
  }
}

/** What a connection says, each part with the time at which it is due; the end has one as well. */
function hold(from: Deno.TcpConn, delay: number): ReadableStream<Parcel> {
  // not `from.readable`: that closes both directions when one of them ends
  return new ReadableStream<Parcel>({
    async pull(controller) {
      const buffer = new Uint8Array(CHUNK);
      const count = await from.read(buffer);
      const bytes = buffer.subarray(0, count ?? 0);
      controller.enqueue({ due: performance.now() + delay, bytes });
      if (count === null) controller.close();
    },
  }, { highWaterMark: IN_FLIGHT, size: ({ bytes }) => bytes.length });
}

/** Passes on what was held back, and then the end, or that it broke off. */
async function deliver(parcels: ReadableStream<Parcel>, to: Deno.TcpConn): Promise<void> {
  try {
    for await (const { due, bytes } of parcels) {
      const rest = due - performance.now();
      if (rest > 0) await wait(rest);
      for (let at = 0; at < bytes.length;) at += await to.write(bytes.subarray(at));
    }
  } finally {
    await to.closeWrite();
  }
}

function wait(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

function close(connection: Deno.Conn): void {
  try {
    connection.close();
  } catch (error) {
    if (!(error instanceof Deno.errors.BadResource)) throw error;
  }
}
