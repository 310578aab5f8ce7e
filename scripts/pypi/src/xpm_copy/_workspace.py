"""Turns the workspaces that the functions accept into settings for the program."""

from __future__ import annotations

import json
import os
import re
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol, Union

from ._deno import usual_grants
from ._errors import CopyError
from ._run import run


class WorkspaceSettings(Protocol):
    """The fields of experimaestro's ``WorkspaceSettings`` that are read, with optional ``ssh`` and
    ``folders``.
    """

    @property
    def id(self) -> str: ...

    @property
    def path(self) -> str | os.PathLike[str]: ...


#: A ``WorkspaceSettings``, a path, or a text: an id of the settings, a path, ``HOST:PATH``.
Workspace = Union[str, "os.PathLike[str]", WorkspaceSettings]

#: A text that is a path of this machine, even if the settings have such an id.
_PATH = re.compile(r"\.{1,2}$|\.{0,2}/|~")

#: The fields of a workspace that the program needs.
_KEYS = ("id", "path", "ssh", "folders")


@contextmanager
def named(*workspaces: Workspace) -> Iterator[tuple[Path, list[str]]]:
    """Writes settings with only these workspaces; yields the file, and the word for each."""
    entries: list[dict[str, Any]] = []
    words: list[str] = []
    for workspace in workspaces:
        found = _find(workspace) if isinstance(workspace, str) else _entry(workspace)
        if isinstance(found, dict):
            while found["id"] in words:  # for a second one of that id, which only messages show
                found["id"] += "'"
            entries.append(found)
            words.append(found["id"])
        else:
            words.append(found)
    with tempfile.TemporaryDirectory(prefix="xpm-copy-") as folder:
        file = Path(folder, "settings.yaml")
        file.write_text(json.dumps({"workspaces": entries}), "utf-8")  # JSON is YAML
        yield file, words


def _entry(workspace: os.PathLike[str] | WorkspaceSettings) -> dict[str, Any]:
    if isinstance(workspace, os.PathLike):
        path = os.fspath(workspace)
        return {"id": path, "path": path}
    if not hasattr(workspace, "id") or not hasattr(workspace, "path"):
        raise CopyError(
            "usage",
            f"a workspace cannot be of type {type(workspace).__name__}",
            "give WorkspaceSettings, an id, a path or HOST:PATH",
        )
    entry: dict[str, Any] = {"id": workspace.id, "path": os.fspath(workspace.path)}
    ssh = getattr(workspace, "ssh", None)
    if ssh is not None:
        entry["ssh"] = {"host": ssh.host, "options": list(getattr(ssh, "options", []))}
    elif folders := [*_folders(workspace)]:
        entry["folders"] = folders
    return entry


def _folders(workspace: WorkspaceSettings) -> Iterator[dict[str, str]]:
    """The extra places for jobs."""
    for folder in getattr(workspace, "folders", []):
        mode = getattr(folder.mode, "value", folder.mode)
        yield {"path": os.fspath(folder.path), "mode": mode}


def _find(text: str) -> dict[str, Any] | str:
    """The workspace for a text: an entry of the user's settings, or the text itself."""
    if _PATH.match(text):
        return text
    known: Sequence[Mapping[str, Any]] = [
        event for event in run(["ls", "--json"], usual_grants()) if event["type"] == "workspace"
    ]
    for workspace in known:
        if workspace["id"] == text:
            return {key: workspace[key] for key in _KEYS if key in workspace}
    host, colon, _ = text.partition(":")
    if text.startswith("ssh://") or (colon and "/" not in host):
        return text
    ids = ", ".join(str(workspace["id"]) for workspace in known)
    hint = f"the settings know: {ids}" if known else "the settings have no workspaces"
    raise CopyError("not-found", f"no workspace named '{text}'", hint)
