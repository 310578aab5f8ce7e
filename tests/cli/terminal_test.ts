/**
 * The questions of the program in a real terminal.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { moduleFlags, ROOT } from "../../scripts/modules.ts";
import { makeSample } from "../../scripts/sample.ts";
import type { Workspace } from "../../mod.ts";
import { HAS_TMUX, type TmuxOptions, TmuxTerminal } from "../support/tmux.ts";
import { withFolder } from "../support/variables.ts";

const FROM = "From which workspace?";
const COUNT = 40;
/** Each has a number, but for one of wide characters; 07 holds an experiment. */
const id = (number: number) => number === 30 ? WIDE : `w${String(number).padStart(2, "0")}`;
const WIDE = "実験";
/** The beginning of the last entry, `another path…`. */
const ANOTHER = "ano";

/** Starts the program where nothing was said, so that it asks. */
async function start(
  folder: string,
  options: TmuxOptions,
  others: Workspace[] = [],
): Promise<TmuxTerminal> {
  makeSample(`${folder}/w07`, { jobs: 1 });
  const here = Array.from({ length: COUNT }, (_, n) => ({ id: id(n), path: `${folder}/${id(n)}` }));
  const settings = `${folder}/settings.yaml`;
  await Deno.writeTextFile(settings, JSON.stringify({ workspaces: [...here, ...others] }));
  const program = ["run", "-A", ...await moduleFlags(), `${ROOT}/cli.ts`];
  return await TmuxTerminal.start(
    [Deno.execPath(), ...program, "--settings", settings],
    options,
  );
}

/** A test in a terminal of which `FROM` is the first line. */
function inTerminal(
  name: string,
  action: (terminal: TmuxTerminal) => Promise<void>,
  options: TmuxOptions = {},
): void {
  Deno.test({
    name,
    ignore: !HAS_TMUX,
    fn: () =>
      withFolder(async (folder) => {
        await using terminal = await start(folder, options);
        await terminal.untilSeen(FROM);
        await action(terminal);
      }),
  });
}

/** The entry under the cursor; the folder may be too long for its line. */
function current(lines: string[]): string | undefined {
  return lines.find((line) => line.startsWith("> "))?.slice(2, 5);
}

inTerminal(
  "xpm-copy in a terminal asks for all it needs, and leaves the answers on the screen",
  async (terminal) => {
    await terminal.type("w07");
    await terminal.until((lines) => current(lines) === "w07" && lines.at(-1) === "  1 of 41");
    await terminal.press("Enter");
    await terminal.untilSeen("Which experiment?");
    await terminal.press("Enter");
    await terminal.untilSeen("To which workspace?");
    await terminal.press("Down", "Enter");
    await terminal.untilSeen("Copy now? [y/N]");
    await terminal.type("n");
    await terminal.press("Enter");
    const lines = await terminal.untilSeen("[exit 0]");
    const questions = lines.filter((line) => /^(Copy|From|To|Which)\b.*\?/.test(line));
    assertEquals(
      questions.map((line) => line.replace(/ +\/.*/, "").split(/ +/).slice(0, 5).join(" ")),
      [
        `${FROM} w07`,
        "Which experiment? neuralir 1 run",
        "To which workspace? w01",
        "Copy now? [y/N] no",
      ],
    );
    assert(lines.some((line) => line.includes("Nothing was written")), lines.join("\n"));
  },
  { rows: 60 },
);

inTerminal(
  "xpm-copy in a terminal moves by arrows that come at once, by Home and End, and scrolls",
  async (terminal) => {
    await terminal.press("Down", "Down", "Down");
    const lines = await terminal.until((lines) => current(lines) === "w03");
    assert(lines[0]!.startsWith(FROM), lines.join("\n"));
    assertEquals([lines.length, lines.at(-1)], [24, "  1 to 22 of 41"]);
    assertEquals(
      lines.slice(1, -1).map((line) => line.slice(2, 5)),
      Array.from({ length: 22 }, (_, n) => id(n)),
    );
    await terminal.press("End");
    const end = await terminal.until((lines) => current(lines) === ANOTHER);
    assertEquals([end.length, end.at(-1)], [24, "  20 to 41 of 41"]);
    await terminal.press("PageUp");
    await terminal.until((lines) => current(lines) === "w18");
    await terminal.press("Home", "Up");
    await terminal.until((lines) => current(lines) === "w00" && lines.at(-1) === "  1 to 22 of 41");
    await terminal.press("Down", "Up", "Down", "End", "Up", "Enter");
    await terminal.untilSeen(`${FROM} w39`);
    await terminal.untilSeen("there is no folder");
    await terminal.untilSeen("[exit 4]");
  },
);

inTerminal(
  "xpm-copy in a terminal takes a path that is typed, once there is one",
  async (terminal) => {
    await terminal.press("Up", "End", "Enter");
    await terminal.untilSeen("From which path? (./x, /x, ~/x, HOST:PATH)");
    await terminal.press("Enter");
    await terminal.type("nosuch");
    await terminal.press("Enter");
    await terminal.untilSeen("no workspace named 'nosuch'");
    await terminal.type("/no such/folder");
    await terminal.press("Enter");
    const lines = await terminal.untilSeen("[exit 4]");
    assert(lines.join("\n").includes("there is no folder /no such/folder"), lines.join("\n"));
  },
  { columns: 200 },
);

inTerminal("xpm-copy in a terminal chooses nothing while nothing matches", async (terminal) => {
  await terminal.type("zebra");
  await terminal.untilSeen("no match");
  await terminal.press("Enter", "Down", "Enter", "BSpace");
  const lines = await terminal.untilSeen(`${FROM} zebr`);
  assertEquals(lines[1], "  no match; Esc clears the filter");
  await terminal.press("C-u");
  await terminal.until((lines) => current(lines) === "w00");
});

inTerminal(
  "xpm-copy in a terminal filters by what is pasted, its blanks and its end of line too",
  async (terminal) => {
    await terminal.paste(" w18\n");
    const lines = await terminal.until((lines) => current(lines) === "w18");
    assertEquals([lines[0], lines.at(-1)], [`${FROM}  w18`, "  1 of 41"]);
  },
);

inTerminal("xpm-copy in a terminal takes wide characters for what they are", async (terminal) => {
  await terminal.type(WIDE);
  const lines = await terminal.until((lines) => lines.at(-1) === "  1 of 41");
  assertEquals(lines.map((line) => line.split(" /")[0]), [
    `${FROM} ${WIDE}`,
    `> ${WIDE} `,
    "  1 of 41",
  ]);
  assertEquals(await terminal.cursor(), FROM.length + 1 + 4);
});

inTerminal("xpm-copy in a terminal clears the filter by Esc, then ends", async (terminal) => {
  await terminal.type("w18");
  await terminal.until((lines) => current(lines) === "w18");
  await terminal.press("Escape");
  await terminal.until((lines) => lines.at(-1) === "  1 to 22 of 41");
  await terminal.press("Escape");
  await terminal.untilSeen("[exit 130]");
});

for (const key of ["C-c", "C-d"]) {
  inTerminal(
    `xpm-copy in a terminal ends by ${key}, and leaves the terminal as it was`,
    async (terminal) => {
      await terminal.type("w1");
      await terminal.press(key);
      const lines = await terminal.untilSeen("[exit 130]");
      assertEquals(lines, [FROM, "xpm-copy: interrupted", "  nothing was copied", "[exit 130]"]);
    },
  );
}

for (const signal of ["SIGTERM", "SIGHUP", "SIGINT"] as const) {
  inTerminal(
    `xpm-copy in a terminal ends by ${signal}, and leaves the terminal as it was`,
    async (terminal) => {
      await terminal.signal(signal);
      const lines = await terminal.untilSeen("[exit 130]");
      assertEquals(lines, [
        FROM,
        "stopping; press Ctrl-C again to quit immediately",
        "xpm-copy: interrupted",
        "  nothing was copied",
        "[exit 130]",
      ]);
    },
  );
}

inTerminal("xpm-copy in a terminal draws anew when it gets another size", async (terminal) => {
  await terminal.press("End");
  await terminal.until((lines) => current(lines) === ANOTHER);
  await terminal.resize(30, 10);
  const small = await terminal.until((lines) => lines.at(-1) === "  34 to 41 of 41");
  assertEquals([small.length, current(small)], [10, ANOTHER]);
  await terminal.resize(100, 12);
  const large = await terminal.until((lines) => lines.at(-1) === "  32 to 41 of 41");
  assertEquals([large.length, current(large), large[0]!.startsWith(FROM)], [12, ANOTHER, true]);
  await terminal.press("C-c");
  await terminal.untilSeen("[exit 130]");
});

/** Stands in for ssh: it asks for a password, as ssh does. */
const ASKING = `#!/bin/sh
case " $* " in *" -G "*) exit 0 ;; esac
printf 'password: ' >/dev/tty
read -r password </dev/tty
echo "it was $password" >/dev/tty
exit 255
`;

Deno.test({
  name: "xpm-copy in a terminal leaves to ssh what is typed after a question",
  ignore: !HAS_TMUX,
  fn: () =>
    withFolder(async (folder) => {
      await Deno.mkdir(`${folder}/bin`);
      await Deno.writeTextFile(`${folder}/bin/ssh`, ASKING);
      await Deno.chmod(`${folder}/bin/ssh`, 0o755);
      const remote = { id: "far", path: "xp", ssh: { host: "far.invalid" } };
      const PATH = `${folder}/bin:${Deno.env.get("PATH")}`;
      await using terminal = await start(folder, { env: { PATH } }, [remote]);
      await terminal.untilSeen(FROM);
      await terminal.type("far.invalid");
      await terminal.press("Enter");
      await terminal.untilSeen("password:");
      await terminal.type("secret");
      await terminal.press("Enter");
      await terminal.untilSeen("it was secret");
      await terminal.untilSeen("[exit 5]");
    }),
});

Deno.test({
  name: "xpm-copy in a terminal that cannot draw asks nothing",
  ignore: !HAS_TMUX,
  fn: () =>
    withFolder(async (folder) => {
      await using terminal = await start(folder, { env: { TERM: "dumb" } });
      const lines = await terminal.untilSeen("[exit 2]");
      assert(lines[0]!.startsWith("xpm-copy: "), lines.join("\n"));
    }),
});
