"""Lists the experiments and runs of a workspace."""

from __future__ import annotations

import re

from ._deno import usual_grants
from ._errors import CopyError
from ._run import Event, run
from ._workspace import Workspace, named

_RUN_ID = re.compile(r"(\d{4})(\d\d)(\d\d)_(\d\d)(\d\d)(\d\d)")


def list_experiments(ws: Workspace) -> list[str]:
    """The ids of a workspace's experiments, by name; none when there is no such folder.

    A host that cannot be reached is a ``CopyError``, never an empty list.
    """
    return [event["experimentId"] for event in _listed(ws) if event["type"] == "experiment"]


def list_runs(ws: Workspace, experiment_id: str) -> list[str]:
    """The ids of an experiment's runs, oldest first; none when there is no such experiment.

    A host that cannot be reached is a ``CopyError``, never an empty list.
    """
    return [event["runId"] for event in _listed(ws, experiment_id) if event["type"] == "run"]


def resolve_current_run(ws: Workspace, experiment_id: str) -> str | None:
    """The id of the current run, or None.

    It is the run that the link names. Without any link it is the latest run, as in experimaestro.
    """
    for event in _listed(ws, experiment_id):
        if event["type"] == "run" and event["current"]:
            return str(event["runId"])
    return None


def format_run_id(run_id: str) -> str:
    """Turns ``20260118_170744`` into ``2026-01-18 17:07:44``; returns other texts unchanged."""
    found = _RUN_ID.fullmatch(run_id)
    return "{}-{}-{} {}:{}:{}".format(*found.groups()) if found else run_id


def _listed(ws: Workspace, *of: str) -> list[Event]:
    with named(ws) as (settings, words):
        args = ["ls", "--json", "--brief", f"--settings={settings}", "--", *words, *of]
        try:
            return run(args, usual_grants(settings))
        except CopyError as error:
            if error.code == "not-found":
                return []
            raise
