"""The Python package beside experimaestro, whose functions it takes the place of: the same program
with one import line changed. `tests/packaging/pypi_test.ts` runs this for several versions.
"""

import contextlib
import importlib
import io
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest
from dataclasses import fields
from inspect import signature
from pathlib import Path

import experimaestro.copy_experiment as theirs
import xpm_copy as ours
from experimaestro.settings import SSHSettings, WorkspaceSettings

EXPERIMENT, LAST = "neuralir", "20260119_170744"


class Case(unittest.TestCase):
    def setUp(self) -> None:
        self.root = Path(tempfile.mkdtemp(prefix="xpm-p-")).resolve()
        self.addCleanup(shutil.rmtree, self.root)
        shutil.copytree(os.environ["XPM_SAMPLE"], self.root / "from", symlinks=True)
        self.source = WorkspaceSettings(id="from", path=self.root / "from")

    def experimaestro(self, *args: str) -> "subprocess.CompletedProcess[str]":
        words = [sys.executable, "-m", "experimaestro", *args]
        return subprocess.run(words, capture_output=True, text=True, cwd=self.root)


class Meaning(Case):
    def test_the_functions_take_the_same_arguments(self) -> None:
        for name in ("list_experiments", "list_runs", "resolve_current_run", "format_run_id"):
            own = signature(getattr(ours, name)).parameters
            self.assertEqual(list(own), list(signature(getattr(theirs, name)).parameters), name)
        own = signature(ours.copy_experiment).parameters
        for name, wanted in signature(theirs.copy_experiment).parameters.items():
            self.assertEqual(own[name].kind, wanted.kind)
            if name != "run_id":
                self.assertEqual(own[name].default, wanted.default)
        first = [field.name for field in fields(theirs.CopyResult)]
        self.assertEqual([field.name for field in fields(ours.CopyResult)][: len(first)], first)
        self.assertEqual(ours.CopyResult().errors, theirs.CopyResult().errors)

    def test_the_functions_answer_the_same(self) -> None:
        nowhere = WorkspaceSettings(id="nowhere", path=self.root / "nowhere")
        for ws in (self.source, nowhere):
            self.assertEqual(ours.list_experiments(ws), theirs.list_experiments(ws))
            for name in (EXPERIMENT, "other"):
                self.assertEqual(ours.list_runs(ws, name), theirs.list_runs(ws, name))
                current = theirs.resolve_current_run(ws, name)
                self.assertEqual(ours.resolve_current_run(ws, name), current)
        for run in (LAST, f"{LAST}.1", f" {LAST}", f"{LAST}\n", "current", "", "20269999_999999"):
            self.assertEqual(ours.format_run_id(run), theirs.format_run_id(run), run)

    def copies(self, destination: WorkspaceSettings, dry_run: bool = False) -> None:
        answers = []
        for module in (theirs, ours):
            shutil.rmtree(destination.path, ignore_errors=True)
            with contextlib.redirect_stdout(io.StringIO()):
                result = module.copy_experiment(
                    self.source, destination, EXPERIMENT, LAST, dry_run=dry_run
                )
            answers.append((result.jobs_copied, result.jobs_skipped, bool(result.errors)))
        self.assertEqual(answers[0], answers[1])

    def test_a_copy_answers_the_same(self) -> None:
        destination = WorkspaceSettings(id="to", path=self.root / "to")
        self.copies(destination, dry_run=True)
        self.copies(destination)
        [job] = (self.root / "from" / "jobs" / "neuralir.tasks.prepare").iterdir()
        shutil.rmtree(job)
        for module in (theirs, ours):
            shutil.rmtree(self.root / "to")
            with contextlib.redirect_stdout(io.StringIO()):
                result = module.copy_experiment(self.source, destination, EXPERIMENT, LAST)
            self.assertEqual(len(result.errors), 1, module.__name__)
            self.assertIn(job.name, result.errors[0])

    def test_a_copy_to_a_host_answers_the_same(self) -> None:
        if "XPM_SSH" not in os.environ:
            self.skipTest("there is no sshd")
        import json

        ssh = SSHSettings(**json.loads(os.environ["XPM_SSH"]))
        self.copies(WorkspaceSettings(id="far", path=self.root / "far", ssh=ssh))


class CommandLine(Case):
    def test_launchers_copy_is_the_program(self) -> None:
        words = ["copy", EXPERIMENT, "--from", "./from", "--to", "./to", "--yes"]
        copied = self.experimaestro("launchers", *words)
        self.assertEqual((copied.returncode, copied.stdout[:13]), (0, "Copied 2 jobs"), copied.stderr)
        self.assertTrue((self.root / "to" / "experiments" / EXPERIMENT / LAST).is_dir())
        self.assertIn("  --exclude", self.experimaestro("launchers", "copy", "--help").stdout)
        wrong = self.experimaestro("launchers", "copy", "other", "--from", "./from", "--to", "./to")
        self.assertEqual(wrong.returncode, 4)

    def test_the_launchers_of_experimaestro_are_found_as_before(self) -> None:
        registry = importlib.import_module("experimaestro.launcherfinder.registry")
        self.assertIsNotNone(registry.LauncherRegistry.instance())

    def test_what_the_documents_propose_makes_a_command(self) -> None:
        document = Path(os.environ["XPM_DOCUMENT"]).read_text()
        [lines] = re.findall(r"```python\n(# in experimaestro/cli/__init__.py\n.*?)```", document, re.S)
        self.assertEqual(len(lines.splitlines()), 4)
        program = f"from experimaestro.cli import cli\n{lines}\ncli(['copy', '--version'])"
        said = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
        self.assertEqual((said.returncode, said.stdout[:9]), (0, "xpm-copy "), said.stderr)


if __name__ == "__main__":
    unittest.main()
