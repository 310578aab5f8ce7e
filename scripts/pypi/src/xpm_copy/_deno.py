"""The command line for running the bundled program with Deno, and its permissions."""

from __future__ import annotations

import os
import re
import shutil
import sys
from collections.abc import Iterable, Mapping
from importlib import import_module
from pathlib import Path

from . import _built
from ._errors import CopyError

PROGRAM = Path(__file__).with_name("xpm-copy.mjs")

#: Deno's flags besides permissions: it asks nothing, and uses no files and modules of others.
_FLAGS = ["--no-prompt", "--no-config", "--no-lock", "--no-remote", "--no-npm", "--quiet"]

#: A reference to a variable in settings.
_REFERENCE = re.compile(r"\$\{(?:oc\.)?env[:.]([A-Za-z_][A-Za-z0-9_]*)\}")

#: Permissions, by the names of Deno's flags; None grants everything.
Grants = Mapping[str, "list[str] | None"]


def find_deno() -> str:
    """Finds Deno: that of PyPI's package, that of conda's, or one on the PATH."""
    try:
        # not by an import statement, since it has no types
        return os.fsdecode(import_module("deno").find_deno_bin())
    except (ImportError, AttributeError, FileNotFoundError):
        pass
    beside = shutil.which("deno", path=os.path.dirname(sys.executable))
    found = beside or shutil.which("deno")
    if found is None:
        raise CopyError("program", "deno was not found", "install it: pip install deno")
    return found


def usual_grants(*settings: Path) -> Grants:
    """The permissions unless the user asks for fewer; workspaces may be anywhere."""
    variables = [*_built.ENV, *_referred(settings or _user_settings())]
    return {
        "run": _built.RUN,
        "read": None,
        "write": None,
        "env": list(dict.fromkeys(variables)),
        "sys": _built.SYS,
    }


def command(args: Iterable[str], grants: Grants) -> list[str]:
    """The command line that starts the program."""
    flags = [
        f"--allow-{name}" if values is None else f"--allow-{name}={','.join(values)}"
        for name, values in grants.items()
        if values is None or len(values) > 0
    ]
    return [find_deno(), "run", *_FLAGS, *flags, str(PROGRAM), *args]


def environment() -> dict[str, str]:
    """The environment variables for Deno."""
    return {**os.environ, "DENO_NO_UPDATE_CHECK": "1"}


def not_started(error: OSError) -> CopyError:
    """The error for a Deno that exists but cannot be started."""
    return CopyError(
        "program",
        f"{error.filename} cannot be started: {error.strerror}",
        "install it again: pip install --force-reinstall deno",
    )


def _user_settings() -> list[Path]:
    folders = [Path.home() / ".config"]
    if config := os.environ.get("XDG_CONFIG_HOME"):
        folders.append(Path(config))
    names = ["settings.yaml", "copy.jsonc"]
    return [folder / "experimaestro" / name for folder in folders for name in names]


def _referred(files: Iterable[Path]) -> list[str]:
    """The variables that settings refer to. The program reports a file that cannot be read."""
    found: list[str] = []
    for file in files:
        try:
            found += _REFERENCE.findall(file.read_text("utf-8"))
        except (OSError, ValueError):
            continue
    return found
