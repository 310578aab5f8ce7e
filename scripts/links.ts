/**
 * Lists the links of the documents that lead to other sites. They are opened only on request, since
 * the tests need no internet.
 *
 * deno task links lists them deno task links --check opens each; exit code 1 when one is broken
 *
 * @module
 */

import { DOCUMENTS, isExternal, linksOf } from "./documents.ts";

/** How long a site may take to answer, in milliseconds. */
const PATIENCE = 20_000;

/** The links to other sites, each with the documents that contain it. */
export function externalLinks(documents: ReadonlyMap<string, string>): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const [path, text] of documents) {
    for (const link of new Set(linksOf(text).filter(isExternal))) {
      found.set(link, [...found.get(link) ?? [], path]);
    }
  }
  return found;
}

/** What is wrong with a link; undefined when it works. */
export async function trouble(link: string): Promise<string | undefined> {
  try {
    const response = await fetch(link, { signal: AbortSignal.timeout(PATIENCE) });
    await response.body?.cancel();
    return response.ok ? undefined : `answers ${response.status}`;
  } catch (error) {
    const { message, cause } = error as Error;
    return cause instanceof Error ? cause.message : message;
  }
}

async function main(check: boolean): Promise<number> {
  let code = 0;
  for (const [link, paths] of externalLinks(DOCUMENTS)) {
    const fault = check ? await trouble(link) : undefined;
    if (fault !== undefined) code = 1;
    console.log(`${link}  (${paths.join(", ")})${fault === undefined ? "" : `: ${fault}`}`);
  }
  return code;
}

if (import.meta.main) Deno.exit(await main(Deno.args.includes("--check")));
