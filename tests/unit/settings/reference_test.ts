import { assertEquals, assertThrows } from "@std/assert";
import { CopyError } from "../../../lib/errors.ts";
import { checkHost, parseReference } from "../../../lib/settings/reference.ts";
import { withVariables } from "../../support/variables.ts";

for (const id of ["cluster", "my cluster", "2024", "a.b", "me@hpc", "data/x", "data/x:y", "-x"]) {
  Deno.test(`parseReference() takes ${JSON.stringify(id)} for an id`, () => {
    assertEquals(parseReference(id), { id });
  });
}

for (
  const [text, path] of [
    [".", Deno.cwd()],
    ["./x", `${Deno.cwd()}/x`],
    ["./a:b", `${Deno.cwd()}/a:b`],
    ["..", Deno.cwd().replace(/\/[^/]*$/, "") || "/"],
    ["/x", "/x"],
    ["/x/../y//z/./", "/y/z"],
    ["/host:x", "/host:x"],
    ["~", "/home/me"],
    ["~/x y", "/home/me/x y"],
    ["~/../you", "/home/you"],
  ] as const
) {
  Deno.test(`parseReference() reads the path ${text}`, async () => {
    await withVariables({ HOME: "/home/me" }, () => {
      assertEquals(parseReference(text), { id: text, path });
    });
  });
}

for (
  const [text, host, path, options] of [
    ["hpc:/data", "hpc", "/data"],
    ["hpc:experiments/main", "hpc", "experiments/main"],
    ["hpc:~/x", "hpc", "~/x"],
    ["me@hpc:~", "me@hpc", "~"],
    ["me@hpc:/a:b@c", "me@hpc", "/a:b@c"],
    ["hpc:/$(x) 'y'", "hpc", "/$(x) 'y'"],
    ["[::1]:/x", "::1", "/x"],
    ["me@[fe80::1%eth0]:x", "me@fe80::1%eth0", "x"],
    ["ssh://hpc/data", "hpc", "/data"],
    ["ssh://me@hpc:2222/data/x", "me@hpc", "/data/x", ["-p", "2222"]],
    ["ssh://hpc:022/x", "hpc", "/x", ["-p", "22"]],
    ["ssh://hpc:/x", "hpc", "/x"],
    ["ssh://hpc/~/x", "hpc", "~/x"],
    ["ssh://hpc/~", "hpc", "~"],
    ["ssh://hpc/a%20b/%C3%A9%25", "hpc", "/a b/é%"],
    ["ssh://me%40lab@hpc/x", "me@lab@hpc", "/x"],
    ["ssh://me@[::1]:22/x", "me@::1", "/x", ["-p", "22"]],
  ] as [string, string, string, string[]?][]
) {
  Deno.test(`parseReference() reads the address ${text}`, () => {
    const ssh = options === undefined ? { host } : { host, options };
    assertEquals(parseReference(text), { id: text, path, ssh });
  });
}

for (
  const [text, message] of [
    ["", "the name of the workspace is empty"],
    ["a\nb", "'a\\u000ab' contains a control character"],
    ["./a\u001b[2J", "'./a\\u001b[2J' contains a control character"],
    ["~alice/x", "'~alice/x' begins with '~', but not with '~/'"],
    ["hpc:", "'hpc:' does not name a folder"],
    ["hpc:~alice/x", "'~alice/x' begins with '~', but not with '~/'"],
    [":/x", "'' is not a valid host: it is empty"],
    ["-oProxyCommand=x:/y", "'-oProxyCommand=x' is not a valid host: it begins with '-'"],
    ["a b:/x", "'a b' is not a valid host: it contains a space"],
    ["$(id):/x", "'$(id)' is not a valid host: it contains a '$'"],
    ["ssh://", "'ssh://' does not name a folder"],
    ["ssh://hpc", "'ssh://hpc' does not name a folder"],
    ["ssh:///x", "'' is not a valid host: it is empty"],
    ["ssh://hpc:0/x", "'0' is not a valid port"],
    ["ssh://hpc:65536/x", "'65536' is not a valid port"],
    ["ssh://hpc:2 2/x", "'2 2' is not a valid port"],
    ["ssh://hpc:-1/x", "'-1' is not a valid port"],
    ["ssh://hpc/a%zz", "'ssh://hpc/a%zz' contains an invalid '%' escape"],
    ["ssh://hpc/a%ff", "'ssh://hpc/a%ff' contains an invalid '%' escape"],
    ["ssh://hpc/a%0ab", "'ssh://hpc/a%0ab' contains a control character"],
    ["ssh://hpc/a%00", "'ssh://hpc/a%00' contains a control character"],
    ["ssh://-oX@hpc/x", "'-oX@hpc' is not a valid host: it begins with '-'"],
    ["ssh://%2DoX/x", "'-oX' is not a valid host: it begins with '-'"],
    ["ssh://hpc/~alice/x", "'~alice/x' begins with '~', but not with '~/'"],
    ["ssh://me:secret@hpc/x", "an address cannot contain a password"],
    ["file:///x", "'file:///x' is neither an ssh address nor a folder"],
    ["sftp://hpc/x", "'sftp://hpc/x' is neither an ssh address nor a folder"],
  ] as const
) {
  Deno.test(`parseReference() refuses ${JSON.stringify(text)}`, () => {
    const error = assertThrows(() => parseReference(text), CopyError);
    assertEquals([error.code, error.message], ["usage", message]);
    assertEquals(typeof error.hint, "string");
  });
}

for (const host of ["hpc", "me@hpc.example.org", "a_b-c.1", "10.0.0.1", "::1", "me@fe80::1%eth0"]) {
  Deno.test(`checkHost() gives back ${host}`, () => assertEquals(checkHost(host), host));
}

for (
  const [host, fault] of [
    ["", "is empty"],
    ["-oProxyCommand=id", "begins with '-'"],
    ["me@-oX", "begins with '-'"],
    ["me@", "is not of the form USER@HOST"],
    ["@hpc", "is not of the form USER@HOST"],
    ["a b", "contains a space"],
    ["a\u00a0b", "contains a space"],
    ["a;b", "contains a ';'"],
    ["a`b", "contains a '`'"],
    ["a/b", "contains a '/'"],
    ["a\\b", "contains a '\\'"],
    ["me@a\\b", "contains a '\\'"],
    ["DOM\\@hpc", "contains a '\\'"],
    ["\\me@hpc", "contains a '\\'"],
    ["DOM\\me\\too@hpc", "contains a '\\'"],
    ["[::1]", "contains a '['"],
    ["hpc:22", "contains a ':'"],
    ["me:pw@hpc", "contains a ':'"],
    ["a:b:c:xyz", "contains a ':'"],
    ["a\u0007", "contains a control character"],
  ]
) {
  Deno.test(`checkHost() refuses ${JSON.stringify(host)}`, () => {
    const error = assertThrows(() => checkHost(host!), CopyError);
    assertEquals(error.code, "usage");
    assertEquals(error.message.replace(/^.*' is not a valid host: it /s, ""), fault);
  });
}

Deno.test("checkHost() and parseReference() take the user of a domain", () => {
  assertEquals(checkHost("DOM\\me@hpc"), "DOM\\me@hpc");
  for (const text of ["DOM\\me@hpc:/x", "ssh://DOM\\me@hpc/x", "ssh://DOM%5Cme@hpc/x"]) {
    assertEquals(parseReference(text), { id: text, path: "/x", ssh: { host: "DOM\\me@hpc" } });
  }
});
