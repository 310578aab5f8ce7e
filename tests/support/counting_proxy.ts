/**
 * A way to an sshd by which the bytes that pass are counted.
 *
 * @module
 */

import type { Login, Sshd } from "./sshd.ts";

/** A way to an sshd; it ends with `using`. */
export interface CountingProxy extends Disposable {
  /** How ssh gets to the sshd by it. */
  readonly login: Login;
  /** How many bytes have passed, both ways. */
  bytes(): number;
}

/**
 * Listens for ssh, and passes on what comes.
 *
 * @param address By which name ssh calls it.
 */
export function countingProxy(
  { host, options, port }: Pick<Sshd, "host" | "options" | "port">,
  address: string,
): CountingProxy {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  let bytes = 0;
  const count = () =>
    new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>({
      transform(chunk, controller) {
        bytes += chunk.length;
        controller.enqueue(chunk);
      },
    });
  const serve = async () => {
    for await (const client of listener) {
      const server = await Deno.connect({ hostname: "127.0.0.1", port });
      client.readable.pipeThrough(count()).pipeTo(server.writable).catch(() => {});
      server.readable.pipeThrough(count()).pipeTo(client.writable).catch(() => {});
    }
  };
  serve().catch(() => {}); // it is closed in the end
  const own = options.with(options.indexOf("-p") + 1, String(listener.addr.port));
  return {
    login: {
      host: host.replace(/@.*/, `@${address}`),
      options: [...own, "-o", `HostKeyAlias=[127.0.0.1]:${port}`],
    },
    bytes: () => bytes,
    [Symbol.dispose]: () => listener.close(),
  };
}
