/**
 * The configurations of a sample, as experimaestro would have written them.
 *
 * @module
 */

import { createHash } from "node:crypto";
import { type PythonValue, Verbatim } from "./python_json.ts";

/** The tasks of a sample: the n-th training needs the n-th preparation, and so on. */
export type SampleTask = "prepare" | "train" | "evaluate";

type Members = { [key: string]: PythonValue };

/** The identifier of a task, as it appears in names of folders. */
export function taskId(task: SampleTask): string {
  return `neuralir.tasks.${task}`;
}

/** The identifier of the n-th configuration of a kind. */
export function identifier(seed: number, kind: SampleTask | "model", n: number): string {
  return createHash("sha256").update(`${seed}/${kind}/${n}`).digest("hex");
}

/** The first file that a task writes, relative to the job's folder. */
export const OUTPUT: Record<SampleTask, string> = {
  prepare: "out/part 0.txt",
  train: "model.bin",
  evaluate: "report.txt",
};

/** The result of a task, with the parameter that names it. */
const RESULT: Record<SampleTask, [parameter: string, path: string]> = {
  prepare: ["out", "out"],
  train: ["checkpoint", "model.bin"],
  evaluate: ["report", "report.txt"],
};

/** Writes the path of a job's own result. */
type PathForm = (task: SampleTask, jobId: string, path: string) => Members;

/** A job's `params.json`: its configuration and all that it needs, with relative paths. */
export function paramsOf(
  workspace: string,
  seed: number,
  task: SampleTask,
  n: number,
): PythonValue {
  const path: PathForm = (of, jobId, value) =>
    of === task
      ? { type: "path", value, base: "job" }
      : { type: "path", value: `jobs/${taskId(of)}/${jobId}/${value}`, base: "workspace" };
  return {
    workspace,
    version: 3,
    experimaestro: "2.7.0",
    objects: closure(task).map((kind) => objectOf(seed, kind, n, path, true)),
  };
}

/** The lines of a run's `objects.jsonl` for one job and all that it needs, with absolute paths. */
export function objectsOf(
  workspace: string,
  seed: number,
  task: SampleTask,
  n: number,
  withTask = false,
): Members[] {
  const path: PathForm = (of, jobId, value) => ({
    type: "path",
    value: `${workspace}/jobs/${taskId(of)}/${jobId}/${value}`,
  });
  return closure(task).map((kind) => objectOf(seed, kind, n, path, withTask));
}

function closure(task: SampleTask): (SampleTask | "model")[] {
  const all = ["prepare", "model", "train", "evaluate"] as const;
  return all.slice(0, all.indexOf(task) + 1);
}

/** The reference from one configuration to another. experimaestro uses Python's `id()`. */
export function reference(id: string): number {
  return 140_000_000_000_000 + parseInt(id.slice(0, 8), 16) * 16;
}

function objectOf(
  seed: number,
  kind: SampleTask | "model",
  n: number,
  path: PathForm,
  withTask: boolean,
): Members {
  const id = identifier(seed, kind, n);
  const type = kind[0]!.toUpperCase() + kind.slice(1);
  return {
    id: reference(id),
    module: "neuralir.tasks",
    type,
    typename: `neuralir.tasks.${type}`,
    identifier: id,
    ...(withTask && kind !== "model" ? { task: reference(id) } : {}),
    fields: fieldsOf(seed, kind, n, id, path),
  };
}

function fieldsOf(
  seed: number,
  kind: SampleTask | "model",
  n: number,
  id: string,
  path: PathForm,
): Members {
  const needs = (other: SampleTask | "model"): PythonValue => ({
    type: "python",
    value: reference(identifier(seed, other, n)),
  });
  if (kind === "model") {
    // numbers that JavaScript would write differently, or could not represent
    const [big, best] = [new Verbatim("12345678901234567890"), new Verbatim("NaN")];
    return { width: n + 1, rate: 1e-7, dropout: new Verbatim("0.0"), seed: big, best };
  }
  const [parameter, result] = RESULT[kind];
  const own = { [parameter]: path(kind, id, result) };
  switch (kind) {
    case "prepare":
      return { source: { type: "path", value: "/data/corpus.txt" }, count: n + 1, ...own };
    case "train":
      return { data: needs("prepare"), model: needs("model"), ...own };
    case "evaluate":
      return { run: needs("train"), fail: false, ...own };
  }
}
