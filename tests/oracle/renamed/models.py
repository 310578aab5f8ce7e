"""Where the tasks are afterwards; the first one keeps its identifier."""

from pathlib import Path

from experimaestro import Meta, Param, PathGenerator, Task, field


class Prepare(Task):
    """Writes a number."""

    __xpmid__ = "xpm_renamed.tasks.prepare"

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
