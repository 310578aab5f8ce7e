import { assertEquals } from "@std/assert";
import { comesInTime } from "../../../../lib/host/ssh/first_answer.ts";

const never = () => new Promise<void>(() => {});

Deno.test("comesInTime() waits for who logs in for longer than an answer may take", async () => {
  let asked = 0;
  let answer = () => {};
  const answered = new Promise<void>((resolve) => answer = resolve);
  const isLoggedIn = () => {
    if (++asked < 30) return Promise.resolve(false);
    answer();
    return Promise.resolve(true);
  };
  assertEquals(await comesInTime(answered, { login: 60, answer: 0.1 }, isLoggedIn), "answer");
  assertEquals(asked, 30);
});

Deno.test("comesInTime() waits no longer for an answer once somebody has logged in", async () => {
  let asked = 0;
  const isLoggedIn = () => Promise.resolve(++asked === 5);
  assertEquals(await comesInTime(never(), { login: 60, answer: 0.1 }, isLoggedIn), "login");
  assertEquals(asked, 5, "who has logged in stays so");
});

Deno.test("comesInTime() does not wait for ever for who does not log in", async () => {
  const isLoggedIn = () => Promise.resolve(false);
  assertEquals(await comesInTime(never(), { login: 0.1, answer: 0.1 }, isLoggedIn), "nothing");
});
