"""list.py WORKSPACE: prints, as JSON, what three of experimaestro's own commands print.

One process runs them: each alone takes half a second to start.
"""

import contextlib
import io
import json
import sys
from importlib.metadata import entry_points


def printed(*words: str) -> str:
    (command,) = entry_points(group="console_scripts", name="experimaestro")
    sys.argv = ["experimaestro", *words]
    with contextlib.redirect_stdout(io.StringIO()) as out:
        try:
            command.load()()
        except SystemExit as end:
            if end.code:
                raise
    return out.getvalue()


if __name__ == "__main__":
    root = sys.argv[1]
    listing = {
        "experiments": printed("experiments", "--workdir", root, "list"),
        "jobs": printed("jobs", "--workdir", root, "list", "--tags"),
        "orphans": printed("orphans", root),
    }
    print(json.dumps(listing))
