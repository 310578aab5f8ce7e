"""Tasks of several kinds, a configuration to save, and a service."""

import time
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
    """Depends on a training, and links to its result; may be told to fail."""

    run: Param[Train]
    fail: Param[bool] = field(default=False)
    report: Meta[Path] = field(default_factory=PathGenerator("report.txt"))

    def execute(self):
        if self.fail:
            raise RuntimeError("told to fail")
        self.report.write_text(f"{self.run.checkpoint.stat().st_size}\n")
        self.report.with_name("checkpoint").symlink_to(self.run.checkpoint)


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


class Wait(Task):
    """Runs until a file is there."""

    data: Param[Prepare]
    gate: Meta[Path]
    out: Meta[Path] = field(default_factory=PathGenerator("waited"))

    def execute(self):
        self.out.write_text("begun\n")
        end = time.monotonic() + 120  # the test may have died
        while not self.gate.exists() and time.monotonic() < end:
            time.sleep(0.05)
        self.out.write_text("ended\n")


class Follow(Task):
    """Cannot begin before the wait is over."""

    wait: Param[Wait]
    out: Meta[Path] = field(default_factory=PathGenerator("followed"))

    def execute(self):
        self.out.write_text(self.wait.out.read_text())


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
