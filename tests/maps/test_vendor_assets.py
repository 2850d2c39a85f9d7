"""The vendor step copies whole libraries and nothing that reaches outside."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from scripts import vendor_assets


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """A small npm package as `npm ci` would leave it."""
    folder = tmp_path / "node_modules" / "mapper"
    (folder / "dist" / "images").mkdir(parents=True)
    about = {"name": "mapper", "version": "1.2.3", "license": "MIT"}
    (folder / "package.json").write_text(json.dumps(about))
    (folder / "LICENSE").write_text("MIT License")
    (folder / "dist" / "mapper.js").write_text("window.mapper = 1;")
    (folder / "dist" / "images" / "pin.png").write_bytes(b"\x89PNG")
    return folder


def vendor(package: Path, css: str, tmp_path: Path) -> Path:
    (package / "dist" / "mapper.css").write_text(css)
    target = tmp_path / "vendor"
    wanted = {"mapper": ("dist/mapper.js", "dist/mapper.css", "dist/images/*.png")}
    vendor_assets._vendor(package.parent, target, wanted, "lock")
    return target


def test_files_come_with_licence_version_and_hash(
    package: Path, tmp_path: Path
) -> None:
    target = vendor(package, "p{background:url(images/pin.png)}", tmp_path)
    entry = json.loads((target / "manifest.json").read_text())["packages"][0]
    assert (entry["name"], entry["licence"]) == ("mapper", "MIT")
    assert (target / "mapper@1.2.3" / "LICENSE").is_file()
    assert len(entry["files"]) == 4
    assert vendor_assets._is_current(target, "lock")


def test_a_changed_file_or_lock_is_fetched_again(package: Path, tmp_path: Path) -> None:
    target = vendor(package, "", tmp_path)
    assert not vendor_assets._is_current(target, "another lock")
    (target / "mapper@1.2.3" / "dist" / "mapper.js").write_text("window.mapper = 2;")
    assert not vendor_assets._is_current(target, "lock")


def test_addresses_in_style_sheets_are_turned_to_the_copied_file(
    package: Path, tmp_path: Path
) -> None:
    css = "p{background:url('https://cdn.example.org/v1/pin.png?x=1')}"
    target = vendor(package, css, tmp_path)
    sheet = target / "mapper@1.2.3" / "dist" / "mapper.css"
    assert sheet.read_text() == "p{background:url(images/pin.png)}"


@pytest.mark.parametrize(
    "address", ["images/absent.png", "//cdn.example.org/absent.png"]
)
def test_an_address_that_leads_nowhere_is_refused(
    package: Path, tmp_path: Path, address: str
) -> None:
    with pytest.raises(FileNotFoundError, match="absent"):
        vendor(package, f"p{{background:url({address})}}", tmp_path)


def test_a_package_without_licence_text_is_refused(
    package: Path, tmp_path: Path
) -> None:
    (package / "LICENSE").unlink()
    with pytest.raises(FileNotFoundError, match="licence"):
        vendor(package, "", tmp_path)


def test_the_lock_file_names_no_host(root: Path) -> None:
    lock = json.loads((root / "package-lock.json").read_text(encoding="utf-8"))
    entries = [entry for name, entry in lock["packages"].items() if name]
    assert entries
    assert all("resolved" not in entry for entry in entries)
    assert all(entry["integrity"].startswith("sha512-") for entry in entries)
    assert "http" not in json.dumps(lock)
