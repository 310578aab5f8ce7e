import { assert, assertEquals, assertMatch } from "@std/assert";
import { compileArguments, TARGETS } from "../../scripts/compile.ts";
import config from "../../deno.json" with { type: "json" };
import { belongsIntoNpm, jsrFaults, publishedFiles, reached } from "../../scripts/package_check.ts";

Deno.test("belongsIntoNpm() tells what a user needs from what built it", () => {
  const needed = [
    "package.json",
    "LICENSE",
    "xpm-copy.1",
    "schemas/output.json",
    "js/xpm-copy.js",
    "js/command.js",
    "esm/mod.d.ts",
    "esm/lib/copy/types.d.ts",
  ];
  const needless = [
    "src/mod.ts",
    "test_runner.cjs",
    "js/xpm-copy.js.map",
    "esm/mod.js",
    "esm/lib/copy/copy.js",
    "esm/lib/cli/main.d.ts",
    "esm/tests/copy/run_test.js",
    "esm/scripts/sample.js",
    "esm/.cache/import_map.json",
  ];
  assertEquals(needed.filter((path) => !belongsIntoNpm(path)), []);
  assertEquals(needless.filter(belongsIntoNpm), []);
});

Deno.test("jsrFaults() finds none: only what a user needs, and all the points of a checkout", async () => {
  assertEquals(await jsrFaults(), []);
});

Deno.test("reached() finds that what is published imports nothing from npm, and of @std what is stable", async () => {
  const { modules, outside } = await reached();
  const published = publishedFiles(config).filter((path) => path.endsWith(".ts"));
  assertEquals(modules.filter((path) => path.endsWith(".ts")), published);
  assert(outside.some((specifier) => specifier.includes("@std/yaml@")), outside.join());
  const allowed = /^(node:\w+|jsr:\/?@std\/[a-z]+@\^1\.[\d.]+(\/(?!unstable)[a-z-]+)*)$/;
  assertEquals(outside.filter((specifier) => !allowed.test(specifier)), []);
});

Deno.test("compileArguments() grant what the README does, and reading and writing everywhere", () => {
  assertEquals(new Set(TARGETS).size, 4);
  for (const target of TARGETS) {
    const args = compileArguments(target);
    assertEquals(args.filter((arg) => /^--(allow|no-prompt|include|target)/.test(arg)), [
      "--no-prompt",
      "--allow-read",
      "--allow-write",
      "--allow-run=df,rsync,ssh,tar,test",
      "--allow-env=HOME,PATH,SSH_AUTH_SOCK,TMPDIR",
      "--allow-sys=hostname",
      `--target=${target}`,
      "--include=LICENSE",
    ]);
    const output = args.find((arg) => arg.startsWith("--output="))!;
    assertMatch(output, new RegExp(`/xpm-copy-\\d+\\.\\d+\\.\\d+-${target}$`));
  }
});
