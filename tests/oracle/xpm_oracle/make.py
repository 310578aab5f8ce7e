"""make.py WORKSPACE SOURCE_FILE: runs the experiment; running it again must compute nothing anew."""

import sys
from pathlib import Path

from experimaestro import FailedExperiment, TransientMode, experiment, tag

from xpm_oracle.tasks import Board, Digest, Evaluate, Model, Prepare, Scratch, Train


def main(workspace: Path, source: Path) -> None:
    try:
        with experiment(workspace, "oracle", no_environmental_impact=True) as xp:
            xp.setenv("PYTHONPATH", str(Path(__file__).parents[1]))
            xp.setenv("PYTHONDONTWRITEBYTECODE", "1")
            xp.add_service(Board(xp.workspace.path / "boards" / "one"))
            models = [Model.C(width=tag(width)) for width in (2, 3)]
            data = Prepare.C(source=source, count=5).submit()
            trained = [Train.C(data=data, model=model).submit() for model in models]
            for run in trained:
                Evaluate.C(run=run).submit()
            Evaluate.C(run=trained[0], fail=True).submit()
            scratch = Scratch.C(size=tag(7)).submit(transient=TransientMode.REMOVE)
            Digest.C(scratch=scratch).submit()
            # nobody needs this one, so it never runs
            Scratch.C(size=tag(8)).submit(transient=TransientMode.TRANSIENT)
            xp.save(models + [trained[0]])
    except FailedExperiment:
        pass  # one job is meant to fail


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
