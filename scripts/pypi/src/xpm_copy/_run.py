"""Runs the program with ``--json``, and returns its events."""

from __future__ import annotations

import json
import signal
import subprocess
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Dict, NoReturn

from ._deno import Grants, command, environment, not_started
from ._errors import CopyError

#: An object of ``xpm-copy --json``: its ``type``, and the fields of that type.
Event = Dict[str, Any]

#: How long the program may take to end when Ctrl-C may have reached it too, in seconds.
_PATIENCE = 3.0


def run(
    args: Sequence[str], grants: Grants, on_event: Callable[[Event], None] | None = None
) -> list[Event]:
    """Runs the program to its end; returns all its events but ``progress``.

    Raises the error that it reports. An exception meanwhile, from ``on_event`` or by Ctrl-C, stops
    the program, and is raised once it has ended.
    """
    told: list[Event] = []
    with _start(command(args, grants)) as process:
        try:
            for event in _events(process):
                if event["type"] != "progress":
                    told.append(event)
                if on_event is not None:
                    on_event(event)
            code = process.wait()
        except KeyboardInterrupt:
            _stop(process, _PATIENCE)
            raise
        except BaseException:
            _stop(process, 0)
            raise
    for event in told:
        if event["type"] == "error":
            raise CopyError(event["code"], event["message"], event.get("hint"))
    if not told or told[-1]["type"] != "summary":
        _broken(code)
    return told


def _start(words: Sequence[str]) -> subprocess.Popen[str]:
    try:
        return subprocess.Popen(
            words,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            encoding="utf-8",
            env=environment(),
        )
    except OSError as error:
        raise not_started(error) from error


def _events(process: subprocess.Popen[str]) -> Iterator[Event]:
    assert process.stdout is not None
    for line in process.stdout:
        try:
            event = json.loads(line)
        except ValueError:
            return  # the program died in the middle of a line
        yield event


def _stop(process: subprocess.Popen[str], patience: float) -> None:
    """Waits for the program to stop by itself, and then interrupts it.

    A terminal sends Ctrl-C to both processes, a notebook only to this one. After two interrupts the
    program ends at once. Its output must be read, or it would wait for that.
    """
    try:
        process.communicate(timeout=patience)
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGINT)
        process.communicate()


def _broken(code: int) -> NoReturn:
    how = f"signal {-code}" if code < 0 else f"exit code {code}"
    raise CopyError(
        "program", f"xpm-copy ended unexpectedly: {how}", "see what it wrote to standard error"
    )
