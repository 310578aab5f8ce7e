/**
 * The ways in that `ssh_config` knows, each with one login a host for a whole command: a push, a
 * pull, a list.
 *
 * @module
 */

import { userInfo } from "node:os";
import { assert, assertEquals } from "@std/assert";
import { copyExperiment, listExperiments, type Workspace } from "../../mod.ts";
import { makeSample } from "../../scripts/sample.ts";
import {
  CAN_ASK_CODE,
  CAN_ASK_PASSWORD,
  CODE,
  PASSWORD,
  startAskingCode,
  startAskingPassword,
} from "../support/asking.ts";
import { until } from "../support/processes.ts";
import { connectionsTo, hasSshd, loginsOf, type Sshd, startSshd } from "../support/sshd.ts";
import { startSshAgent } from "../support/ssh_agent.ts";
import { compareTrees } from "../support/trees.ts";
import { withFolder, withVariables } from "../support/variables.ts";

const ignore = !await hasSshd();

/** A host as its user's `ssh_config` has it. */
interface Far {
  /** The folder of the test. */
  folder: string;
  /** The file that `-F` names. */
  config: string;
  /** Where the workspace is. */
  sshd: Sshd;
}

/** What `ssh_config` says of a server: where it is, and how to get in. */
function entry({ port, dir }: Sshd, identity = `IdentityFile ${dir}/user_key`): string {
  return `  HostName 127.0.0.1
  Port ${port}
  User ${userInfo().username}
  UserKnownHostsFile ${dir}/known_hosts
  StrictHostKeyChecking yes
  ${identity}
`;
}

/** A test with a server; what is to be set up there begins with `config`, for the host `far`. */
function test(
  what: string,
  action: (far: Far) => Promise<void>,
  start: (folder: string) => Promise<Sshd> = () => startSshd(),
  can = true,
): void {
  Deno.test({
    name: `copyExperiment() and listExperiments() log in once, ${what}`,
    ignore: ignore || !can,
    fn: () =>
      withFolder(async (folder) => {
        await using sshd = await start(folder);
        await action({ folder, sshd, config: `${folder}/config` });
      }),
  });
}

async function run(program: string, args: string[]): Promise<string> {
  const { code, stdout, stderr } = await new Deno.Command(program, { args, stdin: "null" })
    .output();
  assertEquals(code, 0, new TextDecoder().decode(stderr));
  return new TextDecoder().decode(stdout);
}

/** The commands, one after the other, to or from the host `far`; calls `check` after each. */
async function useAll({ folder, config }: Far, check: () => void): Promise<void> {
  const ssh = { host: "far", options: ["-F", config] };
  const sample = makeSample(`${folder}/source`, { jobs: 2, largeFiles: 1, largeBytes: 3_000_000 });
  const copy = async (from: Workspace, to: Workspace) => {
    const { complete, errors } = await copyExperiment(from, to, sample.experimentId, sample.runId);
    assertEquals([complete, errors], [true, []]);
    compareTrees({ sample, destination: to.path });
  };
  const source = { id: "source", path: sample.root };
  await copy(source, { id: "far", path: `${folder}/pushed`, ssh });
  check();
  await copy({ ...source, ssh }, { id: "here", path: `${folder}/pulled` });
  check();
  assertEquals(await listExperiments({ ...source, ssh }), [sample.experimentId]);
  check();
}

/** Does it all, and counts one login more with each command, at each of these servers. */
async function useWithOneLoginEach(far: Far, servers = [far.sshd]): Promise<void> {
  let commands = 0;
  await useAll(far, () => {
    commands++;
    const counted = servers.map((server) => [loginsOf(server), connectionsTo(server)]);
    assertEquals(counted, servers.map(() => [commands, commands]));
  });
}

test("by a key of the agent", async (far) => {
  await using agent = await startSshAgent(far.folder);
  const key = `${far.sshd.dir}/user_key`;
  await run("env", [`SSH_AUTH_SOCK=${agent.socket}`, "ssh-add", "-q", key]);
  Deno.removeSync(key); // the agent alone has it
  Deno.writeTextFileSync(far.config, `Host far\n${entry(far.sshd, "IdentityFile none")}`);
  await withVariables({ SSH_AUTH_SOCK: agent.socket }, () => useWithOneLoginEach(far));
});

test("by a certificate", async (far) => {
  const key = `${far.folder}/key`;
  await run("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", key]);
  const signed = ["-I", "test", "-n", userInfo().username, `${key}.pub`];
  await run("ssh-keygen", ["-q", "-s", `${far.folder}/ca`, ...signed]);
  Deno.writeTextFileSync(far.config, `Host far\n${entry(far.sshd, `IdentityFile ${key}`)}`);
  await useWithOneLoginEach(far);
  const accepted = Deno.readTextFileSync(`${far.sshd.dir}/log`).match(/^Accepted .*-CERT /gm);
  assertEquals(accepted?.length, 3);
}, async (folder) => {
  await run("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", `${folder}/ca`]);
  return await startSshd({
    config: [`TrustedUserCAKeys "${folder}/ca.pub"`, "AuthorizedKeysFile none"],
  });
});

test("at a host that Include and Match exec tell of", async (far) => {
  const [more, asked] = [`${far.folder}/more`, `${far.folder}/asked`];
  const match = (code: number, port: number) =>
    `Match originalhost far exec "echo %n >>${asked}; exit ${code}"\n  Port ${port}\n`;
  const found = entry({ ...far.sshd, port: 1 }); // of two ports the first holds
  Deno.writeTextFileSync(more, `${match(1, 2)}${match(0, far.sshd.port)}Host far\n${found}`);
  Deno.writeTextFileSync(far.config, `Include ${more}\n`);
  await useWithOneLoginEach(far);
  const hosts = Deno.readTextFileSync(asked).trim().split("\n");
  assertEquals([...new Set(hosts)], ["far"], "it is asked of the host as the user calls it");
});

/** What leads to `far`, from the gate on. */
const BY_GATE: Record<string, (config: string) => string> = {
  "by ProxyJump": () => "ProxyJump gate",
  "by a ProxyCommand that is ssh": (config) => `ProxyCommand ssh -F ${config} -W %h:%p gate`,
};

for (const [what, line] of Object.entries(BY_GATE)) {
  test(what, async (far) => {
    await using gate = await startSshd();
    Deno.writeTextFileSync(
      far.config,
      `Host gate\n${entry(gate)}\nHost far\n${entry(far.sshd)}  ${line(far.config)}\n`,
    );
    await useWithOneLoginEach(far, [far.sshd, gate]);
  });
}

function socketsIn(folder: string): string[] {
  return [...Deno.readDirSync(folder)].filter(({ isFile, isDirectory }) => !isFile && !isDirectory)
    .map(({ name }) => name);
}

/** Lets the user's `ssh_config` keep a connection. */
function masterOf(far: Far): Far {
  const { config, folder } = far;
  const lines = `  ControlMaster auto\n  ControlPath ${folder}/%C\n  ControlPersist 60\n`;
  Deno.writeTextFileSync(config, `Host far\n${entry(far.sshd)}${lines}`);
  return far;
}

test("where the user's ssh_config has ControlMaster auto, and leave none behind", async (far) => {
  await useWithOneLoginEach(masterOf(far));
  assertEquals(socketsIn(far.folder), []);
});

test("the user's own that ControlMaster keeps, and leave it open", async (far) => {
  const { config, sshd } = masterOf(far);
  // its output is not read: the master that stays would hold it open
  const args = ["-F", config, "far", "true"];
  const options = { args, stdin: "null", stdout: "null", stderr: "null" } as const;
  assertEquals((await new Deno.Command("ssh", options).output()).code, 0);
  try {
    await useAll(far, () => assertEquals([loginsOf(sshd), connectionsTo(sshd)], [1, 1]));
    await run("ssh", ["-F", config, "-O", "check", "far"]);
  } finally {
    await run("ssh", ["-F", config, "-O", "exit", "far"]);
  }
});

// BUG when this was written: one that stands still was waited for, for ever.
for (const [what, signal] of [["stands still", "SIGSTOP"], ["was killed", "SIGKILL"]] as const) {
  Deno.test({
    name: `listExperiments() logs in anew where the user's ControlMaster ${what}`,
    ignore,
    fn: () =>
      withFolder(async (folder) => {
        await using sshd = await startSshd();
        const { config } = masterOf({ folder, sshd, config: `${folder}/config` });
        const { experimentId } = makeSample(`${folder}/source`, { jobs: 1 });
        const master = new Deno.Command("ssh", {
          args: ["-F", config, "-M", "-N", "-oControlPersist=no", "far"],
          stdin: "null",
          stdout: "null",
          stderr: "null",
        }).spawn();
        try {
          const isOpen = () => loginsOf(sshd) === 1 && socketsIn(folder).length === 1;
          assert(await until(isOpen));
          master.kill(signal);
          const ssh = { host: "far", options: ["-F", config] };
          const workspace = { id: "far", path: `${folder}/source`, ssh };
          assertEquals(await listExperiments(workspace), [experimentId]);
          assertEquals(loginsOf(sshd), 2);
        } finally {
          if (signal === "SIGSTOP") master.kill("SIGKILL");
          await master.status;
        }
      }),
  });
}

/** An SSH_ASKPASS that answers, and keeps what it was asked. */
function askpass(folder: string): Record<string, string | undefined> {
  const SSH_ASKPASS = `${folder}/askpass`;
  const script = `#!/bin/sh
echo "$1" >>'${folder}/asked'
case $1 in
  *"erification code: ") echo '${CODE}' ;;
  *) echo '${PASSWORD}' ;;
esac
`;
  Deno.writeTextFileSync(SSH_ASKPASS, script, { mode: 0o700 });
  return { SSH_ASKPASS, SSH_ASKPASS_REQUIRE: "force", SSH_AUTH_SOCK: undefined };
}

for (
  const [what, start, can, questions] of [
    ["a password", startAskingPassword, CAN_ASK_PASSWORD, ["'s password: "]],
    ["a password and a code", startAskingCode, CAN_ASK_CODE, [
      ") Password: ",
      ") Verification code: ",
    ]],
  ] as const
) {
  test(
    `when a program of the user's is asked for ${what} (SSH_ASKPASS)`,
    async (far) => {
      Deno.writeTextFileSync(far.config, `Host far\n${entry(far.sshd)}`);
      await withVariables(askpass(far.folder), () => useWithOneLoginEach(far));
      const asked = Deno.readTextFileSync(`${far.folder}/asked`).split("\n").slice(0, -1);
      const expected = [...questions, ...questions, ...questions]; // three commands
      assertEquals(asked.length, expected.length);
      asked.forEach((question, at) => assert(question.endsWith(expected[at]!), question));
    },
    () => start(),
    can,
  );
}
