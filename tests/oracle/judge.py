"""judge.py WORKSPACE: prints, as JSON, all that experimaestro loads from the workspace.

A path below the workspace is told from there on, with a digest of what it leads to: a workspace and
a faithful copy of it give the same text.
"""

import hashlib
import json
import sys
from pathlib import Path

import experimaestro
from experimaestro import Config, RunMode, experiment, from_task_dir, load
from experimaestro.scheduler.workspace_state_provider import WorkspaceStateProvider


def digest(path: Path):
    if path.is_dir():
        return {entry.name: digest(entry) for entry in sorted(path.iterdir())}
    return hashlib.sha256(path.read_bytes()).hexdigest()[:12] if path.exists() else None


def describe(value, workspace: Path):
    if isinstance(value, Path):
        below = value.is_relative_to(workspace)
        name = f"<workspace>/{value.relative_to(workspace)}" if below else str(value)
        return {"path": name, "holds": digest(value)}
    if isinstance(value, (list, tuple)):
        return [describe(item, workspace) for item in value]
    if isinstance(value, dict):
        return {str(key): describe(item, workspace) for key, item in sorted(value.items())}
    if isinstance(value, Config):
        information = getattr(value, "__xpm__", None)  # a configuration has it, an instance not
        fields = getattr(information, "values", None) or vars(value)
        return {"type": type(value).__qualname__, **describe(fields, workspace)}
    return value if isinstance(value, (bool, int, float, str, type(None))) else str(value)


def loaded_jobs(workspace: Path):
    for folder in sorted(workspace.glob("jobs/*/*")):
        loaded = [from_task_dir(folder, as_instance=instance) for instance in (False, True)]
        yield f"{folder.parent.name}/{folder.name}", loaded


def saved(workspace: Path, run: Path):
    if not (run / "data").exists():
        return None
    options = {"run_mode": RunMode.DRY_RUN, "no_environmental_impact": True}
    with experiment(workspace, "reader", **options) as xp:
        by_experiment = xp.load("oracle")
    folder = run / "data" / "default"
    return [by_experiment, load(folder), load(folder, as_instance=True)]


def judge(workspace: Path):
    provider = WorkspaceStateProvider.get_instance(workspace)
    run = workspace / "experiments" / "oracle" / provider.get_current_run("oracle")
    load_xp_info = getattr(experimaestro, "load_xp_info", None)  # since 2.3
    services = provider.get_services("oracle")
    return {
        "current": run.name,
        "runs": sorted(run.run_id for run in provider.get_experiment_runs("oracle")),
        "jobs": dict(loaded_jobs(workspace)),
        "run": load_xp_info(run).jobs if load_xp_info else None,
        "saved": saved(workspace, run),
        "services": {service.id: service.to_service().state_dict() for service in services},
    }


if __name__ == "__main__":
    root = Path(sys.argv[1])
    print(json.dumps(describe(judge(root), root), indent=1))
