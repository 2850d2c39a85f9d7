"""Words of signing in and of the administration: all are there, none is idle."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from data.accounts.roles import Permission, Role
from maps.assets import STATIC
from maps.catalogue import read_texts
from maps.frame import DOMAINS

TEXTS = read_texts("gate")
TEMPLATES = STATIC.parent / "templates"
HAN = re.compile(r"[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]")
FOLDERS = ("gate", "login", "account", "admin")
FILES = [
    *(path for name in FOLDERS for path in STATIC.glob(f"js/{name}/*.js")),
    *(TEMPLATES / f"{name}.html" for name in ("login", "office", "refused", "rail")),
    *(STATIC / "css" / f"{name}.css" for name in ("gate", "office")),
]
ASKED = re.compile(r'"([a-z_]+(?:\.[a-z_0-9]+)+)"')
MADE_OF = ("role.", "permission.", "ready.", "days.", "audit.kind.")
"""Stems whose ends come from elsewhere; `ask…` names those of the log-in steps."""
MADE = {"audit.done", "audit.refused", "audit.failed"} | {
    f"admin.{tab}" for tab in ("accounts", "audit", "state")
}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_no_file_holds_words_of_its_own(path: Path) -> None:
    assert not HAN.search(path.read_text(encoding="utf-8"))


def test_every_word_is_there_and_none_is_idle() -> None:
    code = "\n".join(path.read_text(encoding="utf-8") for path in FILES)
    code += (STATIC.parent / "gate.py").read_text(encoding="utf-8")
    found = set(ASKED.findall(code))
    known = {key for domain in DOMAINS for key in read_texts(domain)}
    files = (".js", ".svg", ".css", ".html", ".csv")
    missing = {key for key in found if not key.endswith(files)} - known
    assert missing == set()
    idle = set(TEXTS) - found - MADE
    assert {key for key in idle if not key.startswith(MADE_OF)} == set()


def test_every_role_and_permission_has_its_words() -> None:
    for role in Role:
        assert f"role.{role}" in TEXTS
        assert f"role.{role}.why" in TEXTS
    for permission in Permission:
        assert f"permission.{permission}" in TEXTS


def test_no_key_is_in_two_catalogues() -> None:
    # The pages put all catalogues into one table.
    keys = [key for domain in DOMAINS for key in read_texts(domain)]
    assert sorted({key for key in keys if keys.count(key) > 1}) == []
