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
    ["a\nb", "'a\\u000ab' holds a control character"],
    ["./a\u001b[2J", "'./a\\u001b[2J' holds a control character"],
    ["~alice/x", "'~alice/x' begins with '~', but not with '~/'"],
    ["hpc:", "'hpc:' names no folder"],
    ["hpc:~alice/x", "'~alice/x' begins with '~', but not with '~/'"],
    [":/x", "'' cannot be a host: it is empty"],
    ["-oProxyCommand=x:/y", "'-oProxyCommand=x' cannot be a host: it begins with '-'"],
    ["a b:/x", "'a b' cannot be a host: it holds a blank"],
    ["$(id):/x", "'$(id)' cannot be a host: it holds a '$'"],
    ["ssh://", "'ssh://' names no folder"],
    ["ssh://hpc", "'ssh://hpc' names no folder"],
    ["ssh:///x", "'' cannot be a host: it is empty"],
    ["ssh://hpc:0/x", "'0' cannot be a port"],
    ["ssh://hpc:65536/x", "'65536' cannot be a port"],
    ["ssh://hpc:2 2/x", "'2 2' cannot be a port"],
    ["ssh://hpc:-1/x", "'-1' cannot be a port"],
    ["ssh://hpc/a%zz", "'ssh://hpc/a%zz' holds a '%' that stands for no character"],
    ["ssh://hpc/a%ff", "'ssh://hpc/a%ff' holds a '%' that stands for no character"],
    ["ssh://hpc/a%0ab", "'ssh://hpc/a%0ab' holds a control character"],
    ["ssh://hpc/a%00", "'ssh://hpc/a%00' holds a control character"],
    ["ssh://-oX@hpc/x", "'-oX@hpc' cannot be a host: it begins with '-'"],
    ["ssh://%2DoX/x", "'-oX' cannot be a host: it begins with '-'"],
    ["ssh://hpc/~alice/x", "'~alice/x' begins with '~', but not with '~/'"],
    ["ssh://me:secret@hpc/x", "a password cannot stand in an address"],
    ["file:///x", "'file:///x' is not reached by ssh or as a folder"],
    ["sftp://hpc/x", "'sftp://hpc/x' is not reached by ssh or as a folder"],
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
    ["me@", "lacks a part of USER@HOST"],
    ["@hpc", "lacks a part of USER@HOST"],
    ["a b", "holds a blank"],
    ["a\u00a0b", "holds a blank"],
    ["a;b", "holds a ';'"],
    ["a`b", "holds a '`'"],
    ["a/b", "holds a '/'"],
    ["a\\b", "holds a '\\'"],
    ["me@a\\b", "holds a '\\'"],
    ["DOM\\@hpc", "holds a '\\'"],
    ["\\me@hpc", "holds a '\\'"],
    ["DOM\\me\\too@hpc", "holds a '\\'"],
    ["[::1]", "holds a '['"],
    ["hpc:22", "holds a ':'"],
    ["me:pw@hpc", "holds a ':'"],
    ["a:b:c:xyz", "holds a ':'"],
    ["a\u0007", "holds a control character"],
  ]
) {
  Deno.test(`checkHost() refuses ${JSON.stringify(host)}`, () => {
    const error = assertThrows(() => checkHost(host!), CopyError);
    assertEquals(error.code, "usage");
    assertEquals(error.message.replace(/^.*' cannot be a host: it /s, ""), fault);
  });
}

Deno.test("checkHost() and parseReference() take the user of a domain", () => {
  assertEquals(checkHost("DOM\\me@hpc"), "DOM\\me@hpc");
  for (const text of ["DOM\\me@hpc:/x", "ssh://DOM\\me@hpc/x", "ssh://DOM%5Cme@hpc/x"]) {
    assertEquals(parseReference(text), { id: text, path: "/x", ssh: { host: "DOM\\me@hpc" } });
  }
});
