import { assert, assertEquals } from "@std/assert";
import { shownBy, Title } from "../../lib/cli/escapes.ts";
import { width } from "../../lib/cli/format.ts";
import { renderWorkspaces } from "../../lib/cli/list_report.ts";
import { Screen } from "../../lib/cli/screen.ts";
import { chooseStyle } from "../../lib/cli/style.ts";
import { until } from "../support/processes.ts";
import { fakeTerminal, samplePlan } from "./samples.ts";

const WORKSPACES = [
  { id: "a b", path: "/data/a b/ü" },
  { id: "cluster", path: "~/xp", ssh: { host: "me@hpc" } },
];
const CHOICE = { json: false, quiet: false, verbose: false, progress: true };

Deno.test("renderWorkspaces() makes paths of this machine links, which take no columns", () => {
  const terminal = fakeTerminal({ interactive: true, noColor: false });
  const style = chooseStyle({ ...CHOICE, color: "auto" }, terminal, "out");
  const lines = renderWorkspaces(WORKSPACES, style);
  const link = "\x1b]8;;file://laptop/data/a%20b/%C3%BC\x1b\\/data/a b/ü\x1b]8;;\x1b\\";
  assertEquals(lines, ["WORKSPACE  PATH", `a b        ${link}`, "cluster    me@hpc:~/xp"]);
  assertEquals(width(lines[1]!), "a b        /data/a b/ü".length);
});

Deno.test("chooseStyle() has no links in a pipe, nor where no colours are wanted", () => {
  const linked = (color: "auto" | "always" | "never", more: object) => {
    const terminal = fakeTerminal({ interactive: true, noColor: false, ...more });
    return chooseStyle({ ...CHOICE, color }, terminal, "out").link !== undefined;
  };
  assert(linked("auto", {}) && linked("always", {}));
  assert(!linked("always", { interactive: false }));
  assert(
    !linked("never", {}) && !linked("auto", { noColor: true }) && !linked("auto", { dumb: true }),
  );
});

Deno.test("shownBy() knows titles and links by the variables of terminals", () => {
  const shown = (variables: Record<string, string>) => shownBy((name) => variables[name]);
  assertEquals(shown({}), { title: false, links: false });
  assertEquals(shown({ TERM: "linux" }), { title: false, links: false });
  assertEquals(shown({ TERM: "xterm-256color" }), { title: true, links: false });
  assertEquals(shown({ TERM: "xterm-kitty" }), { title: true, links: true });
  const [old, current] = ["4800", "7200"].map((VTE_VERSION) => ({ TERM: "xterm", VTE_VERSION }));
  assertEquals([shown(old!).links, shown(current!).links], [false, true]);
});

Deno.test("Title keeps the title before, and puts it back once", () => {
  const written: string[] = [];
  const title = new Title((text) => written.push(text));
  title[Symbol.dispose]();
  assertEquals(written, []);
  for (const text of ["1 %", "1 %", "2 %"]) title.show(text);
  title[Symbol.dispose]();
  title[Symbol.dispose]();
  assertEquals(written, [
    "\x1b[22;2t\x1b]2;1 %\x07",
    "\x1b]2;2 %\x07",
    "\x1b]2;\x07\x1b[23;2t",
  ]);
});

Deno.test("Screen puts the title back at a signal, and shows none after it", async () => {
  const terminal = fakeTerminal({ interactive: true });
  using screen = new Screen(terminal, "drawn", true);
  const titles = () => terminal.err.filter((text) => text.includes("\x1b]2;"));
  screen.event({ type: "planned", plan: samplePlan() });
  await until(() => titles().length > 0);
  assertEquals(titles(), ["\x1b[22;2t\x1b]2;0 % neuralir - xpm-copy\x07"]);
  screen.stop();
  screen.event({ type: "planned", plan: samplePlan() });
  await new Promise((resolve) => setTimeout(resolve, 250));
  assertEquals(titles().at(-1), "\x1b]2;\x07\x1b[23;2t");
  assertEquals(titles().length, 2);
});
