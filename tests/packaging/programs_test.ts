/**
 * The far end's programs: files of `sh`, and the module that is made of them.
 *
 * @module
 */

import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import * as PROGRAMS from "../../lib/host/ssh/programs/programs.ts";
import {
  LINKS_AT_ONCE,
  PLAIN_UNPACK_ARGUMENTS,
  UNPACK_ARGUMENTS,
} from "../../lib/transport/tar.ts";
import { FILES_OF_2, RECORDS, STORE } from "../../lib/workspace/layout.ts";
import { COMMENT, isFresh, parts, programFiles, programsModule } from "../../scripts/programs.ts";

/** The programs of a module that is made of such files. */
async function made(files: Record<string, string>): Promise<Record<string, string>> {
  const module = encodeURIComponent(programsModule(new Map(Object.entries(files))));
  return { ...await import(`data:application/typescript,${module}`) };
}

/** Whether what counts as a comment in a program is one for the shell as well. */
async function isComment(text: string): Promise<boolean> {
  // in quotes, or in a text of several lines, these would end something, or begin it
  for (const odd of ["'", '"', "$(", "${"]) {
    const script = text.replace(
      COMMENT,
      (comment) => ` # ${odd}${comment.endsWith("\n") ? "\n" : ""}`,
    );
    const command = new Deno.Command("sh", { args: ["-nc", script], stderr: "null" });
    if (!(await command.output()).success) return false;
  }
  return true;
}

Deno.test("programs.ts is what `deno task programs` makes of the files", () => {
  assert(isFresh());
});

Deno.test("programsModule() tells a change of a part, and of a program", () => {
  const files = programFiles();
  const before = programsModule(files);
  for (const name of ["begin", "look"]) {
    const changed = new Map(files).set(name, `${files.get(name)}: changed\n`);
    assert(programsModule(changed) !== before, name);
  }
});

Deno.test("programsModule() puts the text of a file where it is included, and exports what is not", async () => {
  const files = {
    a: "# A program.\n\n. ./part.sh\nsay a\n",
    b: ". ./part.sh\nb() {\n  # why\n  say b # here\n}\n",
    part: "# A part.\n. ./inner.sh\nsay part\n",
    inner: "say inner\n",
  };
  assertEquals(await made(files), {
    A: "say inner\nsay part\nsay a\n",
    B: "say inner\nsay part\nb() {\nsay b\n}\n",
  });
});

Deno.test("programsModule() changes nothing in the text of a program but how far lines are indented", async () => {
  const text = "say \"`x`\" ${a#*\\\\} $((1)) $b '\\000'\n  say \\\n    '\n\n'\n";
  assertEquals(await made({ a: text }), { A: text.replace(/^ +/gm, "") });
});

Deno.test("programsModule() refuses an include of what is not there, of itself, or written otherwise", () => {
  const refused = (files: Record<string, string>) =>
    assertThrows(() => programsModule(new Map(Object.entries(files))), Error).message;
  assertEquals(refused({ a: ". ./b.sh\n" }), "a.sh includes b.sh: there is none");
  assertEquals(refused({ a: ". ./b.sh\n", b: ". ./a.sh\n" }), "a.sh includes itself");
  for (const line of [". b.sh", "  . ./b.sh", '. "./b.sh"', ". ./b.sh # why", "source ./b.sh"]) {
    assertStringIncludes(refused({ a: `${line}\n`, b: "" }), `a.sh: '${line}' is not`);
  }
});

Deno.test("what programsModule() leaves out as a comment is one for the shell as well", async () => {
  for (const [name, text] of programFiles()) {
    assert(await isComment(text), `${name}.sh: a # in quotes is no comment: write it before them`);
  }
  for (
    const text of [
      "a='x\n# y\n'\n",
      "a='x # y'\n",
      "a='\nx # y\n'\n",
      'a="x\n# y\n"\n',
      'a=$(cat\n# y\n)\necho "\n # z\n"\n',
    ]
  ) {
    assert(!await isComment(text), text);
  }
});

Deno.test("programs name what lib/ names", () => {
  assertStringIncludes(PROGRAMS.LOOK, `for name in ${FILES_OF_2.join(" ")}; do`);
  assertStringIncludes(PROGRAMS.LOOK, `for name in ${RECORDS.split("/").join(" ")}; do`);
  assertStringIncludes(PROGRAMS.SETTLE, `noted=$1/${RECORDS}\ndraft=$workspace/${STORE}/`);
  const gnu = `"$tar" \${ours:+${LINKS_AT_ONCE}} ${UNPACK_ARGUMENTS.join(" ")}`;
  const unpack = `then ${gnu}; else "$tar" ${PLAIN_UNPACK_ARGUMENTS.join(" ")}; fi`;
  assertStringIncludes(PROGRAMS.UNPACK, unpack);
});

Deno.test("programs are constants, none of them a part of others", () => {
  const files = programFiles();
  const shared = parts(files);
  const expected = [...files.keys()].filter((name) => !shared.has(name));
  assertEquals(Object.keys(PROGRAMS).sort(), expected.map((name) => name.toUpperCase()).sort());
  for (const text of Object.values(PROGRAMS)) assert(text.startsWith("set -u\n"), text);
});
