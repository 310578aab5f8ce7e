import { assertEquals, assertStringIncludes } from "@std/assert";
import { DOCUMENTS } from "../../scripts/documents.ts";
import { externalLinks, trouble } from "../../scripts/links.ts";

Deno.test("externalLinks() lists each link out of the project once, and where it stands", () => {
  const documents = new Map([
    ["a.md", "[x](https://example.org) [y](b.md#z) [x again](https://example.org)"],
    ["b.md", "![x](https://example.org)\n```md\n[no](https://example.net)\n```\n[m](mailto:a@b.c)"],
  ]);
  assertEquals([...externalLinks(documents)], [
    ["https://example.org", ["a.md", "b.md"]],
    ["mailto:a@b.c", ["b.md"]],
  ]);
  assertEquals(externalLinks(DOCUMENTS).has("https://deno.com"), true);
});

Deno.test("trouble() tells a link that leads somewhere from others", async () => {
  const answer = (request: Request) =>
    new Response("", { status: request.url.endsWith("/here") ? 200 : 404 });
  await using server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => {} }, answer);
  const site = `http://127.0.0.1:${server.addr.port}`;
  assertEquals(await trouble(`${site}/here`), undefined);
  assertEquals(await trouble(`${site}/gone`), "answers 404");
  await server.shutdown();
  assertStringIncludes((await trouble(`${site}/here`))!, "onnect");
});
