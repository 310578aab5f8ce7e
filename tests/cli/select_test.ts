import { assertEquals, assertRejects } from "@std/assert";
import { Keyboard, select, type Tty } from "../../lib/cli/select.ts";

/** A terminal whose user has typed some texts, and types no more. */
function fakeTty(...typed: string[]) {
  const written: string[] = [];
  const raw: boolean[] = [];
  const listeners = new Set<() => void>();
  const size = { columns: 40, rows: 10 };
  const tty: Tty = {
    read: () => {
      const next = typed.shift();
      if (next === undefined) return new Promise(() => {});
      return Promise.resolve(next === END ? undefined : new TextEncoder().encode(next));
    },
    setRaw: (on) => void raw.push(on),
    write: (text) => void written.push(text),
    size: () => size,
    onResize(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
  const resize = (columns: number) => {
    size.columns = columns;
    listeners.forEach((listener) => listener());
  };
  return { ...tty, written, raw, resize, listening: () => listeners.size, typed };
}

const END = "the end of the input";
const ENTRIES = ["one", "two", "three"];

/** Lets everything go on that can. */
const pause = () => new Promise((resolve) => setTimeout(resolve, 5));

Deno.test("select() answers with what was chosen, and leaves the terminal as it was", async () => {
  const tty = fakeTty("\x1b[B", "\r");
  assertEquals(await select(tty, new Keyboard(tty), "Which?", ENTRIES), 1);
  assertEquals([tty.raw, tty.listening()], [[true, false], 0]);
  assertEquals(tty.written[0], "\x1b[?2004h");
  assertEquals(tty.written.at(-1), "\r\x1b[JWhich? two\r\n\x1b[?2004l");
});

Deno.test("select() draws once for all the keys of a read, in place", async () => {
  const tty = fakeTty("\x1b[B\x1b[B\x1b[B\x1b[A", "t", "\r");
  assertEquals(await select(tty, new Keyboard(tty), "Which?", ENTRIES), 1);
  const hint = "(Enter to choose)";
  assertEquals(tty.written.slice(1, -1), [
    `\r\x1b[JWhich? ${hint}\r\n> one\r\n  two\r\n  three\x1b[3A\r\x1b[7C`,
    `\r\x1b[JWhich? ${hint}\r\n  one\r\n> two\r\n  three\x1b[3A\r\x1b[7C`,
    "\r\x1b[JWhich? t\r\n> two\r\n  three\r\n  2 of 3\x1b[3A\r\x1b[8C",
  ]);
});

Deno.test("select() takes Escape for itself when nothing follows", async () => {
  const tty = fakeTty("x\x1b");
  const asked = select(tty, new Keyboard(tty), "Which?", ENTRIES);
  while (!tty.written.at(-1)!.includes("Enter to choose") || tty.written.length < 4) await pause();
  tty.typed.push("\r");
  assertEquals(tty.written.some((text) => text.includes("no match")), true);
  // the read that was under way goes on
  assertEquals(await Promise.race([asked, pause()]), undefined);
});

for (const [name, typed] of [["Ctrl-C", "\x03"], ["Ctrl-D", "\x04"], ["the end", END]] as const) {
  Deno.test(`select() answers with nothing after ${name}`, async () => {
    const tty = fakeTty("t", typed);
    assertEquals(await select(tty, new Keyboard(tty), "Which?", ENTRIES), undefined);
    assertEquals(tty.raw, [true, false]);
    assertEquals(tty.written.at(-1), "\r\x1b[JWhich?\r\n\x1b[?2004l");
  });
}

Deno.test("select() leaves the terminal at once when it is told to stop", async () => {
  const tty = fakeTty();
  const stop = new AbortController();
  const asked = select(tty, new Keyboard(tty), "Which?", ENTRIES, stop.signal);
  await pause();
  stop.abort();
  assertEquals(tty.raw, [true, false]);
  assertEquals(tty.written.at(-1), "\r\x1b[JWhich?\r\n\x1b[?2004l");
  assertEquals(await asked, undefined);
  assertEquals(tty.listening(), 0);

  const late = fakeTty("\r");
  assertEquals(
    await select(late, new Keyboard(late), "Which?", ENTRIES, stop.signal),
    undefined,
  );
  assertEquals([late.raw, late.written], [[], []]);
});

Deno.test("select() leaves the terminal as it was when it cannot be read", async () => {
  const tty = { ...fakeTty(), read: () => Promise.reject(new Error("gone")) };
  await assertRejects(() => select(tty, new Keyboard(tty), "Which?", ENTRIES), Error, "gone");
  assertEquals(tty.raw, [true, false]);
});

Deno.test("select() draws anew when the terminal gets another size", async () => {
  const tty = fakeTty("three");
  const asked = select(tty, new Keyboard(tty), "Which of these?", ENTRIES);
  await pause();
  tty.resize(10);
  await pause();
  // the first line, of 21 columns, has become three, and the cursor is in the last of them
  assertEquals(
    tty.written.at(-1),
    "\x1b[2A\r\x1b[JWhich o…e\r\n> three\r\n  1 of 3\x1b[2A\r\x1b[9C",
  );
  tty.typed.push("never read");
  assertEquals(await Promise.race([asked, pause()]), undefined);
});

Deno.test("select() keeps what was typed ahead for the next question", async () => {
  const tty = fakeTty("tw\rthr\r");
  const keyboard = new Keyboard(tty);
  assertEquals(await select(tty, keyboard, "First?", ENTRIES), 1);
  assertEquals(await select(tty, keyboard, "Then?", ENTRIES), 2);
});
