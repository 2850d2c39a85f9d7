"""`wangge work` from the outside."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

COMMAND = [sys.executable, "-c", "from scripts.cli import main; main()"]


def test_a_worker_whose_server_has_ended_already_ends_too(
    root: Path, tmp_path: Path
) -> None:
    with subprocess.Popen([sys.executable, "-c", ""]) as gone:
        gone.wait()
    place = {"WANGGE_STATE": str(tmp_path), "WANGGE_DATABASE_URL": ""}
    done = subprocess.run(
        [*COMMAND, "work", "--beside", str(gone.pid)],
        cwd=root,
        env={**os.environ, **place},
        timeout=60,
        check=False,
    )
    assert done.returncode == 0
