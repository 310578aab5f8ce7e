import { assertEquals } from "@std/assert";
import { versionFault } from "../../scripts/check_version.ts";

const RELEASED = "# Changelog\n\nText.\n\n## 1.2.3, 2026-11-24\n\n## 1.2.2, 2026-01-01\n";
const PENDING = RELEASED.replace("2026-11-24", "not released yet");

Deno.test("versionFault() finds none when tag, deno.json and changelog agree", () => {
  const version = "1.2.3";
  assertEquals(versionFault({ version, changelog: RELEASED, tag: "v1.2.3" }), undefined);
  assertEquals(versionFault({ version, changelog: PENDING }), undefined);
});

Deno.test("versionFault() says what does not agree", () => {
  const fault = (version: string, changelog: string, tag?: string) =>
    versionFault({ version, changelog, tag });
  assertEquals(fault("1.2.4", RELEASED), "deno.json has 1.2.4, CHANGELOG.md begins with 1.2.3");
  assertEquals(
    fault("1.2.3", "# Changelog\n"),
    "deno.json has 1.2.3, CHANGELOG.md begins with none",
  );
  assertEquals(fault("1.2.3", RELEASED, "v1.2.2"), "the tag is v1.2.2, deno.json has 1.2.3");
  assertEquals(fault("1.2.3", RELEASED, "1.2.3"), "the tag is 1.2.3, deno.json has 1.2.3");
  assertEquals(
    fault("1.2.3", PENDING, "v1.2.3"),
    "CHANGELOG.md has no date for 1.2.3: 'not released yet'",
  );
  assertEquals(fault("1.2", RELEASED), "deno.json has no version but '1.2'");
});
