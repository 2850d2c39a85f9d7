"""NOTICE tells the truth about the locks."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from scripts.notice import locked, notice, refused_licences

LOCKS = ("requirements.lock", "requirements-dev.lock", "requirements-bench.lock")


def test_notice_is_what_the_locks_and_packages_say(root: Path) -> None:
    assert (root / "NOTICE").read_text(encoding="utf-8") == notice()


def test_nothing_that_runs_is_under_a_gpl() -> None:
    assert refused_licences("requirements.lock") == []


def test_a_gpl_package_would_be_refused() -> None:
    # text-unidecode offers the GPL beside the Artistic License; a test tool brings it.
    assert refused_licences("requirements-dev.lock") == [
        "text-unidecode (Artistic-1.0-Perl OR GPL-2.0-or-later)"
    ]


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_pins_every_package_by_hash_and_names_no_index(
    lock: str, root: Path
) -> None:
    text = (root / lock).read_text(encoding="utf-8")
    packages = re.split(r"\n(?=[a-z0-9])", text)[1:]
    assert len(packages) >= len(list(locked(lock)))
    assert all(" --hash=sha256:" in package for package in packages)
    assert "://" not in text


def test_the_other_locks_hold_what_runs_at_the_same_versions(root: Path) -> None:
    run, tests, bench = (
        set(re.findall(r"^[\w.-]+==\S+", (root / lock).read_text(), re.MULTILINE))
        for lock in LOCKS
    )
    assert run < tests
    assert run < bench
