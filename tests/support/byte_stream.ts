/** A stream as of a process: each read gives one of these chunks, in the reader's own memory. */
export function byteStream(chunks: Iterable<Uint8Array>): ReadableStream<Uint8Array> {
  const left = [...chunks].filter(({ length }) => length > 0);
  return new ReadableStream({
    type: "bytes",
    pull(controller) {
      const chunk = left.shift();
      if (chunk !== undefined) return controller.enqueue(chunk.slice());
      controller.close();
      controller.byobRequest?.respond(0);
    },
  });
}

/** All that a stream gives, as one; a chunk is void once the next one is asked for. */
export async function gather(stream: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const parts: Uint8Array<ArrayBuffer>[] = [];
  for await (const part of stream) parts.push(part.slice());
  return new Uint8Array(await new Blob(parts).arrayBuffer());
}
