"""The result of a copy."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class JobId:
    """A job."""

    task_id: str
    job_id: str

    def __str__(self) -> str:
        return f"jobs/{self.task_id}/{self.job_id}"


@dataclass(frozen=True)
class CopyProblem:
    """An error or a warning, with the job that it concerns."""

    code: str
    message: str
    job: JobId | None = None
    hint: str | None = None


@dataclass
class CopyResult:
    """What a copy did, or what it would do with ``dry_run``.

    The first three fields are those of experimaestro's ``CopyResult``.
    """

    #: Jobs that were copied, including those that replaced another.
    jobs_copied: int = 0
    #: Jobs with nothing to do: at the destination already, or removed on purpose.
    jobs_skipped: int = 0
    #: A sentence for everything that is missing at the destination; empty when ``complete``.
    errors: list[str] = field(default_factory=list)
    #: Whether everything requested is at the destination now.
    complete: bool = False
    #: The run's id, ``current`` resolved.
    run_id: str = ""
    #: Jobs that replaced another version at the destination.
    jobs_replaced: list[JobId] = field(default_factory=list)
    #: Jobs that are not at the source, or cannot be copied from there.
    jobs_missing: list[JobId] = field(default_factory=list)
    #: Jobs that are still running, at either end.
    jobs_running: list[JobId] = field(default_factory=list)
    #: Paths in the workspace that jobs refer to, and that the destination lacks.
    references_missing: list[str] = field(default_factory=list)
    #: The errors, as data. Everything else was copied.
    problems: list[CopyProblem] = field(default_factory=list)
    #: The warnings.
    warnings: list[CopyProblem] = field(default_factory=list)
    #: The bytes that were copied.
    bytes: int = 0
    #: Those of them that interrupted copies had brought before.
    bytes_before: int = 0
    #: How long it took, in seconds.
    duration: float = 0.0
    #: The plan in the form of ``xpm-copy --json``: what is done with each job, and why.
    plan: dict[str, Any] = field(default_factory=dict, repr=False)
    #: The result in the form of ``xpm-copy --json``.
    raw: dict[str, Any] = field(default_factory=dict, repr=False)


def read_result(raw: dict[str, Any], plan: dict[str, Any]) -> CopyResult:
    """Reads the program's result; after a dry run, it counts what would be copied."""
    problems = [_problem(told) for told in raw["errors"]]
    counts = _planned(plan) if raw["dryRun"] else (raw["jobsCopied"], raw["jobsSkipped"])
    return CopyResult(
        jobs_copied=counts[0],
        jobs_skipped=counts[1],
        errors=[] if raw["complete"] else [*_sentences(raw, plan, problems)],
        complete=raw["complete"],
        run_id=raw["runId"],
        jobs_replaced=_jobs(raw["jobsReplaced"]),
        jobs_missing=_jobs(raw["jobsMissing"]),
        jobs_running=_jobs(raw["jobsRunning"]),
        references_missing=raw["referencesMissing"],
        problems=problems,
        warnings=[_problem(told) for told in raw["warnings"]],
        bytes=raw["bytes"],
        bytes_before=raw.get("bytesBefore", 0),
        duration=raw["duration"],
        plan=plan,
        raw=raw,
    )


def _planned(plan: Mapping[str, Any]) -> tuple[int, int]:
    actions = [job["action"] for job in plan["jobs"]]
    copied = sum(action in ("copy", "replace", "complete") for action in actions)
    return copied, sum(action in ("skip", "removed") for action in actions)


def _sentences(
    raw: Mapping[str, Any], plan: Mapping[str, Any], problems: list[CopyProblem]
) -> Iterator[str]:
    """A sentence for each reason why a copy is incomplete."""
    found = [problem.message for problem in problems]
    for job in plan.get("jobs", []):
        if job["incomplete"]:
            why = job.get("reason") or f"{job['source']} at the source"
            found.append(f"{_job(job)}: {why}")
    found += [f"{path} is named by jobs, and was not copied" for path in raw["referencesMissing"]]
    if raw["runInProgress"]:
        found.append(f"run {raw['runId']} is still in progress at the source")
    return iter(found or [f"run {raw['runId']} could not be copied as a whole"])


def _jobs(told: list[Mapping[str, Any]]) -> list[JobId]:
    return [_job(job) for job in told]


def _job(told: Mapping[str, Any]) -> JobId:
    return JobId(told["taskId"], told["jobId"])


def _problem(told: Mapping[str, Any]) -> CopyProblem:
    job = told.get("job")
    of = None if job is None else _job(job)
    return CopyProblem(told["code"], told["message"], of, told.get("hint"))
