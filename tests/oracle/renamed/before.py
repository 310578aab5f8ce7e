"""Tasks before one of them was renamed: this file stands as xpm_renamed/tasks.py then."""

from pathlib import Path

from experimaestro import Meta, Param, PathGenerator, Task, field


class Prepare(Task):
    """Writes a number."""

    count: Param[int]
    out: Meta[Path] = field(default_factory=PathGenerator("out.txt"))

    def execute(self):
        self.out.write_text(str(self.count))


class Train(Task):
    """Depends on what was prepared."""

    data: Param[Prepare]
    model: Meta[Path] = field(default_factory=PathGenerator("model.bin"))

    def execute(self):
        self.model.write_text(self.data.out.read_text() * 3)
