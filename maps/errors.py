"""Why something cannot be drawn."""

from __future__ import annotations

from gis.errors import CommunityGridError

__all__ = ["FontError"]


class FontError(CommunityGridError):
    """The machine has no font that can write Chinese."""

    def __init__(self) -> None:
        super().__init__(
            "no Chinese font on the server, so no PDF or picture can be made; "
            "install one: apt-get install fonts-noto-cjk",
            "服务器没有中文字体，不能生成 PDF 和图片；"
            "请安装：apt-get install fonts-noto-cjk",
        )
