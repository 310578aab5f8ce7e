import { assert, assertEquals } from "@std/assert";
import { type JsonNode, quote, readJson } from "../../../lib/text/json.ts";

/** Where the two differ on purpose: very deep nesting, and integers of more than 4300 digits. */
const DEPTH = 40;

const PROGRAM = `
import json, sys
def shape(v):
    if isinstance(v, str): return ["s", v]
    if v is None or isinstance(v, bool): return ["w", str(v)]
    if isinstance(v, list): return ["a", [shape(i) for i in v]]
    if isinstance(v, dict): return ["o", [[k, shape(v[k])] for k in v]]
    try: return ["n", repr(float(v))]
    except OverflowError: return ["n", "inf" if v > 0 else "-inf"]
def read(text):
    try: return shape(json.loads(text))
    except (ValueError, RecursionError): return None
given = json.load(sys.stdin)
json.dump({"read": [read(t) for t in given["texts"]],
           "dumps": [json.dumps(t) for t in given["strings"]]}, sys.stdout)
`;

type Shape = ["s" | "w" | "n", string] | ["a", Shape[]] | ["o", [string, Shape][]];

async function runs(program: string): Promise<boolean> {
  try {
    return (await new Deno.Command(program, { args: ["--version"] }).output()).success;
  } catch {
    return false;
  }
}

async function askPython(
  texts: string[],
  strings: string[],
): Promise<{ read: (Shape | null)[]; dumps: string[] }> {
  const child = new Deno.Command("python3", {
    args: ["-c", PROGRAM],
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const [answer] = await Promise.all([
    new Response(child.stdout).json(),
    new Response(JSON.stringify({ texts, strings })).body!.pipeTo(child.stdin),
  ]);
  assertEquals((await child.status).code, 0);
  return answer;
}

/** A generator of numbers from 0 up to n, the same in every run. */
function seeded(seed: number): (n: number) => number {
  return (n) => {
    seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
    return Math.floor(seed / 2 ** 32 * n);
  };
}

const SCALARS =
  "0 -0 -0.0 1e-07 1E+5 12345678901234567890 NaN Infinity -Infinity true false null " +
  '3.25 1e400 -1e-400 "" "a" "é" "\\u00e9" "\\ud83d\\ude00" "\\ud800" "\\n\\"\\\\" "\u007f" "/ws"';
const SPACES = ["", " ", "\n", "\t", "\r\n", "  "];
const ODD = "{}[]\",:\\ \n\t0123456789.eE+-NaInfityrulsxX/*'#é\u00a0\ufeff\u0000\u2028_";

function randomJson(pick: (n: number) => number, depth: number): string {
  const space = () => SPACES[pick(SPACES.length)]!;
  const scalars = SCALARS.split(" ");
  const kind = pick(depth > 4 ? 2 : 4);
  const count = pick(4);
  const many = (make: () => string) => Array.from({ length: count }, make).join(",");
  const item = () => space() + randomJson(pick, depth + 1) + space();
  if (kind === 2) return `[${count === 0 ? space() : many(item)}]`;
  if (kind === 3) {
    const key = () =>
      `${space()}"${["a", "b", "type", "\\u0061", ""][pick(5)]}"${space()}:${item()}`;
    return `{${count === 0 ? space() : many(key)}}`;
  }
  return scalars[pick(scalars.length)]!;
}

function mutated(content: string, pick: (n: number) => number): string {
  const at = pick(content.length + 1);
  const odd = ODD[pick(ODD.length)]!;
  const cut = pick(3);
  return content.slice(0, at) + (cut === 2 ? "" : odd) + content.slice(at + (cut === 0 ? 0 : 1));
}

function shape(node: JsonNode): Shape {
  if (node.kind === "string") return ["s", node.value];
  if (node.kind === "array") return ["a", node.items.map(shape)];
  if (node.kind === "object") {
    return ["o", [...new Map(node.entries.map(([key, value]) => [key, shape(value)]))]];
  }
  if (typeof node.value === "number") return ["n", String(node.value)];
  return ["w", node.value === null ? "None" : node.value ? "True" : "False"];
}

/** Python's spelling of a number as ours. */
function asOurs(theirs: Shape): Shape {
  if (theirs[0] === "a") return ["a", theirs[1].map(asOurs)];
  if (theirs[0] === "o") return ["o", theirs[1].map(([key, value]) => [key, asOurs(value)])];
  if (theirs[0] !== "n") return theirs;
  return ["n", String(Number(theirs[1].replace("inf", "Infinity").replace("nan", "NaN")))];
}

function ours(content: string): Shape | null {
  try {
    return shape(readJson(content));
  } catch (error) {
    assert(error instanceof SyntaxError, `${content}: ${error}`);
    return null;
  }
}

const python = await runs("python3");

Deno.test({
  name: "readJson() accepts and refuses what Python's json.loads does, and reads the same",
  ignore: !python,
  async fn() {
    const pick = seeded(20260118);
    const texts: string[] = ["[".repeat(DEPTH) + "]".repeat(DEPTH), "9".repeat(4300)];
    for (let index = 0; index < 1500; index++) {
      let content = randomJson(pick, 0);
      texts.push(content);
      for (let times = 0; times < 3; times++) texts.push(content = mutated(content, pick));
    }
    const { read } = await askPython(texts, []);
    let refused = 0;
    for (const [index, content] of texts.entries()) {
      const theirs = read[index] ?? null;
      if (theirs === null) refused++;
      assertEquals(ours(content), theirs && asOurs(theirs), JSON.stringify(content));
    }
    assert(refused > 500 && refused < texts.length - 1500, `${refused} refused`);
  },
});

Deno.test({
  name: "quote() spells what Python's json.dumps does",
  ignore: !python,
  async fn() {
    const pick = seeded(7);
    const strings = Array.from(
      { length: 500 },
      () =>
        String.fromCharCode(...Array.from({ length: pick(8) }, () => pick(pick(2) ? 300 : 65536))),
    );
    const { dumps } = await askPython([], strings);
    assertEquals(strings.map(quote), dumps);
  },
});

Deno.test("readJson() reads an integer of more digits than Python 3.11 takes", () => {
  assertEquals(readJson("9".repeat(4301)).kind, "other");
});
