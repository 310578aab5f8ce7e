/**
 * Environment variables for the length of one test, in this module's own isolate only: tests of
 * other files may run at the same time.
 *
 * @module
 */

/** Does something while these variables are what is given; undefined stands for unset. */
export async function withVariables<T>(
  variables: Record<string, string | undefined>,
  action: () => T | Promise<T>,
): Promise<T> {
  const get = Deno.env.get;
  Deno.env.get = (name) =>
    Object.hasOwn(variables, name) ? variables[name] : get.call(Deno.env, name);
  try {
    return await action();
  } finally {
    Deno.env.get = get;
  }
}

/** Does something with a folder of its own, which then goes. */
export async function withFolder<T>(action: (folder: string) => T | Promise<T>): Promise<T> {
  const folder = await Deno.realPath(await Deno.makeTempDir());
  try {
    return await action(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
