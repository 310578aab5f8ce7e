"""Three kinds of task, a configuration to save, and a service."""

from pathlib import Path

from experimaestro import Config, Meta, Param, Task, PathGenerator, field
from experimaestro.scheduler.services import Service


class Model(Config):
    """A configuration that is saved with the experiment."""

    width: Param[int]
    rate: Param[float] = field(default=1e-07)


class Prepare(Task):
    """Reads a file from outside the workspace, writes many small ones."""

    source: Param[Path]
    count: Param[int]
    out: Meta[Path] = field(default_factory=PathGenerator("out"))

    def execute(self):
        self.out.mkdir(parents=True, exist_ok=True)
        for k in range(self.count):
            (self.out / f"part {k}.txt").write_text(self.source.read_text() * k)
        (self.out / "uv.lock").write_text("data, not a lock\n")


class Train(Task):
    """Depends on a prepared folder and on a model."""

    data: Param[Prepare]
    model: Param[Model]
    checkpoint: Meta[Path] = field(default_factory=PathGenerator("model.bin"))

    def execute(self):
        self.checkpoint.write_bytes(bytes(self.model.width) * 1000)


class Evaluate(Task):
    """Depends on a training; may be told to fail."""

    run: Param[Train]
    fail: Param[bool] = field(default=False)
    report: Meta[Path] = field(default_factory=PathGenerator("report.txt"))

    def execute(self):
        if self.fail:
            raise RuntimeError("told to fail")
        self.report.write_text(f"{self.run.checkpoint.stat().st_size}\n")


class Scratch(Task):
    """Removed by experimaestro when its experiment ends."""

    size: Param[int]
    blob: Meta[Path] = field(default_factory=PathGenerator("blob"))

    def execute(self):
        self.blob.write_bytes(b"x" * self.size)


class Digest(Task):
    """Needs the scratch job, so that it runs."""

    scratch: Param[Scratch]
    out: Meta[Path] = field(default_factory=PathGenerator("digest"))

    def execute(self):
        self.out.write_text(str(self.scratch.blob.stat().st_size))


class Board(Service):
    """A service whose state names a folder of the run."""

    id = "board"

    def __init__(self, folder: Path):
        super().__init__()
        self.folder = Path(folder)

    def state_dict(self):
        return {"folder": self.folder}

    def description(self):
        return "board"


__all__ = ["Board", "Digest", "Evaluate", "Model", "Prepare", "Scratch", "Train"]
