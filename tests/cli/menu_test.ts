import { assertEquals } from "@std/assert";
import { width } from "../../lib/cli/format.ts";
import type { Key, KeyName } from "../../lib/cli/keys.ts";
import {
  type Answer,
  type Menu,
  openLine,
  openMenu,
  press,
  render,
  renderAnswer,
} from "../../lib/cli/menu.ts";

const QUESTION = "Which experiment?";
const FRUIT = ["apple   1 run", "banana  2 runs", "Crème   3 runs", "date    4 runs"];
const MANY = Array.from({ length: 100 }, (_, n) => `entry ${String(n).padStart(2, "0")}`);

/** The menu after some keys, words that are no names of keys being text. */
function after(entries: string[], keys: (KeyName | { text: string })[], rows = 24): Menu | Answer {
  let menu: Menu | Answer = openMenu(QUESTION, entries);
  for (const one of keys) {
    if ("answer" in menu) throw new Error("it was answered before");
    const key: Key = typeof one === "string" ? { name: one } : one;
    menu = press(menu, key, rows);
  }
  return menu;
}

/** What is seen after some keys. */
function seen(entries: string[], keys: Parameters<typeof after>[1], columns = 60, rows = 24) {
  const menu = after(entries, keys, rows);
  if ("answer" in menu) throw new Error("it was answered");
  return render(menu, columns, rows).lines;
}

const text = (typed: string) => ({ text: typed });

Deno.test("render() shows the question, how to answer it, and the entries", () => {
  assertEquals(render(openMenu(QUESTION, FRUIT), 80, 24), {
    lines: [
      "Which experiment? (type to filter, arrows to move, Enter to choose)",
      "> apple   1 run",
      "  banana  2 runs",
      "  Crème   3 runs",
      "  date    4 runs",
    ],
    cursor: 18,
  });
});

Deno.test("render() leaves out the first parts of a hint that has no room", () => {
  const first = (columns: number) => render(openMenu(QUESTION, FRUIT), columns, 24).lines[0];
  assertEquals(first(53), "Which experiment? (arrows to move, Enter to choose)");
  assertEquals(first(40), "Which experiment? (Enter to choose)");
  assertEquals(first(30), "Which experiment? (Enter to …");
  assertEquals(first(21), "Which experiment? ");
  const line = openLine(QUESTION, "known: local, cluster");
  assertEquals(render(line, 38, 24).lines, ["Which experiment? (known: local, clu…"]);
});

Deno.test("press() moves within the entries, and Enter chooses", () => {
  assertEquals(after(FRUIT, ["enter"]), { answer: 0 });
  assertEquals(after(FRUIT, ["down", "down", "up", "enter"]), { answer: 1 });
  assertEquals(after(FRUIT, ["up", "enter"]), { answer: 0 });
  assertEquals(after(FRUIT, ["end", "down", "enter"]), { answer: 3 });
  assertEquals(after(FRUIT, ["end", "home", "enter"]), { answer: 0 });
  assertEquals(after(FRUIT, ["page-down", "enter"]), { answer: 3 });
});

Deno.test("press() filters by what is typed: words anywhere in an entry, in any case", () => {
  assertEquals(seen(FRUIT, [text("AN")]), ["Which experiment? AN", "> banana  2 runs", "  1 of 4"]);
  assertEquals(seen(FRUIT, [text("runs"), text(" d ")]), [
    "Which experiment? runs d ",
    "> date    4 runs",
    "  1 of 4",
  ]);
  assertEquals(after(FRUIT, [text("cre\u0300me"), "enter"]), { answer: 2 });
  assertEquals(after(FRUIT, [text("runs"), "down", "enter"]), { answer: 2 });
});

Deno.test("press() keeps the entry under the cursor while it matches", () => {
  assertEquals(after(FRUIT, ["down", "down", text("runs"), "enter"]), { answer: 2 });
  assertEquals(after(FRUIT, ["end", text("a"), "enter"]), { answer: 3 });
  assertEquals(after(FRUIT, ["end", text("an"), "enter"]), { answer: 1 });
  assertEquals(after(FRUIT, [text("date"), "escape", "enter"]), { answer: 3 });
});

Deno.test("press() chooses nothing where nothing matches", () => {
  const lines = ["Which experiment? zebra", "  no match; Esc clears the filter"];
  for (const keys of [[], ["enter"], ["enter", "down", "up", "home", "end", "enter"]] as const) {
    assertEquals(seen(FRUIT, [text("zebra"), ...keys]), lines);
  }
  assertEquals(after(FRUIT, [text("zebra"), "erase-line", "enter"]), { answer: 0 });
  assertEquals(after([], ["enter", "down", "end", "escape"]), { answer: undefined });
});

Deno.test("press() takes a blank for text", () => {
  assertEquals(seen(FRUIT, [text(" ")])[0], "Which experiment?  ");
  assertEquals(after(FRUIT, [text(" "), "down", "enter"]), { answer: 1 });
});

Deno.test("press() takes back what was typed: a character as people see it, a word, all", () => {
  const filter = (keys: Parameters<typeof after>[1]) => (after(FRUIT, keys) as Menu).filter;
  assertEquals(filter([text("ab"), "backspace"]), "a");
  assertEquals(filter([text("ae\u0301"), "backspace"]), "a");
  assertEquals(filter([text("a👩‍🔬"), "backspace"]), "a");
  assertEquals(filter(["backspace"]), "");
  assertEquals(filter([text("one two  "), "erase-word"]), "one ");
  assertEquals(filter([text("one two"), "erase-line"]), "");
});

Deno.test("press() ends by Ctrl-C and Ctrl-D, and by Escape once nothing is typed", () => {
  const none = { answer: undefined };
  assertEquals(after(FRUIT, ["interrupt"]), none);
  assertEquals(after(FRUIT, [text("a"), "interrupt"]), none);
  assertEquals(after(FRUIT, [text("a"), "end-of-input"]), none);
  assertEquals(after(FRUIT, ["escape"]), none);
  assertEquals((after(FRUIT, [text("a"), "escape"]) as Menu).filter, "");
  assertEquals(after(FRUIT, [text("a"), "escape", "escape"]), none);
});

Deno.test("render() scrolls a long list, and says which part is seen", () => {
  const rows = 6;
  assertEquals(seen(MANY, [], 40, rows), [
    "Which experiment? (Enter to choose)",
    "> entry 00",
    "  entry 01",
    "  entry 02",
    "  entry 03",
    "  1 to 4 of 100",
  ]);
  const four: KeyName[] = ["down", "down", "down", "down"];
  assertEquals(seen(MANY, four, 40, rows), [
    "Which experiment? (Enter to choose)",
    "  entry 01",
    "  entry 02",
    "  entry 03",
    "> entry 04",
    "  2 to 5 of 100",
  ]);
  const up = seen(MANY, [...four, "up"], 40, rows);
  assertEquals(up.slice(1), [
    "  entry 01",
    "  entry 02",
    "> entry 03",
    "  entry 04",
    "  2 to 5 of 100",
  ]);
  const end = seen(MANY, ["end"], 40, rows);
  assertEquals(end.slice(-2), ["> entry 99", "  97 to 100 of 100"]);
  const page = seen(MANY, ["page-down", "page-down"], 40, rows);
  assertEquals(page.slice(-2), ["> entry 08", "  6 to 9 of 100"]);
});

Deno.test("render() shows the first matches, however far the list was scrolled", () => {
  assertEquals(seen(MANY, ["end", text("entry 1")], 40, 6).slice(1), [
    "> entry 01",
    "  entry 10",
    "  entry 11",
    "  entry 12",
    "  1 to 4 of 19",
  ]);
});

Deno.test("render() keeps the entry under the cursor in sight when the terminal shrinks", () => {
  const menu = after(MANY, ["page-down"], 24) as Menu;
  assertEquals(render(menu, 40, 5).lines.slice(-2), ["> entry 22", "  21 to 23 of 100"]);
  assertEquals(render(menu, 40, 24).lines.length, 24);
});

Deno.test("render() never fills a line, nor takes more lines than there are", () => {
  const wide = ["実験" + "験".repeat(60), "a".repeat(200), "e\u0301".repeat(90)];
  for (const entries of [FRUIT, MANY, wide, []]) {
    for (const keys of [[], [text("a".repeat(50))], [text("験".repeat(30))]]) {
      const menu = after(entries, keys) as Menu;
      for (let columns = 2; columns < 90; columns += 3) {
        for (const rows of [2, 3, 5, 24]) {
          const { lines, cursor } = render(menu, columns, rows);
          assertEquals(lines.filter((line) => width(line) >= columns), []);
          assertEquals([lines.length <= rows, cursor < columns], [true, true]);
        }
      }
    }
  }
});

Deno.test("render() shows the end of a long filter", () => {
  const { lines, cursor } = render(after(FRUIT, [text("0123456789".repeat(4))]) as Menu, 40, 24);
  assertEquals([lines[0], cursor], ["Which experiment? 901234567890123456789", 39]);
});

Deno.test("renderAnswer() leaves the question, with its answer", () => {
  const menu = openMenu(QUESTION, FRUIT);
  assertEquals(renderAnswer(menu, { answer: 1 }, 80), "Which experiment? banana  2 runs");
  assertEquals(renderAnswer(menu, { answer: 1 }, 26), "Which experiment? banana…");
  assertEquals(renderAnswer(menu, { answer: undefined }, 80), "Which experiment?");
});
