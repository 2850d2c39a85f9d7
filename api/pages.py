"""The generated pages of a folder, and the page that lists them."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from data.errors import NotFoundError

__all__ = ["DOWNLOADS", "Page", "file_of", "index_page", "list_pages"]

DOWNLOADS = {
    ".html": "text/html; charset=utf-8",
    ".gpkg": "application/geopackage+sqlite3",
    ".json": "application/json",
}
"""What the folder gives away: suffix → media type. Anything else stays inside."""

TITLE_WITHIN = 64 * 1024


@dataclass(frozen=True, slots=True)
class Page:
    """One sheet of the folder and what lies beside it."""

    title: str
    href: str
    size_bytes: int
    plan: str | None
    facts: dict[str, Any] | None
    picture: str


def list_pages(folder: Path) -> list[Page]:
    """Return the sheets of a folder by name, each with its plan and its figures."""
    return [_page(path) for path in sorted(folder.glob("*.html"))]


def _page(path: Path) -> Page:
    plan, facts = path.with_suffix(".gpkg"), path.with_suffix(".json")
    return Page(
        title=_title(path),
        href=path.name,
        size_bytes=path.stat().st_size,
        plan=plan.name if plan.is_file() else None,
        facts=_facts(facts) if facts.is_file() else None,
        picture=_picture(plan, plan.stat().st_mtime_ns) if plan.is_file() else "",
    )


@lru_cache(maxsize=256)
def _picture(plan: Path, _changed: int) -> str:
    """Return a small picture of a plan, or "" where the file holds no grids."""
    import geopandas as gpd
    from pyogrio.errors import DataLayerError, DataSourceError

    from maps.thumbnail import plan_thumbnail

    try:
        grids = gpd.read_file(plan, layer="grids", columns=["type", "color"])
    except (DataSourceError, DataLayerError):
        return ""
    return plan_thumbnail(grids)


def _title(path: Path) -> str:
    """Return the text of <title>, or the name of the file where it has none."""
    with path.open(encoding="utf-8", errors="replace") as stream:
        head = stream.read(TITLE_WITHIN)
    found = re.search(r"<title>([^<]*)</title>", head)
    return html.unescape(found[1]).strip() if found and found[1].strip() else path.stem


def _facts(path: Path) -> dict[str, Any] | None:
    """Return the figures that `wangge draw --json` printed, None if it is no object."""
    try:
        value = json.loads(path.read_bytes())
    except ValueError:
        return None
    return value if isinstance(value, dict) else None


def file_of(folder: Path, name: str) -> tuple[Path, str]:
    """Return a file of the folder and its media type, by its plain name only."""
    media_type = DOWNLOADS.get(Path(name).suffix)
    # Compared with the listing, a name with dots and slashes can match nothing.
    known = {path.name: path for path in folder.iterdir() if path.is_file()}
    if media_type is None or name not in known:
        raise NotFoundError(
            f"这里没有 {name!r}; 首页列出全部图纸",
            f"there is no {name!r} here; the index lists every sheet",
        )
    return known[name], media_type


def index_page(pages: Sequence[Page]) -> str:
    """Return the page that lists the sheets, in Chinese and English."""
    cards = "\n".join(_card(page) for page in pages) or EMPTY
    return INDEX.replace("<!-- cards -->", cards)


def _card(page: Page) -> str:
    href, title = html.escape(page.href, quote=True), html.escape(page.title)
    rows = "".join(
        f"<div><dt>{zh}<small>{en}</small></dt><dd>{html.escape(value)}</dd></div>"
        for zh, en, value in _figures(page.facts or {})
    )
    figures = f"<dl>{rows}</dl>" if rows else ""
    plan = ""
    if page.plan is not None:
        target = html.escape(page.plan, quote=True)
        plan = f'<a href="{target}" download>下载方案 <small>GeoPackage</small></a>'
    return (
        f'<article><a class="picture" href="{href}" tabindex="-1">{page.picture}</a>'
        f'<h2><a href="{href}">{title}</a></h2>{figures}'
        f'<p class="do"><a class="open" href="{href}">打开图纸 <small>Open</small></a>'
        f"{plan}</p></article>"
    )


def _figures(facts: dict[str, Any]) -> list[tuple[str, str, str]]:
    """Return label and value of each figure the drawing gave."""
    figures: list[tuple[str, str, str]] = []
    grids = facts.get("grids")
    if isinstance(grids, dict):
        total = sum(count for count in grids.values() if isinstance(count, int))
        figures.append(("网格", "grids", f"{total:,}"))
    about = "≈ " if facts.get("households_estimated") else ""
    if isinstance(facts.get("households"), int):
        figures.append(("户", "households", f"{about}{facts['households']:,}"))
    if isinstance(facts.get("cells"), int):
        figures.append(("单元", "cells", f"{facts['cells']:,}"))
    for key, zh, en in (
        ("share_in_band", "户数达标", "in band"),
        ("street_share", "沿街接边", "on streets"),
    ):
        if isinstance(facts.get(key), int | float):
            figures.append((zh, en, f"{facts[key]:.0%}"))
    certificate = facts.get("certificate")
    if isinstance(certificate, dict) and isinstance(certificate.get("ok"), bool):
        proven = "合格 ✓" if certificate["ok"] else "未通过 ✗"
        figures.append(("检验", "certificate", proven))
    return figures


EMPTY = """<article class="empty"><h2>还没有图纸 <small>No sheets yet</small></h2>
<p>先画一张, 再刷新本页 / Draw one, then reload:</p>
<pre>wangge draw town.gpkg --out plan.gpkg --map plan.html</pre></article>"""

INDEX = """<!doctype html>
<html lang="zh-CN">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>社区网格图纸 · Community grid sheets</title>
<style>
:root { --ink: #1f2933; --muted: #52606d; --line: #d9e2ec; --accent: #1d5fa8 }
* { box-sizing: border-box }
body { margin: 0; background: #f5f7fa; color: var(--ink); font: 14px/1.5 "PingFang SC",
  "Microsoft YaHei", "Noto Sans CJK SC", "Source Han Sans SC", system-ui, sans-serif;
  font-variant-numeric: tabular-nums }
header { padding: 24px 32px; background: #fff; border-bottom: 1px solid var(--line) }
h1 { margin: 0; font-size: 24px; font-weight: 600 }
header p { margin: 4px 0 0; color: var(--muted) }
main { display: grid; grid-template-columns: repeat(auto-fill, minmax(320px, 1fr));
  gap: 16px; padding: 24px 32px; max-width: 1280px }
article { display: flex; flex-direction: column; background: #fff; padding: 16px;
  border: 1px solid var(--line); border-radius: 6px }
h2 { margin: 0 0 12px; font-size: 18px; font-weight: 600 }
h2 a { color: inherit; text-decoration: none }
small { color: var(--muted); font-size: 12px; font-weight: 400; margin-left: 4px }
.picture svg { display: block; width: 100%; margin-bottom: 12px; background: #f5f7fa;
  border-radius: 6px }
dl { display: grid; grid-template-columns: repeat(3, 1fr); gap: 12px; margin: 0 0 16px }
dt { color: var(--muted); font-size: 12px }
dd { margin: 0; font-size: 20px }
.do { display: flex; align-items: center; gap: 16px; margin: auto 0 0 }
a { color: var(--accent) }
a:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px }
.open { padding: 6px 16px; border-radius: 6px; background: var(--accent); color: #fff;
  text-decoration: none }
.open small { color: inherit }
pre { overflow: auto; padding: 12px; background: #f5f7fa; border-radius: 6px }
.empty { grid-column: 1 / -1 }
</style>
</head>
<body>
<header>
<h1>社区网格图纸</h1>
<p>每张图纸都能离线打开和打印, 并附检验证书。
Every sheet opens and prints offline and carries its certificate.</p>
</header>
<main>
<!-- cards -->
</main>
</body>
</html>
"""
