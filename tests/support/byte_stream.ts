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
