"""Copies experimaestro experiments between workspaces, on this machine and over ssh.

The functions have the same names, arguments and meaning as those in
``experimaestro.copy_experiment``. A program that uses those changes one line::

    from xpm_copy import copy_experiment, CopyResult

A workspace is a ``WorkspaceSettings`` of experimaestro, a path, or a text as on the command line
of ``xpm-copy``: an id of experimaestro's settings, a path, or ``HOST:PATH``.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from ._built import VERSION as __version__

if TYPE_CHECKING:
    from ._copy import copy_experiment
    from ._errors import CopyError
    from ._list import format_run_id, list_experiments, list_runs, resolve_current_run
    from ._result import CopyProblem, CopyResult, JobId
    from ._run import Event
    from ._workspace import Workspace

__all__ = [
    "CopyError",
    "CopyProblem",
    "CopyResult",
    "Event",
    "JobId",
    "Workspace",
    "__version__",
    "copy_experiment",
    "format_run_id",
    "list_experiments",
    "list_runs",
    "resolve_current_run",
]

if not TYPE_CHECKING:  # type checkers would accept any name

    def __getattr__(name: str) -> Any:
        """Loads a name on demand: the command and the plug-in need none, and so start sooner."""
        if name in __all__:
            for module in ("_errors", "_result", "_run", "_workspace", "_list", "_copy"):
                found = import_module(f".{module}", __name__)
                if hasattr(found, name):
                    return getattr(found, name)
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
