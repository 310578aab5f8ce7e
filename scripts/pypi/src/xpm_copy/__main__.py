"""The command ``xpm-copy``: replaces itself by Deno, which runs the program."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from . import _built
from ._deno import Grants, command, environment, not_started, usual_grants
from ._errors import CopyError

#: The exit codes of errors, the same as the program's.
_EXIT_CODES = {"usage": 2, "settings": 2, "not-found": 4, "connection": 5, "interrupted": 130}


def main() -> NoReturn:
    """Runs the program with the same arguments; ``--scoped`` is handled here."""
    sys.exit(start(sys.argv[1:]))


def start(args: Sequence[str]) -> int:
    """Runs the program; returns only when it could not replace this process."""
    end = args.index("--") if "--" in args else len(args)
    scoped = "--scoped" in args[:end]
    words = [word for word in args[:end] if word != "--scoped"] + list(args[end:])
    try:
        grants = _scoped(words) if scoped else usual_grants(*_given_settings(words))
        return _become(command(words, grants))
    except CopyError as error:
        return _fail(error, "--json" in words)
    except KeyboardInterrupt:
        return 130


def _become(line: list[str]) -> int:
    sys.stdout.flush()
    try:
        if os.name == "nt":
            import subprocess

            return subprocess.run(line, env=environment()).returncode
        os.execve(line[0], line, environment())
    except OSError as error:
        raise not_started(error) from error


def _fail(error: CopyError, as_json: bool) -> int:
    """Prints an error in the program's form."""
    code = _EXIT_CODES.get(error.code, 1)
    if as_json:
        told = {"type": "error", "code": error.code, "message": error.message, "hint": error.hint}
        import json

        for line in (told, {"type": "summary", "exitCode": code}):
            print(json.dumps(line))
        return code
    print(f"xpm-copy: {error.message}", file=sys.stderr)
    if error.hint is not None:
        print(f"  {error.hint}", file=sys.stderr)
    return code


def _given_settings(words: Sequence[str]) -> list[Path]:
    """The settings files that ``--settings`` names, with ``copy.jsonc`` beside; none without it."""
    given = [word.partition("=")[2] for word in words if word.startswith("--settings=")]
    given += [value for word, value in zip(words, words[1:]) if word == "--settings"]
    files = [Path(file).expanduser() for file in given]
    return [*files, *(file.with_name("copy.jsonc") for file in files)]


def _scoped(words: Sequence[str]) -> Grants:
    if words and words[0] in _built.COMMANDS and words[0] != "copy":
        raise CopyError("usage", "--scoped is for copies", "leave it out")
    from ._copy import needed_grants  # only here, so that the command starts sooner

    copy = words[1:] if words[:1] == ["copy"] else words
    speech = ("--json", "-q", "--quiet", "-v", "--verbose")
    return needed_grants(["--json", *(word for word in copy if word not in speech)])


if __name__ == "__main__":
    main()
