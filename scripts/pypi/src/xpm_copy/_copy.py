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
    exclude: Sequence[str] = (),
    map: Mapping[str, str] | None = None,
    bandwidth_limit: int = 0,
    fsync: bool = True,
    connect_timeout: int | None = None,
    timeout: int | None = None,
    scoped: bool = False,
    on_event: Callable[[Event], None] | None = None,
) -> CopyResult:
    """Copies a run and its jobs, as if the experiment had run at the destination.

    :param src_workspace: Where from.
    :param dst_workspace: Where to.
    :param experiment_id: The experiment.
    :param run_id: The run; ``current`` for the current one of the source.
    :param dry_run: Only tell what would be copied; nothing is written.
    :param include_running: Copy jobs that still run, as they are.
    :param ended: The source's run is over although it says that it is in progress.
    :param keep_replaced: Keep what is replaced, in ``.xpm-staging/replaced/``.
    :param create: Accept a destination that is not empty and not a workspace.
    :param exclude: Files of jobs to leave out, such as ``*.ckpt``.
    :param map: Where places outside the source workspace are at the destination.
    :param bandwidth_limit: At most so many KiB a second; 0 for no limit.
    :param fsync: Wait until what is copied is on the disk.
    :param connect_timeout: How many seconds a host may take to answer; 0 for ever.
    :param timeout: How many seconds a transfer may make no progress; 0 for ever.
    :param scoped: Ask first what the copy needs, then grant it that and no more. A second login.
    :param on_event: Is told what happens: each object of ``xpm-copy --json``. What it raises stops
        the copy, which then goes on from there the next time.
    :returns: What was done. Jobs that could not be copied are in ``errors``; all else goes on.
    :raises CopyError: When nothing can be copied: with ``code``, and ``hint`` at what to do.
    """
    options = [
        *_flag("--include-running", include_running),
        *_flag("--ended", ended),
        *_flag("--keep-replaced", keep_replaced),
        *_flag("--create", create),
        *_flag("--no-fsync", not fsync),
        *(f"--exclude={pattern}" for pattern in exclude),
        *(f"--map={old}={new}" for old, new in (map or {}).items()),
        *_flag(f"--bwlimit={bandwidth_limit}", bandwidth_limit != 0),
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
    """What a copy needs to be granted; it looks at both ends for that."""
    told = run(["permissions", *words], usual_grants(*settings))
    found = next(event for event in told if event["type"] == "permissions")
    return {name: found[name] for name in ("run", "read", "write", "env", "sys")}


def _flag(word: str, given: bool) -> Iterator[str]:
    if given:
        yield word
