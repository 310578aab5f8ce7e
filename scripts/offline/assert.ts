/**
 * Replaces `@std/assert` where JSR cannot be reached: Node's checks under the names of `@std`.
 *
 * @module
 */

import node, { AssertionError } from "node:assert/strict";

// deno-lint-ignore no-explicit-any
type ErrorClass<E extends Error> = abstract new (...args: any[]) => E;

/** Checks that something is true. */
export function assert(expr: unknown, msg?: string): asserts expr {
  node.ok(expr, msg);
}

/** Checks that something is false. */
export function assertFalse(expr: unknown, msg?: string): void {
  node.ok(!expr, msg);
}

/** Checks that two values are deeply equal. */
export function assertEquals<T>(actual: T, expected: T, msg?: string): void {
  node.deepEqual(actual, expected, msg);
}

/** Checks that two values are not deeply equal. */
export function assertNotEquals<T>(actual: T, expected: T, msg?: string): void {
  node.notDeepEqual(actual, expected, msg);
}

/** Checks that a value is neither undefined nor null. */
export function assertExists<T>(actual: T, msg?: string): asserts actual is NonNullable<T> {
  node.ok(actual !== undefined && actual !== null, msg ?? `${actual} where a value was expected`);
}

/** Checks that a value is an instance of a class. */
// deno-lint-ignore no-explicit-any
export function assertInstanceOf<T extends abstract new (...args: any[]) => any>(
  actual: unknown,
  expectedType: T,
  msg?: string,
): asserts actual is InstanceType<T> {
  node.ok(actual instanceof expectedType, msg ?? `${actual} is no ${expectedType.name}`);
}

/** Checks that a text contains another. */
export function assertStringIncludes(actual: string, expected: string, msg?: string): void {
  node.ok(actual.includes(expected), msg ?? `no ${JSON.stringify(expected)} in:\n${actual}`);
}

/** Checks that a text matches a pattern. */
export function assertMatch(actual: string, expected: RegExp, msg?: string): void {
  node.match(actual, expected, msg);
}

/** Checks that a text does not match a pattern. */
export function assertNotMatch(actual: string, expected: RegExp, msg?: string): void {
  node.doesNotMatch(actual, expected, msg);
}

/** Checks that a value is less than another. */
export function assertLess<T>(actual: T, expected: T, msg?: string): void {
  node.ok(actual < expected, msg ?? `${actual} is not less than ${expected}`);
}

/** Checks that a value is greater than another. */
export function assertGreater<T>(actual: T, expected: T, msg?: string): void {
  node.ok(actual > expected, msg ?? `${actual} is not greater than ${expected}`);
}

/** Fails. */
export function fail(msg?: string): never {
  throw new AssertionError({ message: msg ?? "failed" });
}

/** Checks that a function throws, and what; returns what was thrown. */
export function assertThrows(fn: () => unknown, msg?: string): unknown;
/** Checks that a function throws, and what; returns what was thrown. */
export function assertThrows<E extends Error = Error>(
  fn: () => unknown,
  ErrorClass: ErrorClass<E>,
  msgIncludes?: string,
  msg?: string,
): E;
export function assertThrows(
  fn: () => unknown,
  type?: ErrorClass<Error> | string,
  includes?: string,
  msg?: string,
): unknown {
  let thrown: { error: unknown } | undefined;
  try {
    fn();
  } catch (error) {
    thrown = { error };
  }
  return checkThrown(thrown, type, includes, msg);
}

/** Checks that a promise is rejected, and how; returns the reason. */
export function assertRejects(fn: () => PromiseLike<unknown>, msg?: string): Promise<unknown>;
/** Checks that a promise is rejected, and how; returns the reason. */
export function assertRejects<E extends Error = Error>(
  fn: () => PromiseLike<unknown>,
  ErrorClass: ErrorClass<E>,
  msgIncludes?: string,
  msg?: string,
): Promise<E>;
export async function assertRejects(
  fn: () => PromiseLike<unknown>,
  type?: ErrorClass<Error> | string,
  includes?: string,
  msg?: string,
): Promise<unknown> {
  let promise: PromiseLike<unknown>;
  try {
    promise = fn();
  } catch (error) {
    fail(`the function threw, where a rejected promise was expected: ${error}`);
  }
  let thrown: { error: unknown } | undefined;
  try {
    await promise;
  } catch (error) {
    thrown = { error };
  }
  return checkThrown(thrown, type, includes, msg);
}

function checkThrown(
  thrown: { error: unknown } | undefined,
  type: ErrorClass<Error> | string | undefined,
  includes: string | undefined,
  msg: string | undefined,
): unknown {
  if (thrown === undefined) fail(msg ?? (typeof type === "string" ? type : "nothing was thrown"));
  if (typeof type === "function") {
    assertInstanceOf(thrown.error, type, msg);
    if (includes !== undefined) assertStringIncludes(thrown.error.message, includes, msg);
  }
  return thrown.error;
}
