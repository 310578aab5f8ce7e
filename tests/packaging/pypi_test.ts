/**
 * The Python package: the wheel is built, installed into an empty venv, and used. What the functions
 * do is tested in Python, in `python/`.
 *
 * @module
 */

import { assert, assertEquals, assertMatch, assertThrows } from "@std/assert";
import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import config from "../../deno.json" with { type: "json" };
import { CHILD_VARIABLES } from "../../lib/system/environment.ts";
import {
  buildPypi,
  type Built,
  checkPypi,
  pythonVersion,
  WHEEL_LIMIT,
} from "../../scripts/build_pypi.ts";
import { blocksOf, DOCUMENTS } from "../../scripts/documents.ts";
import { moduleFlags, ROOT } from "../../scripts/modules.ts";
import { makeSample } from "../../scripts/sample.ts";
import { ensureExperimaestro, ensurePythonTools, VERSIONS } from "../../scripts/setup.ts";
import { type Outcome, Trial } from "../../scripts/trial.ts";
import { installWheel } from "../../scripts/try_pypi.ts";
import { hasSshd, startSshd } from "../support/sshd.ts";

const tools = await ensurePythonTools();
const sshdFound = await hasSshd();
/** The versions of experimaestro that have the module `copy_experiment`. */
const RIVALS = VERSIONS.filter((version) => /^2\.[567]\./.test(version));
const wanted = Deno.env.get("XPM_VERSIONS") === "all" ? RIVALS : RIVALS.slice(-1);

/** The wheel, installed. */
interface Installed {
  trial: Trial;
  built: Built;
  bin: string;
  python: string;
}

let installed: Promise<Installed> | undefined;
/** Builds and installs the wheel when the first test asks for it. */
const install = () =>
  installed ??= (async () => {
    const trial = new Trial();
    const built = await buildPypi(join(trial.root, "pypi"));
    makeSample(join(trial.root, "sample"), { jobs: 3 });
    makeSample(join(trial.root, "sample"), { jobs: 2, runId: "20260119_170744" });
    const bin = await installWheel(trial, "python3", built.wheel, tools!.wheels);
    return { trial, built, bin, python: join(bin, "python") };
  })();
Deno.test.afterAll(async () => (await installed?.catch(() => undefined))?.trial[Symbol.dispose]());

function test(name: string, fn: (wheel: Installed) => Promise<void>, lacks = false): void {
  Deno.test({ name, ignore: lacks || tools === undefined, fn: async () => fn(await install()) });
}

/** Runs a file of Python's unittest where the wheel is installed. */
async function unittest(
  { python, trial }: Installed,
  file: string,
  env: Record<string, string> = {},
): Promise<void> {
  await using sshd = sshdFound ? await startSshd() : undefined;
  const ssh = sshd && JSON.stringify({ host: sshd.host, options: sshd.options });
  const { code, stderr } = await new Deno.Command(python, {
    args: ["-B", join(ROOT, "tests", "packaging", "python", file)],
    env: {
      NO_COLOR: "1",
      XPM_SAMPLE: join(trial.root, "sample"),
      XPM_DOCUMENT: join(ROOT, "docs", "python.md"),
      ...(ssh === undefined ? {} : { XPM_SSH: ssh }),
      ...env,
    },
    stdin: "null",
    stdout: "null",
  }).output();
  const said = new TextDecoder().decode(stderr);
  assertEquals(code, 0, said);
  assertMatch(said, /Ran [1-9]\d* tests/);
}

function assertSaid({ code, said }: Outcome, expected: string): void {
  assertEquals([code, said.includes(expected)], [0, true], said);
}

test("buildPypi() makes one small wheel for all platforms, with nothing of this machine in it", async ({ built, trial, python }) => {
  const offline = (await moduleFlags()).length > 0;
  assertEquals(built.version, config.version + (offline ? "+offline" : ""));
  // PyPI takes no such version, nor does the check
  assertEquals(checkPypi(join(trial.root, "pypi"))!.length > 0, offline);
  assert(built.wheel.endsWith(`xpm_copy-${built.version}-py3-none-any.whl`));
  assert(statSync(built.wheel).size < WHEEL_LIMIT, `${statSync(built.wheel).size} bytes`);
  const folder = trial.folder("unpacked");
  await trial.run(python, ["-m", "zipfile", "-e", built.wheel, folder]);
  const names = [...Deno.readDirSync(join(folder, "xpm_copy"))].map(({ name }) => name).sort();
  const sources = [...Deno.readDirSync(join(ROOT, "scripts", "pypi", "src", "xpm_copy"))]
    .map(({ name }) => name).filter((name) => name !== "__pycache__");
  assertEquals(names, [...sources, "_built.py", "xpm-copy.mjs"].sort());
  for (const name of names) {
    const text = readFileSync(join(folder, "xpm_copy", name), "utf8");
    assert(!text.includes(ROOT) && !text.includes("file:///"), name);
  }
  const [info] = [...Deno.readDirSync(folder)].filter(({ name }) => name.endsWith(".dist-info"));
  assert(existsSync(join(folder, info!.name, "licenses", "LICENSE")));
});

Deno.test("pythonVersion() writes a version as Python does, and marks one with stand-ins", () => {
  assertEquals(pythonVersion("1.2.3", false), "1.2.3");
  assertEquals(pythonVersion("1.2.3-rc.1", false), "1.2.3rc1");
  assertEquals(pythonVersion("1.2.3-beta.2", true), "1.2.3b2+offline");
  assertThrows(() => pythonVersion("1.2.3-next.1", false), Error, "1.2.3-next.1");
});

test("buildPypi() grants what the README does, and the variables of all programs", async ({ python }) => {
  const text = "from xpm_copy import _built as b; print(b.RUN, b.ENV, b.SYS)";
  const { stdout } = await new Deno.Command(python, { args: ["-c", text] }).output();
  const said = new TextDecoder().decode(stdout).replaceAll("'", '"');
  const [run, env, sys] = said.split(/(?<=\]) /).map((list) => JSON.parse(list));
  assertEquals([run, sys], [["df", "rsync", "ssh", "sync", "tar", "test"], ["hostname"]]);
  assertEquals(env, [...new Set([...CHILD_VARIABLES, "XDG_CONFIG_HOME"])].sort());
});

test("buildPypi() makes the same bytes again", async ({ built, trial }) => {
  const again = await buildPypi(join(trial.root, "again"));
  assertEquals(readFileSync(again.wheel), readFileSync(built.wheel));
});

test("buildPypi() makes a recipe that conda's builder understands", async ({ built, trial }) => {
  const judge = join(trial.root, "judge.py");
  writeFileSync(judge, JUDGE);
  const { code, said } = await trial.run(tools!.python, [judge, built.recipe]);
  assertEquals([code, said.trim()], [0, `xpm-copy ${built.version} python`]);
  const wrong = readFileSync(built.recipe, "utf8").replace("noarch:", "noarhc:");
  writeFileSync(join(trial.root, "wrong.yaml"), wrong);
  const refused = await trial.run(tools!.python, [judge, join(trial.root, "wrong.yaml")]);
  assertEquals(refused.code, 1, refused.said);
});

const JUDGE = `
import sys
from rattler_build import Stage0Recipe, VariantConfig
recipe = Stage0Recipe.from_yaml(open(sys.argv[1]).read())
[variant] = recipe.render(VariantConfig({"python_min": ["3.10"]}))
told = variant.recipe.to_dict()
print(told["package"]["name"], told["package"]["version"], told["build"]["noarch"])
`;

test("xpm-copy of the wheel copies to a host, and from one", async ({ trial, bin }) => {
  const program = (args: string[]) => trial.run(join(bin, "xpm-copy"), args);
  await trial.copyOverSsh("xpm-copy of the wheel copies to a host", program);
  await trial.copyFromSsh("xpm-copy of the wheel copies from a host", program);
}, !sshdFound);

test("xpm-copy of the wheel is not led astray by what is around it", async ({ trial, bin }) => {
  const cwd = trial.folder("astray");
  writeFileSync(join(cwd, "package.json"), '{ "type": "commonjs", "dependencies": { "no": "1" } }');
  writeFileSync(join(cwd, "deno.json"), "{ this is no JSON");
  writeFileSync(join(cwd, "deno.py"), "raise SystemExit('not this one')");
  const copy = ["neuralir", "--from", join(trial.root, "from"), "--to", "./to"];
  const words = ["LD_LIBRARY_PATH=/nowhere", join(bin, "xpm-copy"), ...copy];
  assertSaid(await trial.run("env", [...words, "--yes"], cwd), "Copied 3 jobs");
});

test("xpm-copy of the wheel may read what --settings refers to", async ({ trial, bin }) => {
  const settings = join(trial.root, "referring.yaml");
  writeFileSync(settings, `workspaces: [{ id: a, path: "\${env:XPM_PLACE}/from" }]\n`);
  for (const given of [["--settings", settings], [`--settings=${settings}`]]) {
    const words = [`XPM_PLACE=${trial.root}`, join(bin, "xpm-copy"), "ls", "a", ...given];
    assertSaid(await trial.run("env", words), "neuralir");
  }
});

test("xpm-copy --scoped grants a copy what it needs, and says what keeps it from that", async ({ trial, bin }) => {
  const program = (...args: string[]) => trial.run(join(bin, "xpm-copy"), args);
  const ends = trial.writeSettings({ id: "to", path: join(trial.root, "scoped") });
  assertSaid(await program("neuralir", "--scoped", ...ends, "--yes"), "Copied 3 jobs");
  const other = await program("other", "--scoped", ...ends);
  assertEquals(other.code, 4);
  assertMatch(other.said, /^xpm-copy: .*other.*\n {2}\S/);
  const json = await program("other", "--scoped", ...ends, "--json");
  const told = json.said.trim().split("\n").map((line) => JSON.parse(line));
  assertEquals(told.map(({ type }) => type), ["error", "summary"]);
  assertEquals([told[1].exitCode, json.code], [4, 4]);
  for (const command of ["ls", "clean", "permissions", "doctor"]) {
    const { code, said } = await program(command, "--scoped");
    assertEquals([code, said.includes("--scoped is for copies")], [2, true], said);
  }
});

test("the Python functions do what they say", (wheel) => unittest(wheel, "test_functions.py"));

for (const version of wanted) {
  const bin = await ensureExperimaestro(version);
  Deno.test({
    name: `the Python functions take the place of those of experimaestro ${version}`,
    ignore: tools === undefined || bin === undefined,
    async fn() {
      const lib = join(bin!, "..", "lib");
      const [python] = [...Deno.readDirSync(lib)].filter(({ name }) => name.startsWith("python"));
      const packages = join(lib, python!.name, "site-packages");
      await unittest(await install(), "test_experimaestro.py", { PYTHONPATH: packages });
    },
  });
}

test("mypy --strict finds nothing in the Python package, nor in a program that uses it", async ({ trial, python }) => {
  const program = join(trial.root, "typed.py");
  writeFileSync(program, TYPED);
  const strict = ["-m", "mypy", "--strict", "--no-error-summary", "--python-executable", python];
  const cache = ["--cache-dir", join(trial.root, "mypy")];
  const own = await trial.run(tools!.python, [...strict, ...cache, "-p", "xpm_copy"]);
  assertEquals([own.code, own.said], [0, ""]);
  const user = await trial.run(tools!.python, [...strict, ...cache, program]);
  assertEquals(user.code, 1);
  const lines = TYPED.split("\n").flatMap((line, n) => line.endsWith("# wrong") ? [n + 1] : []);
  const told = [...user.said.matchAll(/typed\.py:(\d+): error/g)].map(([, line]) => Number(line));
  assertEquals(told, lines, user.said);
});

const TYPED = `
from dataclasses import dataclass
from pathlib import Path
from xpm_copy import CopyError, CopyResult, Event, copy_experiment, list_runs, resolve_current_run

@dataclass
class Settings:
    id: str
    path: Path

def watch(event: Event) -> None:
    print(event["type"])

result: CopyResult = copy_experiment(Settings("a", Path("/x")), "b", "exp", on_event=watch)
run: str | None = resolve_current_run(Path("/x"), "exp")
names: list[str] = list_runs("HOST:~/x", "exp")
try:
    copy_experiment("a", "b", "exp", dry_run=True, exclude=["*.ckpt"], map={"/a": "/b"})
except CopyError as error:
    code: str = error.code
copy_experiment(1, "b", "exp")  # wrong
copy_experiment("a", "b", "exp", include=True)  # wrong
count: str = result.jobs_copied  # wrong
from xpm_copy import copy_experiments  # wrong
`;

test("what docs/python.md shows in Python runs", async ({ trial, python }) => {
  const blocks = blocksOf("docs/python.md", DOCUMENTS.get("docs/python.md")!);
  const programs = blocks.filter(({ body }) => body.includes("from xpm_copy import"));
  assert(programs.length >= 3, `only ${programs.length}`);
  const home = trial.folder("home");
  const settings = join(trial.folder("home/.config/experimaestro"), "settings.yaml");
  for (const { body, line } of programs.filter(({ language }) => language === "python")) {
    const to = join(home, `to-${line}`);
    const workspaces = [{ id: "cluster", path: join(trial.root, "sample") }, {
      id: "local",
      path: to,
    }];
    writeFileSync(settings, JSON.stringify({ workspaces }));
    const outcome = await trial.run("env", [`HOME=${home}`, python, "-c", body]);
    assertEquals(outcome.code, 0, `docs/python.md:${line}\n${outcome.said}`);
    assert(
      existsSync(join(to, "experiments", "neuralir")),
      `docs/python.md:${line} copied nothing`,
    );
  }
});
