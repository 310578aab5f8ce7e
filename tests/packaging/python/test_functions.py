"""The functions of the Python package; `tests/packaging/pypi_test.ts` runs this where the wheel is
installed. Each test has a folder of its own with a copy of the sample in `from`.
"""

import json
import os
import pickle
import shutil
import signal
import subprocess
import sys
import tempfile
import unittest
from dataclasses import dataclass, field
from pathlib import Path
from unittest import mock

import xpm_copy
from xpm_copy import CopyError, copy_experiment, list_experiments, list_runs, resolve_current_run
from xpm_copy import _deno
from xpm_copy._copy import needed_grants
from xpm_copy._deno import usual_grants
from xpm_copy._run import run

FIRST, LAST = "20260118_170744", "20260119_170744"
EXPERIMENT = "neuralir"


@dataclass
class Ssh:
    host: str
    options: list[str] = field(default_factory=list)


@dataclass
class Settings:
    """What experimaestro calls `WorkspaceSettings`."""

    id: str
    path: Path
    ssh: "Ssh | None" = None


def children() -> str:
    """The processes that this one has started, and that are still there."""
    words = ["pgrep", "-P", str(os.getpid())]
    return subprocess.run(words, stdout=subprocess.PIPE, text=True).stdout


class Case(unittest.TestCase):
    def setUp(self) -> None:
        self.root = Path(tempfile.mkdtemp(prefix="xpm-p-")).resolve()
        self.addCleanup(shutil.rmtree, self.root)
        self.source, self.destination = self.root / "from", self.root / "to"
        shutil.copytree(os.environ["XPM_SAMPLE"], self.source, symlinks=True)

    def remote(self, path: Path) -> Settings:
        if "XPM_SSH" not in os.environ:
            self.skipTest("there is no sshd")
        return Settings("far", path, Ssh(**json.loads(os.environ["XPM_SSH"])))

    def use_settings(self, *workspaces: object) -> None:
        """Gives the user these settings."""
        folder = self.root / ".config" / "experimaestro"
        folder.mkdir(parents=True)
        (folder / "settings.yaml").write_text(json.dumps({"workspaces": workspaces}))
        before = os.environ["HOME"]
        os.environ["HOME"] = str(self.root)
        self.addCleanup(os.environ.__setitem__, "HOME", before)

    def assert_copied(self, run: str = LAST) -> None:
        self.assertTrue((self.destination / "experiments" / EXPERIMENT / run / "jobs.jsonl").is_file())

    def fails(self, *args: object, **options: object) -> CopyError:
        with self.assertRaises(CopyError) as caught:
            copy_experiment(*args, **options)  # type: ignore[arg-type]
        return caught.exception


class Copies(Case):
    def test_a_copy_counts_its_jobs_and_the_next_has_nothing_to_do(self) -> None:
        first = copy_experiment(self.source, self.destination, EXPERIMENT, LAST)
        self.assertEqual((first.jobs_copied, first.jobs_skipped, first.errors), (2, 0, []))
        self.assertEqual((first.complete, first.run_id), (True, LAST))
        self.assert_copied()
        again = copy_experiment(self.source, self.destination, EXPERIMENT, LAST)
        self.assertEqual((again.jobs_copied, again.jobs_skipped, again.complete), (0, 2, True))

    def test_the_run_is_the_current_one_unless_told(self) -> None:
        result = copy_experiment(self.source, self.destination, EXPERIMENT)
        self.assertEqual(result.run_id, LAST)

    def test_a_dry_run_tells_what_would_be_copied_and_writes_nothing(self) -> None:
        result = copy_experiment(self.source, self.destination, EXPERIMENT, LAST, dry_run=True)
        self.assertEqual((result.jobs_copied, result.jobs_skipped), (2, 0))
        self.assertEqual([job["action"] for job in result.plan["jobs"]], ["copy", "copy"])
        self.assertFalse(self.destination.exists())

    def test_errors_are_empty_only_when_all_is_there(self) -> None:
        [missing] = (self.source / "jobs" / "neuralir.tasks.prepare").iterdir()
        shutil.rmtree(missing)
        result = copy_experiment(self.source, self.destination, EXPERIMENT, LAST)
        self.assertEqual((result.jobs_copied, result.complete), (1, False))
        self.assertEqual([job.job_id for job in result.jobs_missing], [missing.name])
        [error] = result.errors
        self.assertIn(f"jobs/neuralir.tasks.prepare/{missing.name}", error)

    def test_a_job_that_cannot_be_read_is_an_error_and_all_else_is_copied(self) -> None:
        [job] = (self.source / "jobs" / "neuralir.tasks.prepare").iterdir()
        params = job / "params.json"
        params.unlink()
        params.symlink_to("/nowhere/at/all")
        result = copy_experiment(self.source, self.destination, EXPERIMENT, LAST)
        self.assertEqual((result.complete, bool(result.errors)), (False, True))
        self.assertIn(job.name, " ".join(result.errors))

    def test_options_reach_the_program(self) -> None:
        self.destination.mkdir()
        (self.destination / "notes.txt").write_text("no workspace")
        error = self.fails(self.source, self.destination, EXPERIMENT, LAST)
        self.assertEqual(error.code, "refused")
        result = copy_experiment(
            self.source,
            self.destination,
            EXPERIMENT,
            LAST,
            create=True,
            exclude=["*.out", "-x"],
            map={"/data": "/mnt/data"},
            bandwidth_limit=100_000,
            streams=2,
            fsync=False,
            connect_timeout=7,
            timeout=8,
            keep_replaced=True,
            include_running=True,
            ended=True,
        )
        self.assertEqual((result.complete, result.warnings), (True, []))  # /data was mapped
        texts = [path.read_text() for path in self.destination.rglob("params.json")]
        self.assertTrue(any("/mnt/data" in text for text in texts))

    def test_jobs_and_files_are_chosen(self) -> None:
        def planned(**options: object) -> "dict[str, str]":
            result = copy_experiment(
                self.source, self.destination, EXPERIMENT, LAST, dry_run=True, **options
            )  # type: ignore[arg-type]
            return {job["taskId"].split(".")[-1]: job["action"] for job in result.plan["jobs"]}

        self.assertEqual(planned(states=["done", "failed"]), {"prepare": "copy", "train": "copy"})
        chosen = planned(tasks=["*.prepare"], references=False)
        self.assertEqual(chosen, {"prepare": "copy", "train": "omit"})
        self.assertEqual(planned(tags={"lr": ["0.5", "none"]}), {"prepare": "omit", "train": "omit"})
        for options in ({"metadata_only": True}, {"max_size": 1}):
            destination = self.root / "-".join(options)
            copy_experiment(self.source, destination, EXPERIMENT, LAST, **options)  # type: ignore
            names = {path.name for path in destination.rglob("*")}
            self.assertEqual((names & {"model.bin", "train.done"}), {"train.done"}, options)

    def test_the_name_of_a_command_is_an_experiment(self) -> None:
        (self.source / "experiments" / EXPERIMENT).rename(self.source / "experiments" / "ls")
        self.assertEqual(list_runs(self.source, "ls"), [FIRST, LAST])
        self.assertEqual(copy_experiment(self.source, self.destination, "ls").run_id, LAST)

    def test_what_looks_like_an_option_is_none(self) -> None:
        with self.assertRaises(CopyError) as caught:
            list_runs(self.source, "--version")
        self.assertEqual(caught.exception.code, "usage")
        self.assertIn("experiment", caught.exception.message)


class Workspaces(Case):
    def test_a_copy_goes_to_a_host_and_comes_back(self) -> None:
        pushed = copy_experiment(
            Settings("here", self.source), self.remote(self.destination), EXPERIMENT, LAST
        )
        self.assertEqual((pushed.complete, pushed.jobs_copied), (True, 2))
        self.assert_copied()
        back = self.root / "back"
        pulled = copy_experiment(self.remote(self.destination), back, EXPERIMENT)
        self.assertEqual((pulled.complete, pulled.run_id), (True, LAST))
        self.assertTrue((back / "experiments" / EXPERIMENT / LAST).is_dir())

    def test_a_host_is_listed(self) -> None:
        far = self.remote(self.source)
        self.assertEqual(list_experiments(far), [EXPERIMENT])
        self.assertEqual(list_runs(far, EXPERIMENT), [FIRST, LAST])
        self.assertEqual(resolve_current_run(far, EXPERIMENT), LAST)

    def test_a_host_that_cannot_be_reached_is_an_error_and_no_empty_list(self) -> None:
        far = self.remote(self.source)
        assert far.ssh is not None
        far.ssh.options = [*far.ssh.options, "-o", "ProxyCommand=false"]
        with self.assertRaises(CopyError) as caught:
            list_experiments(far)
        self.assertEqual(caught.exception.code, "connection")

    def test_texts_are_ids_of_the_settings_and_paths(self) -> None:
        self.use_settings({"id": "main", "path": str(self.source)})
        self.assertEqual(list_experiments("main"), [EXPERIMENT])
        copy_experiment("main", str(self.destination), EXPERIMENT)
        self.assert_copied()
        error = self.fails("mian", self.destination, EXPERIMENT)
        self.assertEqual((error.code, error.message), ("not-found", "no workspace named 'mian'"))
        self.assertIn("main", error.hint or "")

    def test_settings_may_refer_to_variables(self) -> None:
        self.use_settings({"id": "main", "path": "${env:XPM_PLACE}/from"})
        os.environ["XPM_PLACE"] = str(self.root)
        self.addCleanup(os.environ.pop, "XPM_PLACE")
        self.assertEqual(list_experiments("main"), [EXPERIMENT])

    def test_two_workspaces_may_have_one_id(self) -> None:
        result = copy_experiment(
            Settings("main", self.source), Settings("main", self.destination), EXPERIMENT
        )
        self.assertTrue(result.complete)
        self.assert_copied()

    def test_what_is_no_workspace_is_refused(self) -> None:
        self.assertEqual(self.fails(3, self.destination, EXPERIMENT).code, "usage")

    def test_what_is_not_there_is_an_empty_list(self) -> None:
        self.assertEqual(list_experiments(self.destination), [])
        self.assertEqual(list_runs(self.source, "other"), [])
        self.assertIsNone(resolve_current_run(self.source, "other"))


class Errors(Case):
    def test_an_error_has_a_code_and_a_hint(self) -> None:
        error = self.fails(self.source, self.source, EXPERIMENT)
        self.assertEqual(error.code, "refused")
        self.assertIn(error.hint or "-", str(error))
        self.assertEqual(self.fails(self.source, self.destination, "other").code, "not-found")

    def test_an_error_comes_whole_out_of_another_process(self) -> None:
        error = pickle.loads(pickle.dumps(CopyError("refused", "no", "do that")))
        self.assertEqual((error.code, error.message, error.hint), ("refused", "no", "do that"))


class Events(Case):
    def test_on_event_is_told_what_happens(self) -> None:
        told: list[str] = []
        copy_experiment(
            self.source, self.destination, EXPERIMENT, on_event=lambda event: told.append(event["type"])
        )
        self.assertEqual(told.count("published"), 2)
        self.assertEqual((told[0], told[-1]), ("planned", "summary"))

    def stop_with(self, stop: "type[BaseException]") -> None:
        """Stops a copy once it is planned, for it would take minutes."""
        with (self.source / "jobs").joinpath("large.bin").open("wb") as file:
            file.write(os.urandom(1 << 20))
        [job] = (self.source / "jobs" / "neuralir.tasks.prepare").iterdir()
        (self.source / "jobs" / "large.bin").rename(job / "large.bin")

        def on_event(event: xpm_copy.Event) -> None:
            if event["type"] != "planned":
                return
            if stop is KeyboardInterrupt:
                os.kill(os.getpid(), signal.SIGINT)
            else:
                raise stop("enough")

        before = children()
        with self.assertRaises(stop):
            copy_experiment(
                self.source, self.destination, EXPERIMENT, bandwidth_limit=1, on_event=on_event
            )
        self.assertEqual(children(), before)
        self.assertFalse((self.destination / "experiments" / EXPERIMENT / LAST).exists())
        self.assertTrue(copy_experiment(self.source, self.destination, EXPERIMENT).complete)

    def test_what_on_event_raises_stops_the_copy_and_the_next_goes_on(self) -> None:
        self.stop_with(LookupError)

    def test_an_interrupt_stops_the_copy_and_the_next_goes_on(self) -> None:
        self.stop_with(KeyboardInterrupt)


    def test_the_program_is_told_of_an_interrupt_once(self) -> None:
        """Told twice, it would leave at once, and leave its lock."""
        counting = self.root / "deno"
        counting.write_text(f"#!{sys.executable}\n{COUNTING}")
        counting.chmod(0o755)
        for whom in ("only this one, as in a notebook", "both, as in a terminal"):
            count = self.root / whom
            words = [sys.executable, "-c", INTERRUPTED, str(counting), str(count), whom]
            # a session of its own: the signal may be for all of its processes
            ended = subprocess.run(words, start_new_session=True, capture_output=True, text=True)
            self.assertEqual(ended.stdout, "interrupted\n", ended.stderr)
            self.assertEqual(count.read_text(), "1", whom)


INTERRUPTED = """
import os, signal, sys
from xpm_copy import _deno, copy_experiment
deno, os.environ["COUNT"], whom = sys.argv[1:]
_deno.find_deno = lambda: deno
def on_event(event):
    if whom.startswith("both"):
        os.killpg(0, signal.SIGINT)
    else:
        os.kill(os.getpid(), signal.SIGINT)
try:
    copy_experiment("/a", "/b", "neuralir", on_event=on_event)
except KeyboardInterrupt:
    print("interrupted")
"""

COUNTING = """
import os, signal, time
told = []
signal.signal(signal.SIGINT, lambda *_: told.append(1))
print('{"type": "planned"}', flush=True)
while not told:
    time.sleep(0.01)
time.sleep(0.3)
with open(os.environ["COUNT"], "w") as file:
    file.write(str(len(told)))
"""


class Deno(Case):
    def test_a_deno_that_cannot_be_started_is_an_error(self) -> None:
        with mock.patch.object(_deno, "find_deno", lambda: str(self.root)):
            error = self.fails(self.source, self.destination, EXPERIMENT)
        self.assertEqual(error.code, "program")
        self.assertIn(str(self.root), error.message)

    def test_a_program_that_dies_is_an_error(self) -> None:
        died = self.root / "deno"
        died.write_text("#!/bin/sh\nkill -9 $$\n")
        died.chmod(0o755)
        with mock.patch.object(_deno, "find_deno", lambda: str(died)):
            error = self.fails(self.source, self.destination, EXPERIMENT)
        self.assertEqual((error.code, "signal 9" in error.message), ("program", True))

    def test_deno_is_found_where_there_is_no_wheel_of_it(self) -> None:
        found = _deno.find_deno()
        with mock.patch.dict(sys.modules, deno=None):  # as with conda
            self.assertTrue(os.path.samefile(_deno.find_deno(), found))


class Scoped(Case):
    def test_a_scoped_copy_is_granted_its_own_paths_only(self) -> None:
        args = ["--json", f"--from={self.source}", f"--to={self.destination}", "--", EXPERIMENT]
        grants = needed_grants(args)
        self.assertEqual(grants["write"], [str(self.destination)])
        self.assertIn(str(self.source), grants["read"] or [])
        self.assertNotIn("ssh", grants["run"] or [])
        with self.assertRaises(CopyError) as caught:
            run(["copy", "--yes", *args[:2], f"--to={self.root}/other", *args[3:]], grants)
        self.assertEqual(caught.exception.code, "permission")

    def test_a_scoped_copy_copies(self) -> None:
        result = copy_experiment(self.source, self.destination, EXPERIMENT, scoped=True)
        self.assertTrue(result.complete)
        far = self.remote(self.root / "far")
        self.assertTrue(copy_experiment(self.source, far, EXPERIMENT, scoped=True).complete)
        self.assertTrue((self.root / "far" / "experiments" / EXPERIMENT / LAST).is_dir())

    def test_other_programs_and_connections_are_never_granted(self) -> None:
        grants = usual_grants()
        self.assertEqual(set(grants["run"] or []), {"rsync", "ssh", "tar", "sync", "df", "test"})
        self.assertEqual(set(grants), {"run", "read", "write", "env", "sys"})
        self.assertEqual(grants["sys"], ["hostname"])


if __name__ == "__main__":
    unittest.main()
