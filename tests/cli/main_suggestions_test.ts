/**
 * What the program suggests where something is not there.
 *
 * @module
 */

import { assertEquals, assertStringIncludes } from "@std/assert";
import { main } from "../../lib/cli/main.ts";
import { unknownWorkspace } from "../../lib/inspect/doctor.ts";
import { workspaceMeant } from "../../lib/cli/suggest.ts";
import type { Settings } from "../../lib/settings/settings.ts";
import { CopyError } from "../../lib/errors.ts";
import { makeSample } from "../../scripts/sample.ts";
import { withFolder } from "../support/variables.ts";
import { fakeTerminal } from "./samples.ts";
import { fakeLibrary } from "./fake_library.ts";

Deno.test("main() suggests an experiment or a run with a similar name", async () => {
  const work = () => Promise.reject(new CopyError("not-found", "it is not there", "look"));
  const said = async (experimentId: string, runId: string) => {
    const terminal = fakeTerminal();
    const args = [experimentId, runId, "--from=cluster", "--to=local"];
    assertEquals(await main(args, terminal, fakeLibrary({ work }).library), 4);
    return terminal.err.join("");
  };
  const line = "xpm-copy: it is not there\n";
  assertEquals(await said("neural", "current"), `${line}  did you mean neuralir?\n  look\n`);
  assertEquals(
    await said("neuralir", "20260118_170745"),
    `${line}  did you mean 20260118_170744?\n  look\n`,
  );
  assertEquals(await said("neuralir", "latest"), `${line}  did you mean current?\n  look\n`);
  const run = `${line}  did you mean 20260118_170744?\n  look\n`;
  assertEquals(await said("neuralir", "2026-01-18 17:07"), run);
  assertEquals(
    await said("neuralir", "bert"),
    `${line}  did you mean experiment bert?\n  look\n`,
  );
  assertEquals(await said("sync", "neuralir"), `${line}  did you mean neuralir?\n  look\n`);
  assertEquals(await said("something", "current"), `${line}  look\n`);
  assertEquals(
    await said("20260117_170744", "current"),
    `${line}  did you mean run 20260117_170744 of experiment neuralir?\n  look\n`,
  );
});

Deno.test("main() says that a word like a command is none, unless there is such an experiment", () =>
  withFolder(async (folder) => {
    makeSample(`${folder}/ws`, { jobs: 1 });
    const ends = ["--from", `${folder}/ws`, "--to", `${folder}/to`];
    const said = async (code: number, ...args: string[]) => {
      const terminal = fakeTerminal();
      assertEquals(await main(args, terminal), code, args.join(" "));
      return terminal.err.join("");
    };
    for (const args of [["mve", ...ends], ["mve", "neuralir", ...ends, "--yes"]]) {
      assertStringIncludes(
        await said(4, ...args),
        `xpm-copy: no command mve, and no experiment mve in ${folder}/ws\n  did you mean move?\n`,
      );
    }
    assertStringIncludes(await said(4, "copy", "mve", ...ends), "xpm-copy: no experiment mve in");
    assertEquals(
      await said(2, "clena", "local", "--to", `${folder}/to`),
      "xpm-copy: there is no command 'clena'\n  did you mean clean?\n" +
        "  to copy an experiment of that name, add --from WORKSPACE\n",
    );
    await Deno.rename(`${folder}/ws/experiments/neuralir`, `${folder}/ws/experiments/mve`);
    assertEquals(await said(0, "mve", ...ends, "--quiet"), "");
    assertStringIncludes(await said(4, "mve", "2026", ...ends), "xpm-copy: mve has no run 2026 in");

    const terminal = fakeTerminal({ interactive: true }); // which asks from where
    await main(["mve"], terminal, fakeLibrary().library);
    assertStringIncludes(
      terminal.err.join(""),
      "there is no command mve (did you mean move?); it is taken as an experiment",
    );
    assertEquals(terminal.asked.length, 1);
    await main(["cluster", "local"], terminal, fakeLibrary().library);
    assertStringIncludes(
      terminal.err.join(""),
      "to copy from that workspace, write --from cluster",
    );
  }));

Deno.test("main() tells a folder of a host from the workspace of the same name", async () => {
  const error = (code: "connection" | "refused", host: string) =>
    new CopyError(code, `cannot connect to ${host}: no such host`, "look");
  const added = { id: "added", path: "/added" }; // in copy.jsonc
  const said = async (from: string, thrown: CopyError) => {
    const terminal = fakeTerminal();
    const { library } = fakeLibrary({
      work: () => Promise.reject(thrown),
      defaults: { workspaces: [added] },
      diagnose: ({ id }) => Promise.resolve(unknownWorkspace(id, thrown)),
    });
    await main(["neuralir", "--from", from, "--to=local"], terminal, library);
    const doctor = fakeTerminal();
    await main(["doctor", from, "--json"], doctor, library);
    const hint = terminal.err.join("").split("\n").slice(2).join("\n");
    assertEquals(doctor.out.join("").includes(hint.trim()), true, "doctor says the same");
    assertEquals(doctor.out.join("").includes("write only"), hint !== "");
    return hint;
  };
  for (const id of ["cluster", "added"]) {
    assertEquals(
      await said(`${id}:foo`, error("connection", id)),
      `  ${id}:foo is a folder of the host ${id}; for the workspace of that name, write only ${id}\n`,
    );
  }
  // BUG when this was written: below "does not name a folder" it said that this is one
  const thrown = { code: "usage" as const, message: "'added:' does not name a folder" };
  const meant = workspaceMeant("added:", thrown, { workspaces: [added] } as unknown as Settings);
  assertEquals(meant, "for the workspace of that name, write only added");
  assertEquals(await said("cluster:foo", error("connection", "archive")), "");
  assertEquals(await said("cluster:foo", error("refused", "cluster")), "");
  assertEquals(await said("hpc:foo", error("connection", "hpc")), "");
  assertEquals(await said("cluster", error("connection", "cluster")), "");
});

Deno.test("main() suggests a similar experiment for every command that takes one", () =>
  withFolder(async (folder) => {
    makeSample(`${folder}/ws`, { jobs: 1 });
    const ends = ["--from", `${folder}/ws`, "--to", `${folder}/to`];
    await Deno.mkdir(`${folder}/to`);
    for (
      const args of [
        ["neuralri", ...ends],
        ["neuralri", ...ends, "--follow"],
        ["neuralri", ...ends, "--all-runs"],
        ["check", "neuralri", ...ends],
        ["move", "neuralri", ...ends],
        ["status", "neuralri", ...ends],
        ["permissions", "neuralri", ...ends],
        ["export", "neuralri", ...ends.slice(0, 2), "-o", `${folder}/x.tar`],
        ["ls", `${folder}/ws`, "neuralri"],
        ["ls", `${folder}/ws`, "neuralri", "current"],
      ]
    ) {
      const terminal = fakeTerminal();
      assertEquals(await main(args, terminal), 4, args.join(" "));
      assertStringIncludes(terminal.err.join(""), "\n  did you mean neuralir?\n", args.join(" "));
    }
    const terminal = fakeTerminal({ interactive: true }); // which would ask for the run
    assertEquals(await main(["neuralri", ...ends], terminal), 4);
    assertStringIncludes(terminal.err.join(""), "\n  did you mean neuralir?\n");
  }));

Deno.test("main() takes an experiment's folder for its workspace", () =>
  withFolder(async (folder) => {
    makeSample(`${folder}/ws`, { jobs: 1 });
    const { library, asked } = fakeLibrary();
    const from = `${folder}/ws/experiments/neuralir`;
    assertEquals(await main(["--from", from, "--to=local"], fakeTerminal(), library), 0);
    assertEquals(asked.map(({ from, experimentId, runId }) => [from, experimentId, runId]), [
      [`${folder}/ws`, "neuralir", "current"],
    ]);
    const terminal = fakeTerminal();
    await main(["ls", from, "--brief", "--json"], terminal);
    await Deno.mkdir(`${folder}/to`);
    await main(["status", "--from", from, "--to", `${folder}/to`, "--json"], terminal);
    const types = terminal.out.map((line) => JSON.parse(line).type);
    assertEquals(types, ["run", "summary", "comparison", "summary"]);
  }));

Deno.test("main() answers 4 to an experiment or a workspace that is not there", async () => {
  for (const args of [["ls", "cluster", "nope"], ["ls", "nope"]]) {
    const terminal = fakeTerminal();
    assertEquals(await main(args, terminal, fakeLibrary().library), 4);
    assertEquals(terminal.out, []);
  }
});

Deno.test("main() says that a workspace of the settings is not there yet, where ls finds no folder", () =>
  withFolder(async (folder) => {
    const settings = `${folder}/settings.yaml`;
    await Deno.writeTextFile(settings, `workspaces: [{ id: new, path: ${folder}/new }]`);
    const said = async (workspace: string) => {
      const terminal = fakeTerminal();
      assertEquals(await main(["ls", workspace, "--settings", settings], terminal), 4);
      return terminal.err.join("");
    };
    assertEquals(
      await said("new"),
      `xpm-copy: workspace new is not there yet: there is no folder ${folder}/new\n` +
        "  check the path; a copy to it creates the folder\n",
    );
    assertEquals(
      await said(`${folder}/other`),
      `xpm-copy: there is no folder ${folder}/other\n  check the path\n`,
    );
  }));
