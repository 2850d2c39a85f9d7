"""Vendored libraries are whole, licensed and local."""

from __future__ import annotations

import hashlib
import json
import re

import pytest

from maps.assets import STATIC, inline_css, read_vendored, require_local, script_hash

VENDOR = STATIC / "vendor"
OWN = [*STATIC.glob("js/*.js"), *STATIC.glob("css/*.css")]


def test_the_manifest_names_every_vendored_file_with_its_hash() -> None:
    manifest = json.loads((VENDOR / "manifest.json").read_text(encoding="utf-8"))
    named = {f["path"]: f for p in manifest["packages"] for f in p["files"]}
    found = {
        path.relative_to(VENDOR).as_posix(): path
        for path in VENDOR.rglob("*")
        if path.is_file() and path.name != "manifest.json"
    }
    assert named.keys() == found.keys()
    for name, path in found.items():
        assert hashlib.sha256(path.read_bytes()).hexdigest() == named[name]["sha256"]


def test_every_package_brings_its_licence_and_its_version() -> None:
    manifest = json.loads((VENDOR / "manifest.json").read_text(encoding="utf-8"))
    for package in manifest["packages"]:
        files = {file["path"].rpartition("/")[2] for file in package["files"]}
        assert any(name.upper().startswith("LICEN") for name in files)
        assert package["folder"].endswith("@" + package["version"])


def test_pictures_of_a_style_sheet_are_inlined() -> None:
    sheet = inline_css("leaflet", "dist/leaflet.css")
    targets = re.findall(r"url\(([^)]*)\)", sheet)
    assert targets
    assert all(target.startswith(("data:image/png", "#")) for target in targets)


def test_a_library_that_was_not_vendored_is_named_with_the_cure() -> None:
    with pytest.raises(FileNotFoundError, match=r"scripts/vendor_assets\.py"):
        read_vendored("leaflet", "dist/absent.js")


@pytest.mark.parametrize(
    "page",
    [
        '<script src="https://cdn.example/x.js"></script>',
        "<link rel=stylesheet href=//cdn.example/x.css>",
        "<img alt='' src='tiles/1.png'>",
        "<style>p{background:url(https://cdn.example/x.png)}</style>",
        '<style>@import "x.css";</style>',
        '<form action="/send"></form>',
    ],
)
def test_a_page_that_points_outside_itself_is_refused(page: str) -> None:
    with pytest.raises(ValueError, match="points outside"):
        require_local(page)


@pytest.mark.parametrize(
    "page",
    [
        '<a href="#top">up</a>',
        '<img src="data:image/png;base64,AA==" alt="">',
        "<script>const s = '<img src=\"https://example.org/x.png\">';</script>",
        "<p>src=https://example.org</p>",
    ],
)
def test_a_page_that_stays_with_itself_is_accepted(page: str) -> None:
    require_local(page)


def test_the_hash_of_a_script_is_the_one_browsers_compute() -> None:
    # From the Content Security Policy specification, level 2, section 7.17.2.
    expected = "'sha256-qznLcsROx4GACP2dm0UCKCzCG+HiZ1guq6ZZDob/Tng='"
    assert script_hash("alert('Hello, world.');") == expected


@pytest.mark.parametrize("path", OWN, ids=lambda path: path.name)
def test_our_own_files_write_no_html_and_point_nowhere(path) -> None:  # type: ignore[no-untyped-def]
    code = path.read_text(encoding="utf-8")
    banned = (
        "innerHTML|outerHTML|insertAdjacentHTML|document\\.write|\\beval\\(|"
        "new Function|setTimeout\\(['\"]|https?://(?!www\\.w3\\.org/2000/svg)"
    )
    assert re.findall(banned, code) == []
