import { assertEquals } from "@std/assert";
import { readCounts, readNodeCounts } from "../../scripts/test_counts.ts";

Deno.test("readCounts() reads the summary and the names of what was skipped", () => {
  const output = [
    "a() is well ... ok (1ms)",
    "\x1b[0mb() needs an sshd ... \x1b[33mignored\x1b[0m (0ms)",
    "  step ... ignored (0ms)",
    "\x1b[0m\x1b[31mFAILED\x1b[0m | 2 passed (2 steps) | 3 failed (1 step) | 1 ignored (133ms)",
    "",
  ].join("\n");
  assertEquals(readCounts(output), { passed: 2, failed: 3, skipped: ["b() needs an sshd"] });
});

Deno.test("readCounts() is undefined when the run ended without a summary", () => {
  assertEquals(readCounts("error: Type checking failed.\n"), undefined);
});

Deno.test("readNodeCounts() reads the last summary, and the names of what was skipped with why", () => {
  const output = [
    "\x1b[32m✔ a() is well (0.1ms)\x1b[39m",
    "\x1b[90m﹣ b() needs more (fast) (0.06ms) # Node has none\x1b[39m",
    "ℹ pass 1",
    "ℹ pass 812",
    "ℹ fail 2",
    "ℹ skipped 1",
  ].join("\n");
  const skipped = ["b() needs more (fast), in Node: Node has none"];
  assertEquals(readNodeCounts(output), { passed: 812, failed: 2, skipped });
  assertEquals(readNodeCounts("Error: no such module\n"), undefined);
});
