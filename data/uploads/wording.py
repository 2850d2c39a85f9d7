"""What the readers say to somebody at a command line, said to somebody at a page."""

from __future__ import annotations

import re

__all__ = ["plainly"]

_ZH = (
    (r"请用 --crs 声明，例如", "请在“坐标”一步选择，例如"),
    (r"坐标系和 --datum", "坐标系和坐标基准"),
    (
        r"请用 --communities 给出社区界线",
        "请连同社区边界一起上传，或选以楼栋外廓为界",
    ),
    (r"或用 --communities 给出带代码的社区", "或连同带代码的社区边界一起上传"),
    (r"请检查 --communities 或 --boundary 的文件", "请检查社区图层"),
    (r"--boundary hull 需要建筑物图层", "以楼栋外廓为界需要楼栋图层"),
    (
        r"(演示|真实数据)请用 WANGGE_STATE 指定另一个文件夹",
        r"\1请放到另一个库",
    ),
    (r"--crs (EPSG)", r"\1"),
    (r"\s?--[a-z]+\s?", ""),
)
_EN = (
    (r"declare it, e\.g\.", "choose it in the step Position, e.g."),
    (r"declare one, e\.g\.", "choose one in the step Position, e.g."),
    (r"the CRS and --datum", "the CRS and the datum"),
    (
        r"give them by --communities",
        "upload their boundaries too, or take the outline of the buildings",
    ),
    (
        r"or give communities with codes by --communities",
        "or upload boundaries with codes too",
    ),
    (
        r"check the file given with --communities or --boundary",
        "check the layer of communities",
    ),
    (r"--boundary hull needs", "the outline of the buildings needs"),
    (
        r"so name another folder for them by WANGGE_STATE",
        "so put them into a database of their own, which an administrator makes",
    ),
    (r"--crs (EPSG)", r"\1"),
    (r"\s?--[a-z]+\s?", ""),
)


def plainly(zh: str, en: str) -> tuple[str, str]:
    """Return a message in both languages without options of a command."""
    for pattern, words in _ZH:
        zh = re.sub(pattern, words, zh)
    for pattern, words in _EN:
        en = re.sub(pattern, words, en)
    return zh, en
