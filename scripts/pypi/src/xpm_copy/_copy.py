"""Copies a run from one workspace to another."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from ._deno import Grants, usual_grants
from ._result import CopyResult, read_result
from ._run import Event, run
from ._workspace import Workspace, named


def copy_experiment(
    src_workspace: Workspace,
    dst_workspace: Workspace,
    experiment_id: str,
    run_id: str = "current",
    dry_run: bool = False,
    *,
    include_running: bool = False,
    ended: bool = False,
    keep_replaced: bool = False,
    create: bool = False,
    states: Sequence[str] = (),
    tasks: Sequence[str] = (),
    tags: Mapping[str, Sequence[str]] | None = None,
    references: bool = True,
    exclude: Sequence[str] = (),
    max_size: int | None = None,
    metadata_only: bool = False,
    map: Mapping[str, str] | None = None,
    bandwidth_limit: int = 0,
    streams: int | None = None,
    fsync: bool = True,
    connect_timeout: int | None = None,
    timeout: int | None = None,
    scoped: bool = False,
    on_event: Callable[[Event], None] | None = None,
) -> CopyResult:
    """Copies a run and its jobs, as if the experiment had run at the destination.

    :param src_workspace: The workspace to copy from.
    :param dst_workspace: The workspace to copy to.
    :param experiment_id: The experiment.
    :param run_id: The run; ``current`` for the current one of the source.
    :param dry_run: Report what would be copied, and write nothing.
    :param include_running: Copy jobs that are still running, in their present state.
    :param ended: The source's run has ended, although its status says that it is in progress.
    :param keep_replaced: Keep replaced folders, in ``.xpm-staging/replaced/``.
    :param create: Accept a destination that is not empty and not a workspace.
    :param states: Only jobs of these states: ``done``, ``failed``, ``running``, ``unfinished``;
        none: all.
    :param tasks: Only jobs whose task matches one of these patterns, for example ``*.evaluate``.
    :param tags: Only jobs with all of these tags, each with a value that matches one of its
        patterns: ``{"lr": ["0.1", "0.01"]}``.
    :param references: Copy other jobs, too, that the files of copied jobs name.
    :param exclude: Files of jobs to leave out, for example ``*.ckpt``.
    :param max_size: Leave out files of jobs that have more bytes.
    :param metadata_only: Copy of jobs only the files that experimaestro itself needs.
    :param map: The places at the destination for those outside the source workspace.
    :param bandwidth_limit: The most KiB a second; 0 for no limit.
    :param streams: How many rsyncs bring large files over ssh at once. Default: by distance.
    :param fsync: Flush files to the disk before they get their names.
    :param connect_timeout: How many seconds a host may take to answer; 0: for ever.
    :param timeout: How many seconds a transfer may make no progress; 0: for ever.
    :param scoped: First find the permissions that the copy needs, then grant only these. This
        takes a second login.
    :param on_event: Receives each object of ``xpm-copy --json``. An exception from it stops the
        copy; the next copy resumes there.
    :returns: The result. Jobs that could not be copied are in ``errors``; the others are copied.
    :raises CopyError: When nothing can be copied; it has a ``code``, and a ``hint`` at what to do.
    """
    options = [
        *_flag("--include-running", include_running),
        *_flag("--ended", ended),
        *_flag("--keep-replaced", keep_replaced),
        *_flag("--create", create),
        *_flag("--no-fsync", not fsync),
        *(f"--state={state}" for state in states),
        *(f"--task={pattern}" for pattern in tasks),
        *(f"--tag={key}={one}" for key, patterns in (tags or {}).items() for one in patterns),
        *_flag("--no-references", not references),
        *(f"--exclude={pattern}" for pattern in exclude),
        *_flag(f"--max-size={max_size}", max_size is not None),
        *_flag("--metadata-only", metadata_only),
        *(f"--map={old}={new}" for old, new in (map or {}).items()),
        *_flag(f"--bwlimit={bandwidth_limit}", bandwidth_limit != 0),
        *_flag(f"--streams={streams}", streams is not None),
        *_flag(f"--connect-timeout={connect_timeout}", connect_timeout is not None),
        *_flag(f"--timeout={timeout}", timeout is not None),
    ]
    with named(src_workspace, dst_workspace) as (settings, [source, destination]):
        ends = [f"--settings={settings}", f"--from={source}", f"--to={destination}"]
        words = ["--json", *ends, *options, "--", experiment_id, run_id]
        grants = needed_grants(words, settings) if scoped else usual_grants(settings)
        told = run(["copy", *_flag("--yes", not dry_run), *words], grants, on_event)
    plans = [event["plan"] for event in told if event["type"] == "planned"]
    return read_result(told[-1]["result"], plans[-1])


def needed_grants(words: Sequence[str], *settings: Path) -> Grants:
    """The permissions that a copy needs; finding them inspects both ends."""
    told = run(["permissions", *words], usual_grants(*settings))
    found = next(event for event in told if event["type"] == "permissions")
    return {name: found[name] for name in ("run", "read", "write", "env", "sys")}


def _flag(word: str, given: bool) -> Iterator[str]:
    if given:
        yield word
