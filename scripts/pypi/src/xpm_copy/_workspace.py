"""Workspaces as the functions take them, and as the program does: entries of settings."""

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
    """What is read of experimaestro's ``WorkspaceSettings``; ``ssh`` and ``folders`` too, if any."""

    @property
    def id(self) -> str: ...

    @property
    def path(self) -> str | os.PathLike[str]: ...


#: A ``WorkspaceSettings``, a path, or a text: an id of the settings, a path, ``HOST:PATH``.
Workspace = Union[str, "os.PathLike[str]", WorkspaceSettings]

#: A text that is a path of this machine, whatever the settings say.
_PATH = re.compile(r"\.{1,2}$|\.{0,2}/|~")

#: What the program needs to know of a workspace.
_KEYS = ("id", "path", "ssh", "folders")


@contextmanager
def named(*workspaces: Workspace) -> Iterator[tuple[Path, list[str]]]:
    """Settings with just these workspaces, and the words by which the program finds them there."""
    entries: list[dict[str, Any]] = []
    words: list[str] = []
    for workspace in workspaces:
        found = _find(workspace) if isinstance(workspace, str) else _entry(workspace)
        if isinstance(found, dict):
            while found["id"] in words:  # two of one name: it only stands in messages
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
    """What a text means: an entry of the user's settings, or what the program understands as it is."""
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
