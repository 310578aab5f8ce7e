"""The program as a command of experimaestro: ``experimaestro launchers copy …``.

experimaestro loads this when its command line starts, so nothing else is imported before it runs.
"""

from __future__ import annotations

import sys
from importlib import import_module
from typing import Any


class Copy:
    """The class that the entry points name."""

    @staticmethod
    def get_cli() -> Any:
        """The ``click.Command``, which passes all its arguments on to the program unchanged."""
        click = import_module("click")  # experimaestro depends on it, this package does not

        def copy(args: tuple[str, ...]) -> None:
            from .__main__ import start

            sys.stdout.flush()
            sys.exit(start(args))

        return click.Command(
            "copy",
            callback=copy,
            params=[click.Argument(["args"], nargs=-1, type=click.UNPROCESSED)],
            context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False},
            add_help_option=False,
            help="Copy experiments between workspaces (xpm-copy).",
        )
