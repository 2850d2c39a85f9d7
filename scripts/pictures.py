"""Make the pictures of the README from the sheets that `scripts/run` drew.

Run it after `scripts/run --check`: `.venv/bin/python -m scripts.pictures`.
"""

from __future__ import annotations

import shutil
import sys
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, sync_playwright

__all__ = ["main"]

ROOT = Path(__file__).resolve().parents[1]
SHEETS = ROOT / ".wangge" / "sheets"
IMAGES = ROOT / "docs" / "images"
LARGEST = 400_000
"""Bytes a picture may have; a repository keeps every version for ever."""


def main() -> int:
    """Write the pictures; return 2 with a reason where that cannot be done."""
    chromium = shutil.which("chromium")
    if chromium is None or not (SHEETS / "town.html").is_file():
        print("run scripts/setup --dev and scripts/run --check first", file=sys.stderr)
        return 2
    IMAGES.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium, args=["--no-sandbox", "--disable-gpu"]
        )
        for name in ("town", "helsinki"):
            page = browser.new_page(viewport={"width": 1280, "height": 800})
            page.goto((SHEETS / f"{name}.html").as_uri())
            take(page, IMAGES / f"{name}.png")
        browser.close()
    return 0


def take(page: Page, path: Path) -> None:
    """Write what the page shows once it is at rest."""
    page.wait_for_load_state("networkidle")
    shot = Image.open(BytesIO(page.screenshot(animations="disabled")))
    # A map sheet has few colours; a palette makes the file three times smaller.
    shot.convert("RGB").quantize(256).save(path, optimize=True)
    size = path.stat().st_size
    if size > LARGEST:
        message = f"{path.name} has {size:,} bytes, more than {LARGEST:,}"
        raise ValueError(message)
    print(f"{path.relative_to(ROOT)}  {size / 1000:.0f} kB")


if __name__ == "__main__":
    sys.exit(main())
