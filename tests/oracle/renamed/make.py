"""make.py WORKSPACE MODULE: runs the experiment with the tasks of a module."""

import importlib
import os
import sys
from pathlib import Path

from experimaestro import experiment


def main(workspace: Path, module: str) -> None:
    tasks = importlib.import_module(module)
    with experiment(workspace, "renamed", no_environmental_impact=True) as xp:
        xp.setenv("PYTHONPATH", os.environ["PYTHONPATH"])
        xp.setenv("PYTHONDONTWRITEBYTECODE", "1")
        data = tasks.Prepare.C(count=5).submit()
        tasks.Train.C(data=data).submit()


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
