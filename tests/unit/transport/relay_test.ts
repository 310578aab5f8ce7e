import { assert, assertEquals, assertNotEquals } from "@std/assert";
import {
  acceptedServer,
  clientArguments,
  nameText,
  readWords,
  type RelayRequest,
  serverWords,
} from "../../../lib/transport/relay.ts";
import { bytesOf } from "../../../lib/system/byte_text.ts";
import { rsyncVersion } from "../../../lib/transport/rsync_version.ts";
import { findProgram } from "../../../scripts/setup.ts";

const hasRsync = await findProgram("rsync") !== undefined;

const REQUEST: RelayRequest = {
  from: "/ws",
  to: "/dst/.xpm-staging/x",
  folders: ["jobs/t/1/"],
  rules: ["- /jobs/t/*/t.pid", "- a b"],
  openFolders: false,
  trust: "size and time",
  sparse: false,
  bandwidthLimit: 0,
  quiet: 0,
  version: "3.2.7",
  otherVersion: "3.2.7",
  otherProgram: "rsync",
  built: "Ls",
  onProgress: () => {},
};

/** What changes the words of a server each by itself. */
const MORE: Partial<RelayRequest>[] = [
  { withoutLinks: true },
  { isFlat: true },
  { shared: { group: 5, permissions: 0o770 } },
];
/** All that changes the words of a server. */
const REQUESTS: [RelayRequest, number][] = [true, false].flatMap((sparse) =>
  (["size and time", "size", "bytes"] as const).flatMap((trust) =>
    [0, 500].flatMap((bandwidthLimit) =>
      [true, false].flatMap((openFolders) =>
        [0, 300].flatMap((timeout) =>
          [{}, ...MORE].map((more): [RelayRequest, number] => [
            { ...REQUEST, sparse, trust, bandwidthLimit, openFolders, ...more },
            timeout,
          ])
        )
      )
    )
  )
);

/** What this machine's rsync asks its remote shell to start. */
function asked(request: RelayRequest, timeout: number): string[] {
  const { stdout } = new Deno.Command("sh", {
    args: ["-c", `rsync --rsh='sh -c '\\''printf "%s\\0" "$@" >&3'\\'' rsh' "$@" 3>&1`, "sh"]
      .concat(clientArguments(request, timeout)),
    stdin: "null",
    stderr: "null",
  }).outputSync();
  return new TextDecoder().decode(stdout).split("\0").slice(0, -1);
}

Deno.test({
  name: "serverWords() are what this machine's rsync asks for, whatever it is told",
  ignore: !hasRsync,
  fn() {
    const line = new Deno.Command("rsync", { args: ["--version"] }).outputSync().stdout;
    const said = new TextDecoder().decode(line);
    const version = rsyncVersion(said.split("\n")[0]!);
    const built = [["symtimes", "L"], ["iconv", "s"]] as const;
    const letters = built.filter(([name]) => !said.includes(`no ${name}`) && said.includes(name));
    for (const [one, timeout] of REQUESTS) {
      const request = {
        ...one,
        version,
        otherVersion: version,
        built: letters.map(([, letter]) => letter).join(""),
      };
      const words = asked(request, timeout);
      const accepted = acceptedServer(words, request, timeout);
      assertEquals(accepted, words.slice(2), `${JSON.stringify(request)} ${timeout}`);
    }
  },
});

/** What clients ask for, as it was seen. */
const SEEN: [version: string, built: string, isFlat: boolean, letters: string][] = [
  ["3.1.3", "Ls", false, "iLsfxC"],
  ["3.1.3", "Ls", true, "LsfxC"],
  ["3.2.7", "Ls", false, "iLsfxCIvu"],
  ["3.2.7", "L", false, "iLfxCIvu"],
  ["3.5.0", "Ls", true, "LsfxCIvu"],
];

Deno.test("acceptedServer() takes the exact command of rsync 3.1.3, 3.2.7 and 3.5.0", () => {
  for (const [version, built, isFlat, letters] of SEEN) {
    const request = { ...REQUEST, version, built, isFlat };
    const command = serverWords(request, 300);
    assertEquals(command[3], `-lHogDtp${isFlat ? "" : "r"}Re.${letters}`);
    assertEquals(acceptedServer(command, request, 300), command.slice(2));
  }
});

Deno.test("acceptedServer() lets only an rsync that is not known yet tell more of what it knows", () => {
  const more = (letters: string, version: string) => {
    const request = { ...REQUEST, version };
    const command = serverWords(request, 300);
    const asked = command.with(3, command[3] + letters);
    const accepted = acceptedServer(asked, request, 300);
    if (accepted !== undefined) assertEquals(accepted, asked.slice(2));
    return accepted !== undefined;
  };
  assert(more("w", "3.6.0"));
  assert(more("wxyz", "4.0.0"));
  for (const version of ["3.1.3", "3.2.7", "3.4.1", "3.5.0", "3.5.9"]) assert(!more("w", version));
  for (const letters of ["-", "w -M", ".", "1", " ", "=", "wxyzwxyzw"]) {
    assert(!more(letters, "3.6.0"));
  }
});

/** Numbers that seem to be random, the same in each run. */
function* numbers(seed: number): Generator<(below: number) => number> {
  const next = (below: number) => {
    seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
    return Math.floor(seed / 2 ** 32 * below);
  };
  for (;;) yield next;
}

/** Words that could do harm, or lead elsewhere. */
const ODD = ["--delete", "--remove-source-files", "-e", "sh", "/etc", "..", "--sender", "--daemon"]
  .concat(["", "-", "--", "./", ". .", "$(id)", "`id`", ";", "\n", "a\0b", "RELAY", "rsync"])
  .concat(["--log-file=/x", "--temp-dir=/", "--backup-dir=/", "--partial-dir=/x", "--rsh=id"])
  .concat(["--files-from=/etc/passwd", "--config=/x", "-M--rsh=id", "--write-devices", "--super"])
  .concat(["--copy-as=root", "--usermap=*:0", "--inplace=", "--timeout=0", "-s", "-lHogDtprRe"]);

/** A command with something in it changed. */
function damaged(command: readonly string[], random: (below: number) => number): string[] {
  const words = [...command];
  const at = random(words.length);
  const odd = ODD[random(ODD.length)]!;
  const word = words[at]!;
  const place = random(word.length + 1);
  const letter = String.fromCharCode(random(128));
  switch (random(9)) {
    case 0:
      return words.toSpliced(at, 1);
    case 1:
      return words.toSpliced(at, 0, odd);
    case 2:
      return words.with(at, odd);
    case 3:
      return words.with(at, word.slice(0, place) + letter + word.slice(place));
    case 4:
      return words.with(at, word.slice(0, place) + word.slice(place + 1));
    case 5:
      return words.with(at, word + odd);
    case 6:
      return words.with(at, words[random(words.length)]!).with(random(words.length), word);
    case 7:
      return words.slice(0, at);
    default:
      return words.toSpliced(at, 0, word);
  }
}

Deno.test("acceptedServer() takes of 100,000 damaged commands none but the exact one", () => {
  const [random] = [numbers(20).next().value!];
  let undamaged = 0;
  for (let count = 0; count < 100_000; count++) {
    const [one, timeout] = REQUESTS[random(REQUESTS.length)]!;
    const [version, built] = SEEN[random(SEEN.length)]!;
    const request = { ...one, version, built };
    const command = serverWords(request, timeout);
    let tried = damaged(command, random);
    while (tried.length > 0 && random(3) === 0) tried = damaged(tried, random);
    const isExact = tried.length === command.length &&
      tried.every((word, index) => word === command[index]);
    const accepted = acceptedServer(tried, request, timeout);
    assertEquals(accepted, isExact ? command.slice(2) : undefined, JSON.stringify(tried));
    if (isExact) undamaged++;
  }
  assert(undamaged < 5_000, `${undamaged}`); // a word put in the place of the same word
});

/** Bytes in parts, all in the same memory. */
async function* cut(whole: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  const memory = new Uint8Array(size);
  for (let at = 0; at < whole.length; at += size) {
    const part = whole.subarray(at, at + size);
    memory.set(part);
    yield memory.subarray(0, part.length);
  }
}

Deno.test("readWords() reads them however they are cut, and leaves what follows", async () => {
  const whole = bytesOf("RELAY\0rsync\0-x\0\0\0\x01binary\0\0");
  for (let size = 1; size <= whole.length; size++) {
    const stream = cut(whole, size);
    const { words, rest } = (await readWords(stream))!;
    assertEquals(words, ["RELAY", "rsync", "-x"]);
    const bytes = [...rest];
    for await (const part of stream) bytes.push(...part);
    assertEquals(new Uint8Array(bytes), bytesOf("\0\x01binary\0\0"));
  }
});

Deno.test("readWords() gives up where there are none, and where they have no end", async () => {
  async function* short() {
    yield bytesOf("RELAY\0rsync\0");
  }
  async function* endless() {
    for (;;) yield new Uint8Array(1 << 12).fill(65);
  }
  assertEquals(await readWords(short()), undefined);
  assertEquals(await readWords(endless()), undefined);
});

for (const shell of ["dash", "bash", "ksh", "zsh", "mksh", "busybox"]) {
  Deno.test({
    name: `nameText() is what printf of ${shell} makes names of`,
    ignore: await findProgram(shell) === undefined,
    async fn() {
      const bytes = Array.from({ length: 255 }, (_, index) => index + 1);
      const every = new TextDecoder("latin1").decode(new Uint8Array(bytes)).replace("/", "");
      const names = [
        ...["jobs/t/1/", "a b", "a\nb", "-n", "\\0101", "%s", "é", "\udcff0", "x\n", every],
        ...Array.from({ length: 3000 }, (_, index) => `jobs/some.task/${index}/`),
      ];
      const script = 'set -f; list=$(cat); IFS="\n"; for part in $list; do printf %b "$part"; done';
      const as: Record<string, string[]> = { busybox: ["sh"], zsh: ["--emulate", "sh"] };
      const args = [...as[shell] ?? [], "-c", script];
      const child = new Deno.Command(shell, {
        args,
        env: { LC_ALL: "C" },
        stdin: "piped",
        stdout: "piped",
      });
      const running = child.spawn();
      const output = running.output();
      const writer = running.stdin.getWriter();
      const text = nameText(names);
      assertNotEquals(text.split("\n").length, 1);
      await writer.write(bytesOf(text));
      await writer.close();
      assertEquals((await output).stdout, bytesOf(names.map((name) => `${name}\0`).join("")));
    },
  });
}
