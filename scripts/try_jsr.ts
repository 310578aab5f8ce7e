/**
 * Tries the package end to end as JSR serves it, against a registry on this machine: publishing,
 * the program under the README's flags, installing, and a program that imports it.
 *
 *   deno task try:jsr --registry=FILE --std=DIR
 *
 * FILE is a program that serves packages as JSR does (`--port N --std DIR --pkg DIR --out DIR`, and
 * says `ready URL`); DIR is a checkout of denoland/std. Neither is part of this project.
 *
 * @module
 */

import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { realpathSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { startSshd } from "../tests/support/sshd.ts";
import { ROOT } from "./modules.ts";
import { makeSample } from "./sample.ts";

/** What a program that was run has said. */
interface Outcome {
  code: number;
  said: string;
}

/** A place for one trial: folders, and the environment in which JSR is the registry here. */
class Trial {
  readonly root: string = realpathSync(mkdtempSync(join(tmpdir(), "xpm-j-")));
  readonly #url: string;

  constructor(url: string) {
    this.#url = url;
  }

  folder(name: string): string {
    const path = join(this.root, name);
    mkdirSync(path, { recursive: true });
    return path;
  }

  async run(program: string, args: string[], cwd = this.root): Promise<Outcome> {
    const { code, stdout, stderr } = await new Deno.Command(program, {
      args,
      cwd,
      env: {
        JSR_URL: this.#url,
        DENO_DIR: join(this.root, "deno_dir"),
        DENO_NO_UPDATE_CHECK: "1",
        NO_COLOR: "1",
        TMPDIR: this.folder("tmp"),
      },
      stdin: "null",
    }).output();
    const said = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes)).join("");
    return { code, said };
  }

  deno(args: string[], cwd?: string): Promise<Outcome> {
    return this.run(Deno.execPath(), args, cwd);
  }
}

/** Says how one step went; throws when it did not go as it should. */
function report(step: string, { code, said }: Outcome, expected = ""): void {
  if (code !== 0 || !said.includes(expected)) throw new Error(`${step}: exit ${code}\n${said}`);
  console.log(`ok  ${step}`);
}

/** Starts the registry with this package published; gives its address. */
async function serve(registry: string, std: string, out: string) {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-lock", "--no-config", registry, "--std", std]
      .concat("--pkg", ROOT, "--out", out),
    stdout: "piped",
    env: { NO_COLOR: "1" },
  }).spawn();
  let text = "";
  for await (const piece of child.stdout.pipeThrough(new TextDecoderStream())) {
    text += piece;
    const url = /^ready (\S+)$/m.exec(text)?.[1];
    if (url !== undefined) return { url, child };
  }
  throw new Error(`the registry ended:\n${text}`);
}

/** What was published: how many files, how large. */
function measure(folder: string): string {
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" })
    .map((name) => statSync(join(folder, name))).filter((info) => info.isFile());
  const bytes = files.reduce((sum, { size }) => sum + size, 0);
  return `${files.length} files, ${(bytes / 1024).toFixed(0)} KiB`;
}

/** The flags that the README gives for a copy between these folders. */
function flags(read: string[], write: string[], programs: string): string[] {
  return [
    "--no-prompt",
    `--allow-run=${programs}`,
    `--allow-read=${read.join(",")}`,
    `--allow-write=${write.join(",")}`,
    "--allow-env=HOME,PATH,TMPDIR,SSH_AUTH_SOCK,LOG_TOKENS,LOG_STREAM",
    "--allow-sys=statfs",
  ];
}

async function tryProgram(trial: Trial): Promise<void> {
  report(
    "deno run -A jsr:@xpm/copy --help",
    await trial.deno(["run", "-A", "jsr:@xpm/copy", "--help"]),
    "xpm-copy",
  );
  const from = join(trial.root, "from");
  const { experimentId } = makeSample(from, { jobs: 3 });
  for (const name of ["jsr:@xpm/copy", "jsr:@xpm/copy/cli"]) {
    const to = join(trial.root, name.replace(/\W/g, "-"));
    const settings = trial.folder("settings");
    const args = ["--from", from, "--to", to, "--settings", join(settings, "none.yaml"), "--yes"];
    writeFileSync(join(settings, "none.yaml"), "workspaces: []\n");
    const granted = flags([settings, from, to], [to], "rsync,tar");
    const outcome = await trial.deno(["run", ...granted, name, experimentId, ...args]);
    report(`a copy through ${name} under the README's flags`, outcome, "Copied 3 jobs");
  }
}

async function tryRemote(trial: Trial): Promise<void> {
  await using sshd = await startSshd();
  const [from, to] = [join(trial.root, "from"), join(trial.root, "remote")];
  const settings = join(trial.folder("settings"), "remote.yaml");
  const ssh = { host: sshd.host, options: sshd.options };
  const workspaces = [{ id: "here", path: from }, { id: "there", path: to, ssh }];
  writeFileSync(settings, JSON.stringify({ workspaces })); // JSON is YAML
  const granted = flags([trial.folder("settings"), from], [trial.folder("tmp")], "rsync,ssh");
  const args = ["neuralir", "--from", "here", "--to", "there", "--settings", settings, "--yes"];
  const outcome = await trial.deno(["run", ...granted, "jsr:@xpm/copy", ...args]);
  report("a copy over ssh under the README's flags", outcome, "Copied 3 jobs");
}

async function tryInstalled(trial: Trial): Promise<void> {
  const root = trial.folder("installed");
  const install = ["install", "-g", "-A", "-n", "xpm-copy", "--root", root, "jsr:@xpm/copy"];
  report("deno install -g -n xpm-copy", await trial.deno(install));
  const program = join(root, "bin", "xpm-copy");
  report("xpm-copy --version, installed", await trial.run(program, ["--version"]), "xpm-copy ");
}

const IMPORTING = `
import { copyExperiment, type CopyResult, getWorkspace, loadSettings } from "@xpm/copy";
import { run } from "@xpm/copy/cli";
const copy: (...args: Parameters<typeof copyExperiment>) => Promise<CopyResult> = copyExperiment;
console.log(copy.name, typeof getWorkspace, typeof loadSettings, await run(["--version"]));
`;

async function tryImported(trial: Trial): Promise<void> {
  const folder = trial.folder("importing");
  writeFileSync(join(folder, "deno.json"), "{}\n");
  writeFileSync(join(folder, "main.ts"), IMPORTING);
  report("deno add jsr:@xpm/copy", await trial.deno(["add", "jsr:@xpm/copy"], folder));
  report("deno check of a program that imports it", await trial.deno(["check", "main.ts"], folder));
  const outcome = await trial.deno(["run", "-A", "main.ts"], folder);
  report("that program, run", outcome, "copyExperiment function function 0");
}

async function tryAll(registry: string, std: string): Promise<void> {
  const published = mkdtempSync(join(tmpdir(), "xpm-published-"));
  const { url, child } = await serve(registry, std, published);
  const trial = new Trial(url);
  try {
    const dry = ["publish", "--dry-run", "--allow-dirty", "--no-lock"];
    report("deno publish --dry-run", await trial.deno(dry, ROOT), "Dry run complete");
    console.log(`ok  deno publish: ${measure(published)}`);
    await tryProgram(trial);
    await tryRemote(trial);
    await tryInstalled(trial);
    await tryImported(trial);
  } finally {
    child.kill();
    rmSync(trial.root, { recursive: true });
    rmSync(published, { recursive: true });
  }
}

if (import.meta.main) {
  const options = { registry: { type: "string" }, std: { type: "string" } } as const;
  const { registry = "", std = "" } = parseArgs({ options }).values;
  const missing = [
    ...(existsSync(registry)
      ? []
      : ["--registry=FILE, a program that serves packages as JSR does"]),
    ...(std !== "" && existsSync(join(std, "deno.json"))
      ? []
      : ["--std=DIR, a checkout of denoland/std"]),
  ];
  if (missing.length > 0) {
    console.error(`try:jsr lacks ${missing.join("; ")}`);
    Deno.exit(1);
  }
  try {
    await tryAll(resolve(registry), resolve(std));
  } catch (error) {
    console.error(`try:jsr: ${(error as Error).message}`);
    Deno.exit(1);
  }
}
