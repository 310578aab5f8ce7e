/**
 * How `xpm-copy doctor` looks.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { plain } from "../../lib/cli/colour.ts";
import { renderDiagnosis } from "../../lib/cli/doctor_report.ts";
import type { Diagnosis, Finding } from "../../mod.ts";

const STYLE = { paint: plain, verbose: false, columns: Infinity };

const COMMAND = "ssh -p 2222 -i /home/me/.ssh/a_key_with_a_long_name -o BatchMode=yes me@hpc true";
const TEST = `check that  ${COMMAND}  works`;
/** It, where there is no room for it. */
const SHOWN = ["    check that", `      ${COMMAND}`, "      works"];

const FINDINGS: Finding[] = [
  { check: "login", state: "ok", message: "0.41 s" },
  {
    check: "rsync",
    state: "warning",
    message: "3.2.7 has known security holes, and a sentence that is too long for one line",
    hint: "update it, unless your distribution has fixed it, which takes more than one line",
  },
  { check: "filesystem", state: "problem", message: "exfat", hint: TEST, code: "refused" },
];

function diagnosis(more: Partial<Diagnosis> = {}): Diagnosis {
  const place = { workspace: "cluster", host: "me@hpc", path: "/xpm" };
  return { ...place, from: true, to: false, findings: FINDINGS, ...more };
}

Deno.test("renderDiagnosis() sets what was found in columns of a screen, and cuts no command", () => {
  const lines = renderDiagnosis(diagnosis(), STYLE);
  assertEquals(lines, [
    "cluster  me@hpc:/xpm",
    "  ok       login       0.41 s",
    "  warning  rsync       3.2.7 has known security holes, and a sentence that is",
    "                       too long for one line",
    "                       update it, unless your distribution has fixed it, which",
    "                       takes more than one line",
    "  problem  filesystem  exfat",
    ...SHOWN,
    "  Copies from it would work, copies to it would not.",
  ]);
  assertEquals(lines.filter((line) => line.length > 80), [SHOWN[1]]);
});

Deno.test("renderDiagnosis() says which copies would work", () => {
  const last = (more: Partial<Diagnosis>) => renderDiagnosis(diagnosis(more), STYLE).at(-1);
  assertEquals(last({ to: true }), "  Copies from and to it would work.");
  assertEquals(
    last({ from: false, to: true }),
    "  Copies to it would work, copies from it would not.",
  );
  assertEquals(last({ from: false }), "  No copy from or to it would work.");
});

Deno.test("renderDiagnosis() names a place once, and this machine without one", () => {
  const title = (more: Partial<Diagnosis>) => renderDiagnosis(diagnosis(more), STYLE)[0];
  assertEquals(title({ workspace: "/xpm", host: undefined! }), "/xpm");
  const { workspace: _, host: _host, path: _path, ...machine } = diagnosis({ to: true });
  assertEquals(renderDiagnosis(machine, STYLE)[0], "this machine");
  assertEquals(renderDiagnosis(machine, STYLE).slice(-3), SHOWN);
  const none = { ...machine, from: false, to: false };
  assertEquals(renderDiagnosis(none, STYLE).at(-1), "  No copy would work.");
  const unknown = { workspace: "no\x1b[2J", from: false, to: false, findings: FINDINGS };
  assertEquals(renderDiagnosis(unknown, STYLE)[0], "no\\u001b[2J");
});

Deno.test("renderDiagnosis() colours the state alone, and shows nothing but problems when asked", () => {
  const paint = (mark: string, text: string) => `<${mark}>${text}</>`;
  const lines = renderDiagnosis(diagnosis(), { ...STYLE, paint });
  assertEquals(lines[1], "  <good>ok     </>  login       0.41 s");
  assertEquals(lines.at(-1), "  <care>Copies from it would work, copies to it would not.</>");
  assertEquals(renderDiagnosis(diagnosis(), STYLE, true), [
    "cluster  me@hpc:/xpm",
    "  problem  filesystem  exfat",
    ...SHOWN,
  ]);
  assertEquals(renderDiagnosis(diagnosis({ findings: FINDINGS.slice(0, 2) }), STYLE, true), []);
});
