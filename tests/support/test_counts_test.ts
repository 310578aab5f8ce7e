import { assertEquals } from "@std/assert";
import { readCounts } from "../../scripts/test_counts.ts";

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
