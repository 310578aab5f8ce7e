"""make.py WORKSPACE EPOCHS...: trains once for each of these, one after the other."""

import sys
from pathlib import Path

from experimaestro import experiment

from xpm_shared.tasks import Train


def main(workspace: Path, lengths: list[int]) -> None:
    with experiment(workspace, "oracle", no_environmental_impact=True) as xp:
        xp.setenv("PYTHONPATH", str(Path(__file__).parents[1]))
        xp.setenv("PYTHONDONTWRITEBYTECODE", "1")
        for epochs in lengths:
            Train.C(width=7, epochs=epochs).submit()
            xp.wait()


if __name__ == "__main__":
    main(Path(sys.argv[1]), [int(word) for word in sys.argv[2:]])
