"""Copies experimaestro experiments between workspaces, on this machine and over ssh.

The functions have the names, the arguments and the meaning of those in
``experimaestro.copy_experiment``; so a program that uses these changes one line::

    from xpm_copy import copy_experiment, CopyResult

A workspace is a ``WorkspaceSettings`` of experimaestro, or a text, as on the command line of
``xpm-copy``: an id of experimaestro's settings, a path, or ``HOST:PATH``.
"""

from ._built import VERSION as __version__
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
