import { assert, assertEquals } from "@std/assert";
import { groupsOf, testFiles, testInLanes } from "../../scripts/lanes.ts";

Deno.test("testFiles() finds all files of tests below folders, and groupsOf() leaves none out", () => {
  const files = testFiles(["tests", "bench"]);
  assert(files.length > 80, `${files.length} files`);
  for (const path of ["tests/structure_test.ts", "tests/support/lanes_test.ts"]) {
    assert(files.includes(path), path);
  }
  assert(!files.includes("tests/support/sshd.ts"));
  assertEquals(groupsOf(files).flat(), files);
});

Deno.test("testInLanes() adds up what all lanes did, and a file that cannot be loaded fails", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const files = Array.from({ length: 9 }, (_, at) => `${folder}/${at}_test.ts`);
    for (const file of files) {
      await Deno.writeTextFile(
        file,
        `Deno.test("a", () => {}); Deno.test({ name: "b", ignore: true, fn() {} });`,
      );
    }
    const whole = await testInLanes(["-A", "--no-check"], groupsOf(files));
    const skipped = files.map(() => "b");
    assertEquals(whole, { passed: 9, failed: 0, skipped, success: true });
    await Deno.writeTextFile(files[3]!, `Deno.test("a", () => { throw new Error("no"); });`);
    const one = await testInLanes(["-A", "--no-check"], groupsOf(files));
    assertEquals([one.passed, one.failed, one.success], [8, 1, false]);
    await Deno.writeTextFile(files[3]!, "import './not_there.ts';");
    assertEquals((await testInLanes(["-A", "--no-check"], groupsOf(files))).success, false);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
