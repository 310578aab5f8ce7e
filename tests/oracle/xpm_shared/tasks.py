"""A task whose jobs go on from the same checkpoint."""

from pathlib import Path

from experimaestro import Meta, Param, PathGenerator, Task, field, param_group, partial

LENGTH = param_group("length")


class Train(Task):
    """Goes on from what another job has left, and writes what it has found."""

    width: Param[int]
    epochs: Param[int] = field(groups=[LENGTH])

    checkpoints = partial(exclude_groups=[LENGTH])
    checkpoint: Meta[Path] = field(default_factory=PathGenerator("at.txt", partial=checkpoints))
    found: Meta[Path] = field(default_factory=PathGenerator("found.txt"))

    def execute(self):
        begun = int(self.checkpoint.read_text()) if self.checkpoint.exists() else 0
        self.checkpoint.parent.mkdir(parents=True, exist_ok=True)
        self.checkpoint.write_text(str(self.epochs))
        self.found.write_text(str(begun))
