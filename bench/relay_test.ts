/**
 * The relay, with another end that answers in its own way.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { startRelay } from "./relay.ts";

/** A server that answers each connection with all it was told, once the client has said all. */
function startServer(): Deno.TcpListener {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  (async () => {
    for await (const connection of listener) {
      const parts = await readAll(connection);
      for (const part of parts) await writeAll(connection, part);
      connection.close();
    }
  })();
  return listener;
}

async function readAll(connection: Deno.TcpConn): Promise<Uint8Array[]> {
  const parts: Uint8Array[] = [];
  for (;;) {
    const buffer = new Uint8Array(1 << 16);
    const count = await connection.read(buffer);
    if (count === null) return parts;
    parts.push(buffer.subarray(0, count));
  }
}

async function writeAll(connection: Deno.TcpConn, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length;) at += await connection.write(bytes.subarray(at));
}

async function exchange(port: number, bytes: Uint8Array): Promise<Uint8Array> {
  using connection = await Deno.connect({ hostname: "127.0.0.1", port });
  await writeAll(connection, bytes);
  await connection.closeWrite();
  return new Uint8Array(await new Blob(await readAll(connection) as BlobPart[]).arrayBuffer());
}

Deno.test("startRelay() passes on every byte, and the end of one direction alone", async () => {
  using server = startServer();
  await using relay = startRelay(server.addr.port, 1);
  const bytes = crypto.getRandomValues(new Uint8Array(65_536));
  const large = new Uint8Array(8_000_001).map((_, at) => bytes[at % 65_521]!);
  assertEquals(await exchange(relay.port, large), large);
});

Deno.test("startRelay() delays a connection by two round trips until its first answer", async () => {
  using server = startServer();
  await using relay = startRelay(server.addr.port, 40);
  const started = performance.now();
  assertEquals(await exchange(relay.port, new Uint8Array([7])), new Uint8Array([7]));
  const elapsed = performance.now() - started;
  assert(elapsed >= 158 && elapsed < 1000, `${elapsed} ms`);
});

Deno.test("startRelay() ends a connection when there is nobody to connect to", async () => {
  const server = startServer();
  const { port } = server.addr;
  server.close();
  await using relay = startRelay(port, 1);
  using connection = await Deno.connect({ hostname: "127.0.0.1", port: relay.port });
  assertEquals(await connection.read(new Uint8Array(1)), null);
});
