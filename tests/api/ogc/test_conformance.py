"""The conformance suite of OGC API – Features, core, passes without an exception."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

pytestmark = [pytest.mark.postgis, pytest.mark.full]

SUITE = """
import sys
from ogctests.main import run_ogctests
flags = ["-q", "-rfE", "-p", "no:cacheprovider", "-c", "/dev/null"]  # not our settings
sys.exit(run_ogctests("features/core", instance_url=sys.argv[1], flags=flags))
"""


def test_features_core_passes(service: str, root: Path, tmp_path: Path) -> None:
    python = root / ".wangge" / "ogc" / "bin" / "python"
    if not python.exists():
        pytest.skip("the suite is not here: run scripts/setup --ogc")
    done = subprocess.run(
        [python, "-c", SUITE, service],
        cwd=tmp_path,
        env={**os.environ, "no_proxy": "127.0.0.1"},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stdout[-4000:]
    assert "29 passed" in done.stdout
