/**
 * Completions: what is offered for a word, and that each shell offers it.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { SHELLS } from "../../lib/cli/command_table.ts";
import { COMPLETIONS } from "../../lib/cli/completions.ts";
import { main } from "../../lib/cli/main.ts";

import { moduleFlags, ROOT } from "../../scripts/modules.ts";
import { findProgram } from "../../scripts/setup.ts";
import { withFolder } from "../support/variables.ts";
import { fakeTerminal } from "./samples.ts";

const RUNS = ["20260118_170744", "20260119_170744"];

/** Makes settings with a local workspace of two runs, and a remote one. */
async function makeWorkspace(folder: string): Promise<string> {
  const path = `${folder}/a b`;
  for (const run of RUNS) {
    await Deno.mkdir(`${path}/experiments/neuralir/${run}`, { recursive: true });
  }
  await Deno.mkdir(`${path}/experiments/.hidden`);
  await Deno.mkdir(`${path}/experiments/nlp-10`);
  await Deno.symlink(RUNS[0]!, `${path}/experiments/neuralir/current`);
  await Deno.writeTextFile(`${path}/experiments/notes.txt`, "");
  await Deno.mkdir(`${path}/jobs/neuralir.tasks.train`, { recursive: true });
  const file = `${folder}/.config/experimaestro/settings.yaml`;
  await Deno.mkdir(file.slice(0, file.lastIndexOf("/")), { recursive: true });
  const workspaces = [
    { id: "local", path },
    { id: "cluster", path: "~/xp", ssh: { host: "me@nowhere.invalid" } },
  ];
  await Deno.writeTextFile(file, JSON.stringify({ workspaces }));
  return file;
}

/** Words before the cursor, and what is offered for the last one. */
const OFFERED: [string[], string[]][] = [
  [["doc"], ["doctor"]],
  [["help", "st"], ["status"]],
  [["completions", ""], ["bash", "zsh", "fish"]],
  [["ls", ""], ["local", "cluster"]],
  [["ls", "local", ""], ["neuralir", "nlp-10"]],
  [["list", "local", "neuralir", ""], ["current", ...RUNS]],
  [["ls", "local", "neuralir", RUNS[0]!, ""], []],
  [["ls", "cluster", ""], []],
  [["ls", "no such", ""], []],
  [["doctor", "local", "cl"], ["cluster"]],
  [["--from", "local", "neur"], ["neuralir"]],
  [["--from", "local", "copy", "n"], ["neuralir", "nlp-10"]],
  [["neuralir", "--from", "local", "--yes", ""], ["current", ...RUNS]],
  [["neuralir", "--from", "local", "--follow", "2026"], RUNS],
  [["neuralir", "--from", "local", "--follow", "10", ""], ["current", ...RUNS]],
  [["neuralir", "--from=local", "-yv", ""], ["current", ...RUNS]],
  [["-yv", "neuralir", "--from", "local", "--", ""], ["current", ...RUNS]],
  [["neuralir", "--from", "local", "--", "--"], []],
  [["neuralir", "--from", "local", "--exclude", "--", "--ye"], ["--yes"]],
  [["export", "neuralir", "--from", "local", "-ofile", ""], ["current", ...RUNS]],
  [["permissions", "move", "neuralir", "--from", "local", ""], ["current", ...RUNS]],
  [["permissions", "export", "neuralir", "--from", "local", ""], ["current", ...RUNS]],
  [["permissions", "export", "--outp"], ["--output"]],
  [["neuralir", "--from=local", "--runs", "2026"], RUNS],
  [["x", "--from-workspace", "local", "--task", ""], ["neuralir.tasks.train"]],
  [["status", "--from", "local", "neuralir", "nlp"], ["nlp-10"]],
  [["neuralir", "--to", "l"], ["local"]],
  [["neuralir", "--to=l"], ["--to=local"]],
  [["neuralir", "--state", "done,f"], ["done,failed"]],
  [["ls", "--sort", ""], ["size", "age", "name"]],
  [["x", "--connect"], ["--connect-timeout"]],
  [["x", "--exclude", "a", "--ex"], ["--exclude"]],
  [["x", "--yes", "--ye"], []],
  [["x", "-y", "--ye"], []],
  [["clean", "--fro"], []],
  [["x", "--settings", ""], []],
  [["x", "--exclude", "--se"], []],
  [["x", "1", ""], []],
];

Deno.test("xpm-copy completions offers what may follow, by the table and by local workspaces", () =>
  withFolder(async (folder) => {
    const file = await makeWorkspace(folder);
    for (const [words, expected] of OFFERED) {
      const terminal = fakeTerminal();
      await main(["completions", "bash", "--settings", file, "--", ...words], terminal);
      const lines = terminal.out.join("").split("\n").slice(0, -1);
      assertEquals(lines.map((line) => line.split("\t")[0]), expected, words.join(" "));
      assertEquals(terminal.err, []);
    }
  }));

Deno.test("xpm-copy completions offers commands where the settings cannot be read", () =>
  withFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/x.yaml`, "workspaces: 7");
    const terminal = fakeTerminal();
    const args = ["completions", "fish", "--settings", `${folder}/x.yaml`, "--", "mo"];
    assertEquals(await main(args, terminal), 0);
    assertEquals(terminal.out, ["move\tcopy a run, check it, and remove it at the source\n"]);
    assertEquals(terminal.err, []);
  }));

/** A script that shows what a shell makes of a line; `SCRIPT` defines the completions. */
const IN_SHELL: Record<typeof SHELLS[number], string> = {
  bash: `
. "$SCRIPT"
complete -p xpm-copy >&2
try() { COMP_LINE=$1 COMP_POINT=\${#1}; _xpm_copy xpm-copy "$2" x; echo "\${COMPREPLY[@]}"; }
try 'xpm-copy --from=lo' lo
try 'xpm-copy --from lo' lo
try 'xpm-copy ls local neuralir cur' cur
`,
  zsh: `
compdef() { :; }
compadd() { while [[ $1 != -a ]]; do shift; done; print -r -- \${(P)2}; }
_files() { print files; }
. "$SCRIPT"
try() { words=("$@") CURRENT=$#; _xpm_copy; }
try xpm-copy --from=lo
try xpm-copy --from lo
try xpm-copy ls local neuralir cur
`,
  fish: `
source $SCRIPT
for line in 'xpm-copy --from=lo' 'xpm-copy --from lo' 'xpm-copy ls local neuralir cur'
    complete -C $line | string replace -r '\\t.*' ''
end
`,
};

for (const shell of SHELLS) {
  const program = await findProgram(shell);
  Deno.test({
    name: `COMPLETIONS work in ${shell}`,
    ignore: program === undefined,
    fn: () =>
      withFolder(async (folder) => {
        await makeWorkspace(folder);
        const run = [Deno.execPath(), "run", "-A", ...await moduleFlags(), `${ROOT}/cli.ts`];
        await Deno.writeTextFile(`${folder}/xpm-copy`, `#!/bin/sh\nexec ${run.join(" ")} "$@"\n`);
        await Deno.chmod(`${folder}/xpm-copy`, 0o755);
        await Deno.writeTextFile(`${folder}/script`, COMPLETIONS[shell]);
        await Deno.writeTextFile(`${folder}/try`, IN_SHELL[shell]);
        const { stdout, stderr } = await new Deno.Command(program!, {
          args: [`${folder}/try`],
          env: {
            PATH: `${folder}:${Deno.env.get("PATH")}`,
            HOME: folder,
            SCRIPT: `${folder}/script`,
            DENO_DIR: Deno.env.get("DENO_DIR") ?? `${Deno.env.get("HOME")}/.cache/deno`,
          },
        }).output();
        const [said, errors] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
        const [first, ...more] = said!.trimEnd().split("\n");
        // bash takes what follows the = for a word of its own
        assertEquals(first, shell === "bash" ? "local" : "--from=local", errors);
        assertEquals(more, ["local", "current"], errors);
      }),
  });
}
