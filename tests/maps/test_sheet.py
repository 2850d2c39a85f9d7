"""The sheet is one file that points nowhere and runs nothing from the data."""

from __future__ import annotations

import json
import re
from typing import Any

import folium
import pytest

from gis.certificate import certify_layers
from maps.assets import require_local, script_hash
from maps.sheet import plan_sheet
from tests.maps.plan_fixture import PlanParts, made_plan

EVIL = "</script><img src=x onerror=alert(1)>{{ 7*7 }}{% raw %}\u2028&amp;'\""


def sheet(parts: PlanParts | None = None, **options: Any) -> str:
    parts = parts or made_plan()
    if "certificate" not in options:
        proof = certify_layers(parts.layers, low=300, high=500)
        options["certificate"] = proof.to_dict()
    given = {
        "title": "济阳街道网格划分方案",
        "made_up": True,
        "attribution": "© OpenStreetMap contributors",
    }
    return plan_sheet(
        parts.layers,
        streets=parts.streets,
        footprints=parts.footprints,
        **{**given, **options},
    )


def data_of(html: str) -> Any:
    block = re.search(
        r'<script type="application/json"[^>]*>(.*?)</script>', html, re.S
    )
    assert block is not None
    return json.loads(block[1])


def test_the_page_is_whole_and_local() -> None:
    html = sheet()
    require_local(html)
    assert html.startswith("<!DOCTYPE html>")
    assert html.rstrip().endswith("</html>")
    assert "sourceMappingURL" not in html


def test_the_page_carries_the_licence_of_the_library_in_it() -> None:
    html = sheet()
    assert "BSD 2-Clause License" in html
    assert "Volodymyr Agafonkin" in html


def test_the_same_plan_gives_the_same_page() -> None:
    assert sheet() == sheet()


def test_folium_keeps_its_own_links() -> None:
    sheet()
    assert folium.Map.default_js
    assert folium.Map.default_css


def test_every_script_is_named_in_the_policy_and_no_other_may_run() -> None:
    html = sheet()
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', html)
    assert policy is not None
    assert policy[1].startswith("default-src 'none'; script-src 'sha256-")
    assert "unsafe" not in policy[1]
    scripts = re.findall(r"<script>(.*?)</script>", html, re.S)
    styles = re.findall(r"<style[^>]*>(.*?)</style>", html, re.S)
    assert len(scripts) == 3
    for code in (*scripts, *styles):
        assert script_hash(code) in policy[1]


def test_hostile_texts_stay_text() -> None:
    parts = made_plan(name=EVIL, street=EVIL)
    html = sheet(parts, title=EVIL, attribution=EVIL)
    assert html.count("<script") == 4
    assert html.count("<img") == 0
    assert "49" not in html.split("<title>")[1].split("</title>")[0]
    data = data_of(html)
    assert data["title"] == EVIL
    assert data["communities"]["name"][0] == EVIL
    assert EVIL + "0" in data["streets"]["names"]


def test_a_plan_without_certificate_or_grids_has_a_page() -> None:
    parts = made_plan()
    parts.layers = {name: layer.iloc[:0] for name, layer in parts.layers.items()}
    data = data_of(sheet(parts, certificate={}))
    assert data["certificate"] is None
    assert data["grids"]["code"] == []


def test_the_certificate_of_the_page_is_that_of_the_plan() -> None:
    shown = data_of(sheet())["certificate"]
    assert shown["verdict"] == "valid_with_exceptions"
    assert [check["code"] for check in shown["checks"]] == [
        "seamless",
        "connected",
        "households",
        "bounds",
        "seams",
        "codes",
    ]
    bounds = shown["checks"][3]
    assert bounds["short_zh"] == "8 个达标 · 2 个超限"


def test_the_page_opens_in_the_language_asked_for() -> None:
    assert '<html lang="en">' in sheet(lang="en")
    assert data_of(sheet(lang="en"))["lang"] == "en"


def test_an_unknown_language_is_refused() -> None:
    with pytest.raises(ValueError, match="'fr'"):
        sheet(lang="fr")


def test_the_page_of_a_small_plan_is_small() -> None:
    assert len(sheet().encode()) < 400_000
