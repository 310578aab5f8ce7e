import { assertEquals, assertRejects } from "@std/assert";
import { CopyError } from "../../../../lib/errors.ts";
import { Answers } from "../../../../lib/host/ssh/frame.ts";
import { SCAN } from "../../../../lib/host/ssh/programs/programs.ts";
import { byteStream } from "../../../support/byte_stream.ts";

const WORD = "0b5e-é";

function stream(...chunks: (string | Uint8Array)[]): ReadableStream<Uint8Array> {
  return byteStream(
    chunks.map((chunk) => typeof chunk === "string" ? new TextEncoder().encode(chunk) : chunk),
  );
}

async function answer(
  ...chunks: (string | Uint8Array)[]
): Promise<{ whole: boolean; texts: string[] }> {
  const texts: string[] = [];
  const whole = await new Answers(stream(...chunks)).read(WORD, (text) => texts.push(text));
  return { whole, texts };
}

const FRAMED = `\0${WORD}\0state\0end\0\0stop\0é 😀\n\0${WORD} end\0`;
const TEXTS = ["state", "end", "", "stop", "é 😀\n"];

Deno.test("Answers.read() tells each text between the word and the end", async () => {
  assertEquals(await answer(FRAMED), { whole: true, texts: TEXTS });
  assertEquals(await answer(`\0${WORD}\0${WORD} end\0`), { whole: true, texts: [] });
});

Deno.test("Answers.read() takes no banner for an answer", async () => {
  for (
    const banner of [
      "Welcome to hpc!\nend\n",
      `${WORD} \n`,
      `x${WORD}\0`,
      "end\0",
      `\0${WORD} end\0`,
      `\0${WORD} stop\0no\0`,
      "\0\0stop\0no\0end\0",
      "a\0b",
    ]
  ) {
    assertEquals(await answer(banner + FRAMED), { whole: true, texts: TEXTS }, banner);
  }
});

Deno.test("Answers.read() drops what comes after the end", async () => {
  assertEquals(await answer(FRAMED + "logout\0state\0stop\0"), { whole: true, texts: TEXTS });
});

Deno.test("Answers.read() reads the same however the answer is cut, and keeps no chunk", async () => {
  const bytes = new TextEncoder().encode(`banner${FRAMED}`);
  for (let first = 0; first <= bytes.length; first++) {
    for (const second of [first, Math.min(first + 1, bytes.length), bytes.length]) {
      assertEquals(
        await answer(
          bytes.subarray(0, first),
          bytes.subarray(first, second),
          bytes.subarray(second),
        ),
        { whole: true, texts: TEXTS },
        `cut at ${first} and ${second}`,
      );
    }
  }
  const single = Array.from(bytes, (byte) => new Uint8Array([byte]));
  assertEquals(await answer(...single), { whole: true, texts: TEXTS });
});

Deno.test("Answers.read() says when an answer was cut short, wherever", async () => {
  const bytes = new TextEncoder().encode(FRAMED);
  for (let length = 0; length < bytes.length; length++) {
    const { whole, texts } = await answer(bytes.subarray(0, length));
    assertEquals(whole, false, `cut at ${length}`);
    assertEquals(texts, TEXTS.slice(0, texts.length), `cut at ${length}`);
  }
  assertEquals(await answer(), { whole: false, texts: [] });
  assertEquals(await answer("command not found\n"), { whole: false, texts: [] });
});

Deno.test("Answers.read() throws the reason for which the remote program stopped", async () => {
  const error = await assertRejects(
    () => answer(`\0${WORD}\0a\0${WORD} stop\0permission to enter /x is denied\0`),
    CopyError,
  );
  assertEquals([error.code, error.message], ["refused", "permission to enter /x is denied"]);
  assertEquals(await answer(`\0${WORD}\0${WORD} stop\0cut sho`), { whole: false, texts: [] });
});

/** What the program of a scan answers here, run by this machine's sh. */
async function scan(root: string, folders: string[]): Promise<{ whole: boolean; texts: string[] }> {
  const child = new Deno.Command("sh", {
    args: ["-c", SCAN],
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const [said] = await Promise.all([
    new Response(child.stdout).arrayBuffer(),
    new Response([WORD, "rsync", "tar", "all", root, ...folders, ""].join("\n")).body!.pipeTo(
      child.stdin,
    ),
  ]);
  await child.status;
  return await answer(new Uint8Array(said));
}

// A link's target that reads like a word of the protocol is data: it once ended the answer.
for (const word of ["end", "stop", "links"]) {
  Deno.test(`Answers.read() of a scan takes a link to '${word}' for a link`, async () => {
    const root = await Deno.makeTempDir();
    try {
      await Deno.mkdir(`${root}/jobs/t/1`, { recursive: true });
      await Deno.symlink(word, `${root}/jobs/t/1/link`);
      const { whole, texts } = await scan(root, ["./jobs/t/1"]);
      const names = texts.map((text) => text.replace(/^(\/?.)\S+ \S+ \S+ \S+ /, "$1 "));
      assertEquals({ whole, names }, {
        whole: true,
        names: ["/d ./jobs/t/1", "", "l link", word, "links"],
      });
    } finally {
      await Deno.remove(root, { recursive: true });
    }
  });
}
