import { assert, assertEquals, assertThrows } from "@std/assert";
import { Findings } from "../../../lib/rewrite/findings.ts";
import { joined } from "../../../lib/system/streams.ts";
import { climbsOut, pathMap, relocatePath } from "../../../lib/rewrite/path_map.ts";
import { addTags, markEnded, relocate, type Relocated } from "../../../lib/rewrite/relocate.ts";
import { type DocumentKind, runDocumentKind } from "../../../lib/workspace/documents.ts";
import { readRunStatus } from "../../../lib/workspace/runs.ts";
import { rootsOf } from "../../support/roots.ts";

const DESTINATION = `/home/me/new é "ws"`;
/** The same as it stands in a JSON text. */
const NEW = String.raw`/home/me/new \u00e9 \"ws\"`;

/** `/ws` is how the source is configured, `/mnt/disk/ws` where it is; its jobs are on scratch. */
const MAP = pathMap({
  workspace: ["/ws", "/mnt/disk/ws"],
  moved: ["/fast/nlp"],
  jobs: "/scratch/me/jobs",
  experiments: "/mnt/disk/ws/experiments",
  partials: "/mnt/disk/ws/partials",
  destination: DESTINATION,
});

/** What becomes of a text that names no path. */
const NOTHING: Relocated = { text: undefined, outside: [], inside: [], notes: [] };

/** Relocates a text, and gives what it is afterwards. */
function relocated(kind: DocumentKind, content: string, jobPath?: string): string {
  return relocate(kind, content, MAP, jobPath).text ?? content;
}

Deno.test("pathMap() puts the longest folder first, in every spelling", () => {
  assertEquals(MAP.destination, DESTINATION);
  assertEquals(MAP.pairs, [
    ["/mnt/disk/ws/experiments", `${DESTINATION}/experiments`],
    ["/mnt/disk/ws/partials", `${DESTINATION}/partials`],
    ["/scratch/me/jobs", `${DESTINATION}/jobs`],
    ["/mnt/disk/ws", DESTINATION],
    ["/fast/nlp", `${DESTINATION}/jobs`],
    ["/ws", DESTINATION],
  ]);
  const same = pathMap({
    workspace: ["/a", "/a"],
    moved: ["/a/jobs"],
    jobs: "/a/jobs",
    experiments: "/a/experiments",
    partials: "/a/partials",
    destination: "/b",
  });
  assertEquals(same.pairs, [
    ["/a/experiments", "/b/experiments"],
    ["/a/partials", "/b/partials"],
    ["/a/jobs", "/b/jobs"],
    ["/a", "/b"],
  ]);
});

Deno.test("relocatePath() moves the source workspace and what is below it, in both spellings", () => {
  const cases: [string, string | undefined][] = [
    ["/ws", DESTINATION],
    ["/ws/", `${DESTINATION}/`],
    ["/ws/jobs/t/1/out", `${DESTINATION}/jobs/t/1/out`],
    ["/mnt/disk/ws", DESTINATION],
    ["/mnt/disk/ws/partials/x", `${DESTINATION}/partials/x`],
    ["/mnt/disk/ws/experiments/e", `${DESTINATION}/experiments/e`],
    ["/scratch/me/jobs", `${DESTINATION}/jobs`],
    ["/scratch/me/jobs/t/1/é", `${DESTINATION}/jobs/t/1/é`],
    ["/fast/nlp", `${DESTINATION}/jobs`],
    ["/fast/nlp/t/1/out", `${DESTINATION}/jobs/t/1/out`],
    ["/fast/nlp2/t/1", undefined],
    ["/fast", undefined],
    ["/ws2", undefined],
    ["/ws2/jobs/t/1", undefined],
    ["/ws.old/x", undefined],
    ["/ws-", undefined],
    ["/w", undefined],
    ["/", undefined],
    ["", undefined],
    ["ws/jobs", undefined],
    ["./ws", undefined],
    ["/WS/x", undefined],
    ["/data/ws/x", undefined],
    ["/mnt/disk/ws2", undefined],
    ["/mnt/disk", undefined],
    ["/scratch/me/jobs2/t", undefined],
    ["/scratch/me", undefined],
    ["/scratch/me/data", undefined],
  ];
  for (const [path, expected] of cases) assertEquals(relocatePath(path, MAP), expected, path);
});

Deno.test("relocatePath() takes the longest folder that holds a path", () => {
  const map = pathMap({
    workspace: ["/data"],
    moved: ["/data/scratch/moved"],
    jobs: "/data/scratch",
    experiments: "/data/scratch/experiments",
    partials: "/data/scratch/partials",
    destination: "/d",
  });
  assertEquals(relocatePath("/data/scratch/experiments/e", map), "/d/experiments/e");
  assertEquals(relocatePath("/data/scratch/t/1", map), "/d/jobs/t/1");
  assertEquals(relocatePath("/data/scratch/moved/t/1", map), "/d/jobs/t/1");
  assertEquals(relocatePath("/data/scratch2", map), "/d/scratch2");
});

Deno.test("relocatePath() leaves a path that climbs out of the workspace", () => {
  const cases: [string, string | undefined][] = [
    ["/ws/../data/x", undefined],
    ["/ws/..", undefined],
    ["/ws/jobs/../../data", undefined],
    ["/ws/./..", undefined],
    ["/ws/jobs/../data", `${DESTINATION}/jobs/../data`],
    ["/ws/./x//y/", `${DESTINATION}/./x//y/`],
    ["/ws/..x/y", `${DESTINATION}/..x/y`],
    ["/scratch/me/jobs/../data", undefined],
  ];
  for (const [path, expected] of cases) assertEquals(relocatePath(path, MAP), expected, path);
});

Deno.test("climbsOut() counts the folders on the way", () => {
  const cases: [string, boolean][] = [
    ["..", true],
    ["a/../..", true],
    ["/a/b/../../../c", true],
    ["./..", true],
    ["a/..", false],
    ["a/b/../../c", false],
    ["..a/..b", false],
    ["", false],
    ["/", false],
  ];
  for (const [path, expected] of cases) assertEquals(climbsOut(path), expected, path);
});

Deno.test("runDocumentKind() knows the files of a run that hold paths", () => {
  const cases: [string, DocumentKind | undefined][] = [
    ["objects.jsonl", "lines"],
    ["configs.json", "objects"],
    ["data/default/experimaestro.json", "objects"],
    ["status.json", "run-status"],
    ["jobs.jsonl", undefined],
    ["environment.json", undefined],
    ["events/event-0.jsonl", undefined],
    ["results/status.json", undefined],
    ["results/objects.jsonl", undefined],
    ["data/x.json", undefined],
    ["data/a/b/c.json", undefined],
    ["data/a/b.jsonl", undefined],
    ["xdata/a/b.json", undefined],
    ["configs.json.bak", undefined],
  ];
  for (const [path, kind] of cases) assertEquals(runDocumentKind(path), kind, path);
});

Deno.test("relocate() gives params.json the destination's workspace, whatever it named", () => {
  for (const workspace of ["/ws", "/mnt/disk/ws", "/ws/", "/elsewhere", ""]) {
    const content = (path: string) => `{"workspace": "${path}", "version": 3, "objects": []}`;
    assertEquals(relocate("params", content(workspace), MAP), {
      text: content(NEW),
      outside: [],
      inside: [],
      notes: [],
      ...(workspace === "/elsewhere" && { former: workspace }),
    });
  }
});

Deno.test("relocate() keeps every byte of params.json outside of the values it changes", () => {
  const content = (workspace: string, path: string, job: string) =>
    [
      '\n{ "objects" :[{"type":"Task","id":12345678901234567890,"fields":{\t"lr":1e-07,"x":NaN,',
      `"a":{"value": "${path}/in.txt" ,"type":"path"},"b":{"type":"path","value":"${job}/o"},`,
      String.raw`"t":"\u00e9é\/ws","w":"/ws","n":[-0.0,Infinity,-Infinity,{"type":"path"}],`,
      `"s":[[{"d":{"is_folder":true,"type":"path.serialized","value":"${path}"}}]]}}],`,
      `"z":{"type":"path","value":"/ws/left"},\r\n "workspace":"${workspace}","version":3 }\n`,
    ].join("");
  const cases: [string, string][] = [["/ws", "/ws/jobs/t/1"], [
    "/mnt/disk/ws",
    "/scratch/me/jobs/t/1",
  ]];
  for (const [path, job] of cases) {
    assertEquals(
      relocate("params", content("/ws", path, job), MAP),
      {
        text: content(NEW, NEW, `${NEW}/jobs/t/1`),
        outside: [],
        inside: ["in.txt", "jobs/t/1/o", ""],
        notes: [],
      },
    );
  }
});

Deno.test("relocate() leaves values with a base, of any kind", () => {
  for (const base of ["workspace", "job", "other"]) {
    const value = `{"type": "path", "value": "jobs/t/1", "base": "${base}"}`;
    for (const kind of ["params", "objects", "lines"] as const) {
      const content = `{"workspace": "${NEW}", "objects": [{"fields": {"p": ${value}}}]}`;
      assertEquals(relocate(kind, content, MAP), {
        text: undefined,
        outside: [],
        inside: base === "workspace" ? ["jobs/t/1"] : [],
        notes: [],
        ...(kind === "params" && { former: DESTINATION }),
      });
    }
  }
});

Deno.test("relocate() leaves paths outside the workspace and names each once", () => {
  const path = (value: string) => `{"type":"path","value":"${value}"}`;
  const content = (inside: string) =>
    `[${path("/ws2/x")}, ${path(inside)}, ${path("/data/é")}, ${path("relative/x")}, ${
      path("/ws2/x")
    }, ${path("")}]`;
  assertEquals(relocate("objects", content("/ws/x"), MAP), {
    text: content(`${NEW}/x`),
    outside: ["/ws2/x", "/data/é"],
    inside: ["x"],
    notes: [],
  });
});

Deno.test("relocate() names each path inside the workspace once, relative to it, however spelled", () => {
  const path = (value: string) => `{"type":"path","value":"${value}"}`;
  const values = ["/ws/x", "/mnt/disk/ws/x", "/scratch/me/jobs/t/1", "/fast/nlp/t/1", "/ws"];
  assertEquals(relocate("objects", `[${values.map(path).join(", ")}]`, MAP), {
    text: `[${
      ["/x", "/x", "/jobs/t/1", "/jobs/t/1", ""].map((below) => path(NEW + below)).join(", ")
    }]`,
    outside: [],
    inside: ["x", "jobs/t/1", ""],
    notes: [],
  });
});

Deno.test("relocate() takes for a path only what says so", () => {
  const untouched = [
    '{"type": "str", "value": "/ws/x"}',
    '{"type": "python", "value": "/ws/x"}',
    '{"type": "PATH", "value": "/ws/x"}',
    '{"type": "path.other", "value": "/ws/x"}',
    '{"type": ["path"], "value": "/ws/x"}',
    '{"value": "/ws/x"}',
    '{"type": "path", "path": "/ws/x"}',
    '{"type": "path", "value": 3}',
    '{"type": "path", "value": null}',
    '{"__path__": "/ws/x"}',
    '"/ws/x"',
    '["/ws", "/ws/x"]',
    "null",
    "{}",
  ];
  for (const content of untouched) {
    assertEquals(relocate("objects", content, MAP), NOTHING);
  }
});

Deno.test("relocate() goes into an object of type path that has no value", () => {
  const content = (path: string) =>
    `{"type": "path", "fields": {"p": {"type": "path", "value": "${path}"}}}`;
  assertEquals(relocated("objects", content("/ws/x")), content(`${NEW}/x`));
});

Deno.test("relocate() finds paths however deep, and spelled with escapes", () => {
  const deep = (path: string) =>
    '{"a":['.repeat(300) + `{"type":"path","value":"${path}"}` + "]}".repeat(300);
  assertEquals(relocated("objects", deep("/ws/x")), deep(`${NEW}/x`));
  assertEquals(
    relocated(
      "objects",
      String.raw`{"\u0074ype": "p\u0061th", "value": "\/w\u0073\/\ud83d\ude00"}`,
    ),
    String.raw`{"\u0074ype": "p\u0061th", "value": "${NEW}/\ud83d\ude00"}`,
  );
});

Deno.test("relocate() changes a path, and not what is spelled the same", () => {
  const path = (value: string) => `{"type": "path", "value": ${value}}`;
  const cases: [rest: (value: string) => string, value?: string][] = [
    [(value) => `[${value}, "/ws/x"]`],
    [(value) => `{"/ws/x": ${value}}`],
    [(value) => `[${value}, "a \\"/ws/x\\" b"]`],
    [(value) => `["\\"/ws/x", ${value}]`],
    [(value) => `[${value}, NaN, -Infinity, "NaN", "a: NaN, b"]`],
    [(value) => `[${value}, NaN, -Infinity, Infinity]`],
    [(value) => `[${Array(20).fill(value).join(", ")}]`],
    [(value) => `[${value}, ${value}, {"type": "str", "value": "/ws/x"}]`],
    // spelled with escapes, and as it would be without, where it is no path
    [(value) => `[${value}, "/ws/x"]`, '"\\/ws\\u002fx"'],
  ];
  for (const [rest, value = '"/ws/x"'] of cases) {
    assertEquals(relocated("objects", rest(path(value))), rest(path(`"${NEW}/x"`)));
  }
});

Deno.test("relocate() of two equal keys changes the one that Python reads: the last", () => {
  assertEquals(
    relocated("objects", '{"type": "path", "value": "/ws/1", "value": "/ws/2"}'),
    `{"type": "path", "value": "/ws/1", "value": "${NEW}/2"}`,
  );
  assertEquals(
    relocated("objects", '{"type": "str", "value": "/ws/1", "type": "path"}'),
    `{"type": "str", "value": "${NEW}/1", "type": "path"}`,
  );
  assertEquals(
    relocate("objects", '{"type": "path", "value": "/ws/1", "type": "str"}', MAP).text,
    undefined,
  );
  assertEquals(
    relocated("params", '{"workspace": "/ws", "workspace": "/ws"}'),
    `{"workspace": "/ws", "workspace": "${NEW}"}`,
  );
});

Deno.test("relocate() refuses what is no JSON, or nested too deeply, wherever", () => {
  const deep = "[".repeat(1001) + "]".repeat(1001);
  for (
    const rest of ['NaN: 1, "a": 2', '"a": 1 NaN', '"a": --Infinity', '"a": NaNNaN', `"a": ${deep}`]
  ) {
    const content = `{"workspace": "/ws", ${rest}, "objects": []}`;
    assertThrows(() => relocate("params", content, MAP), SyntaxError);
  }
});

Deno.test("relocate() notes a params.json without workspace, and changes the rest", () => {
  const path = (value: string) => `{"objects": [{"type": "path", "value": "${value}"}]`;
  for (const rest of ["}", ', "workspace": null}', ', "workspace": ["/ws"]}']) {
    assertEquals(relocate("params", path("/ws/x") + rest, MAP), {
      text: path(`${NEW}/x`) + rest,
      outside: [],
      inside: ["x"],
      notes: ["does not name a workspace"],
    });
  }
  assertEquals(relocate("params", "{}", MAP), {
    ...NOTHING,
    notes: ["does not name a workspace"],
  });
});

Deno.test("relocate() refuses a params.json that is no object", () => {
  for (const content of ["[]", '"/ws"', "null", "3"]) {
    const error = assertThrows(() => relocate("params", content, MAP), SyntaxError);
    assertEquals(error.message, "not an object");
  }
  for (const kind of ["params", "objects", "job-status", "run-status"] as const) {
    const error = assertThrows(() => relocate(kind, '{"a": 1,\n', MAP, "/x"), SyntaxError);
    assertEquals(error.message, "line 2, column 1: expected a key in quotes");
  }
});

Deno.test("relocate() gives a job's status.json the job's folder, and nothing else", () => {
  const content = (path: string) =>
    `{"job_id": "1", "path": ${path}, "process": {"path": "/ws/p"}, "x": 1e-07}`;
  for (const path of ["/ws/jobs/t/1", "/scratch/me/jobs/t/1", "/elsewhere/jobs/t/1"]) {
    assertEquals(relocate("job-status", content(`"${path}"`), MAP, `${DESTINATION}/jobs/t/1`), {
      text: content(`"${NEW}/jobs/t/1"`),
      outside: [],
      inside: [],
      notes: [],
    });
  }
  for (const odd of [content("null"), content("3"), "{}", "[]", '"/ws"']) {
    assertEquals(relocate("job-status", odd, MAP, "/x").text, undefined);
  }
  const already = content(`"${NEW}/jobs/t/1"`);
  assertEquals(relocate("job-status", already, MAP, `${DESTINATION}/jobs/t/1`).text, undefined);
});

Deno.test("relocate() changes __path__ in the state of a run's services, in lists and dicts", () => {
  const content = (path: string) =>
    [
      '{"run_id": "/ws", "started_at": "2026", "services": {',
      '"a": {"class": "/ws/x", "path": {"__path__": "/ws/x"}, "state_dict": {',
      `"__class__": "/ws/y", "folder": {"__path__": "${path}/one"}, "plain": "/ws/x",`,
      `"list": [1e-07, [{"__path__": "${path}"}], {"d": {"e": {"__path__": "${path}/é"}}}],`,
      '"data": {"__path__": "/data/x"}, "odd": {"__path__": 3}, "b": {"type": "path", "value": "/ws"}}},',
      `"b": {"state_dict": {"__path__": "${path}"}}, "c": {}, "d": {"state_dict": null}, "e": [1]},`,
      '"folder": {"__path__": "/ws/x"}, "x": {"state_dict": {"f": {"__path__": "/ws/x"}}}}',
    ].join("\n");
  for (const path of ["/ws", "/mnt/disk/ws"]) {
    const before = content(path);
    const after = content(NEW).replace(`${NEW}/é`, String.raw`${NEW}/\u00e9`);
    assertEquals(relocate("run-status", before, MAP), {
      text: after,
      outside: ["/data/x"],
      inside: ["one", "", "é"],
      notes: [],
    });
  }
  for (const odd of ['{"services": []}', '{"services": null}', "{}", "[]"]) {
    assertEquals(relocate("run-status", odd, MAP), NOTHING);
  }
});

Deno.test("relocate() changes each line of objects.jsonl by itself", () => {
  const line = (path: string) => `{"id":1,"fields":{"p":{"type":"path","value":"${path}"}}}`;
  const content = (path: string) =>
    `${line(path)}\r\n\r\n  \n${line("/data/x")}\n{"n":NaN}\n  ${line(path)}  \n`;
  assertEquals(relocate("lines", content("/ws/x"), MAP), {
    text: content(`${NEW}/x`),
    outside: ["/data/x"],
    inside: ["x"],
    notes: [],
  });
});

Deno.test("relocate() leaves and notes lines that are not JSON, a torn last one too", () => {
  const line = (path: string) => `{"p":{"type":"path","value":"${path}"}}`;
  const content = (path: string) =>
    `${line(path)}\nnot JSON: ${line("/ws/x")}\n${line("/ws/y")}${line("/ws/x")}\n${line(path)}\n` +
    '{"p":{"type":"path","value":"/ws/x"}';
  assertEquals(relocate("lines", content("/ws/é"), MAP), {
    text: content(String.raw`${NEW}/\u00e9`),
    outside: [],
    inside: ["é"],
    notes: ["line 2 is not JSON", "line 3 is not JSON", "line 5 is not JSON"],
  });
  assertEquals(relocate("lines", "", MAP), NOTHING);
});

Deno.test("relocate() changes nothing the second time", () => {
  const content = '{"workspace":"/ws","objects":[{"type":"path","value":"/ws/x"}]}';
  const once = relocated("params", content);
  assertEquals(once, `{"workspace":"${NEW}","objects":[{"type":"path","value":"${NEW}/x"}]}`);
  assertEquals(relocate("params", once, MAP), {
    text: undefined,
    outside: [`${DESTINATION}/x`],
    inside: [],
    notes: [],
    former: DESTINATION,
  });
});

Deno.test("relocate() moves a path once, even when the destination is below the source's name", () => {
  const map = pathMap(rootsOf("/home/me", "/home/me/archive"));
  assertEquals(
    relocate("objects", '{"type":"path","value":"/home/me/jobs/t"}', map).text,
    '{"type":"path","value":"/home/me/archive/jobs/t"}',
  );
});

Deno.test("addTags() adds the tags that are lacking, and keeps every other byte", () => {
  const content = (tags: string) => `{"x": 1e-07, "run_tags": ${tags}, "y": NaN}\n`;
  const cases: [string, string[], string][] = [
    ["[]", ["best"], '["best"]'],
    ["[ \n ]", ["a", "é"], String.raw`["a", "\u00e9"]`],
    ['["a" ]', ["b", "a"], '["a", "b" ]'],
    ['["a", "b"]', ["b", "a"], '["a", "b"]'],
    ['[3, "b"]', ["a"], '[3, "b", "a"]'],
    ['["a"]', [], '["a"]'],
    [
      '[\n  "a"\n]',
      ['"q"'],
      String.raw`[
  "a", "\"q\""
]`,
    ],
  ];
  for (const [before, tags, after] of cases) {
    assertEquals(addTags(content(before), tags), content(after), before);
  }
});

Deno.test("addTags() makes a run_tags where there is none", () => {
  assertEquals(
    addTags('{"status": "done", "x": 1e-07\n}\n', ["best", "é"]),
    `{"status": "done", "x": 1e-07, "run_tags": ["best", "\\u00e9"]\n}\n`,
  );
  assertEquals(addTags("{ }", ["best"]), '{"run_tags": ["best"]}');
  assertEquals(addTags("{}", []), "{}");
  assertEquals(addTags("[]", ["best"]), "[]");
  assertThrows(() => addTags("{", ["best"]), SyntaxError);
});

Deno.test("markEnded() gives a run the end that its scheduler last wrote, and changes none", () => {
  const cases: [string, string][] = [
    [
      '{"ended_at": null, "last_updated": "u", "x": 1e-07}\n',
      '{"ended_at": "u", "last_updated": "u", "x": 1e-07}\n',
    ],
    ['{"ended_at": "e", "last_updated": "u"}', '{"ended_at": "e", "last_updated": "u"}'],
    ['{"started_at": "s"}', '{"started_at": "s", "ended_at": "s"}'],
    ["{ }", '{"ended_at": ""}'],
    ["[]", "[]"],
  ];
  for (const [before, after] of cases) {
    assertEquals(markEnded(before), after);
    if (before !== "[]") assertEquals(readRunStatus(after)?.ended, true, after);
  }
  assertThrows(() => markEnded("{"), SyntaxError);
});

Deno.test("Findings relocate a long document by parts, each line once, and number its lines", () => {
  const line = (index: number, path: string) =>
    `{"id":${index},"p":{"type":"path","value":"${path}"}}`;
  const lines = (path: string) =>
    Array.from(
      { length: 5000 },
      (_, index) =>
        index === 4000 ? "torn" : line(index, index % 3 === 0 ? "/data/x" : `${path}/${index}`),
    );
  const content = (path: string) => new TextEncoder().encode(lines(path).join("\n"));
  const findings = new Findings("experiments/a/1", MAP);
  const changed = findings.optionalDocument("objects.jsonl", "lines", content("/ws"));
  assertEquals(new TextDecoder().decode(joined(changed)), lines(NEW).join("\n"));
  assertEquals(findings.notes, ["objects.jsonl: line 4001 is not JSON"]);
  const { outside, inside } = findings.finish();
  assertEquals([outside, inside.length], [["/data/x"], 3332]);
  const same = content("/elsewhere");
  assert(findings.optionalDocument("objects.jsonl", "lines", same)[0] === same);
});
