"""wait.py WORKSPACE SOURCE_FILE GATE: an experiment that is in progress until the file GATE is there."""

import sys
from pathlib import Path

from experimaestro import experiment

from xpm_oracle.tasks import Follow, Prepare, Wait


def main(workspace: Path, source: Path, gate: Path) -> None:
    with experiment(workspace, "oracle", no_environmental_impact=True) as xp:
        xp.setenv("PYTHONPATH", str(Path(__file__).parents[1]))
        xp.setenv("PYTHONDONTWRITEBYTECODE", "1")
        data = Prepare.C(source=source, count=2).submit()
        Follow.C(wait=Wait.C(data=data, gate=gate).submit()).submit()


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
