import { assertEquals } from "@std/assert";
import { hasSshd, type Sshd, startSshd } from "./sshd.ts";

const ignore = !await hasSshd();

async function ssh(sshd: Sshd, command: string): Promise<{ code: number; out: string }> {
  const args = [...sshd.options, "--", sshd.host, command];
  const { code, stdout } = await new Deno.Command("ssh", { args, stdin: "null" }).output();
  return { code, out: new TextDecoder().decode(stdout) };
}

Deno.test({
  name: "startSshd() lets ssh in, with the environment asked for",
  ignore,
  async fn() {
    const home = await Deno.makeTempDir();
    const path = `/a "b" \\c:${Deno.env.get("PATH")}`;
    await using sshd = await startSshd({ environment: { HOME: home, PATH: path, XPM_A: "é $x" } });
    const command = 'printf "%s\\n" "$HOME" "$PATH" "$XPM_A"; cd; pwd -P; exit 7';
    assertEquals(await ssh(sshd, command), {
      code: 7,
      out: `${home}\n${path}\né $x\n${await Deno.realPath(home)}\n`,
    });
    await Deno.remove(home);
  },
});

Deno.test({
  name: "startSshd() takes more lines of configuration",
  ignore,
  async fn() {
    await using sshd = await startSshd({ config: ["ForceCommand echo forced"] });
    assertEquals(await ssh(sshd, "echo asked"), { code: 0, out: "forced\n" });
  },
});

Deno.test({
  name: "startSshd() leaves nothing behind",
  ignore,
  async fn() {
    let gone: Sshd;
    {
      await using sshd = await startSshd();
      gone = sshd;
      assertEquals(await ssh(sshd, "true"), { code: 0, out: "" });
    }
    assertEquals((await ssh(gone, "true")).code, 255);
    assertEquals(await Deno.stat(gone.dir).catch((error) => error.name), "NotFound");
  },
});
