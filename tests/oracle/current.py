"""current.py WORKSPACE EXPERIMENT: prints the run that experimaestro takes for the current one."""

import sys
from pathlib import Path

from experimaestro.scheduler.workspace_state_provider import WorkspaceStateProvider

if __name__ == "__main__":
    provider = WorkspaceStateProvider.get_instance(Path(sys.argv[1]))
    print(provider.get_current_run(sys.argv[2]) or "")
