"""The Chinese font of a document: found on the machine, cut to what is written.

PDF viewers have no Chinese of their own, so a document carries every character it
shows. Noto Sans CJK keeps its outlines as cubic curves for all of East Asia in one file
of 19 MB; the characters in use are turned into a small TrueType font, which takes a
third of a second.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any, Final

from maps.atlas.font_source import open_source
from maps.errors import FontError

__all__ = ["FOLDERS", "Face", "Fonts", "find_fonts", "open_faces"]

FOLDERS: Final = (
    Path("/usr/share/fonts"),
    Path("/usr/local/share/fonts"),
    Path("~/.local/share/fonts"),
    Path("~/.fonts"),
)
"""Where fonts are looked for, the first one first."""

_KNOWN: Final[tuple[tuple[str, str, str], ...]] = (
    # regular, bold, name of the family in the file
    ("NotoSansCJK-Regular.ttc", "NotoSansCJK-Bold.ttc", "Noto Sans CJK SC"),
    ("NotoSansCJKsc-Regular.otf", "NotoSansCJKsc-Bold.otf", "Noto Sans CJK SC"),
    ("NotoSansSC-Regular.otf", "NotoSansSC-Bold.otf", "Noto Sans SC"),
    ("NotoSansSC-Regular.ttf", "NotoSansSC-Bold.ttf", "Noto Sans SC"),
    ("SourceHanSansSC-Regular.otf", "SourceHanSansSC-Bold.otf", "Source Han Sans SC"),
    ("wqy-microhei.ttc", "wqy-microhei.ttc", "WenQuanYi Micro Hei"),
    ("wqy-zenhei.ttc", "wqy-zenhei.ttc", "WenQuanYi Zen Hei"),
    ("DroidSansFallbackFull.ttf", "DroidSansFallbackFull.ttf", "Droid Sans Fallback"),
)
_UNKNOWN: Final = "〓"
"""What Chinese print has long put where a character is not in the case."""


@dataclass(frozen=True, slots=True)
class Fonts:
    """Files of a family, regular and bold."""

    regular: Path
    bold: Path
    family: str


def find_fonts(folders: Sequence[Path] = FOLDERS) -> Fonts:
    """Return the best Chinese font of the machine.

    Raises
    ------
    FontError
        If none of those we know is installed.
    """
    there: dict[str, Path] = {}
    for folder in folders:
        for path in sorted(folder.expanduser().rglob("*.[ot]t[cf]")):
            there.setdefault(path.name, path)
    for regular, bold, family in _KNOWN:
        if regular in there:
            return Fonts(there[regular], there.get(bold, there[regular]), family)
    raise FontError


class Face:
    """One weight of the font, for one document and the characters it will use.

    It belongs to its document and to no registry, so documents may be made side by
    side.
    """

    def __init__(self, path: Path, family: str, characters: Iterable[str]) -> None:
        from reportlab.pdfbase.ttfonts import TTFont as PdfFont

        source = open_source(path, family)
        wanted = {c for c in characters if c.isprintable()} | {_UNKNOWN, " ", "?"}
        glyphs = source.glyphs(wanted)
        self.units = source.units
        self._widths = {c: glyph.width for c, glyph in glyphs.items()}
        self._outlines = {c: glyph.outline for c, glyph in glyphs.items()}
        self._font = PdfFont(path.stem, BytesIO(source.true_type(glyphs, path.stem)))
        self._instead = _UNKNOWN if _UNKNOWN in self._widths else "?"

    def clean(self, text: str) -> str:
        """Return the text with 〓 where the font has no such character."""
        return "".join(c if c in self._widths else self._instead for c in text)

    def width(self, text: str, size: float) -> float:
        """Return how wide a text is in the unit of `size`."""
        units = sum(self._widths[c] for c in self.clean(text))
        return float(units * size / self.units)

    def wrap(self, text: str, size: float, room: float) -> list[str]:
        """Break a text into lines that fit; Chinese breaks anywhere, English does not.

        No line begins with a closing mark.
        """
        lines, line = [], ""
        for word in _words(text):
            if line and self.width((line + word).rstrip(), size) > room:
                if word[0] in _CLOSING and len(line) > 1:
                    line, word = line[:-1], line[-1] + word
                lines.append(line.rstrip())
                line = word.lstrip()
            else:
                line += word
        return [*lines, line.rstrip()] if line or not lines else lines

    def fit(self, text: str, size: float, room: float) -> str:
        """Return a text that fits, its end replaced by … where it does not."""
        if self.width(text, size) <= room:
            return text
        while text and self.width(f"{text}…", size) > room:
            text = text[:-1]
        return f"{text.rstrip()}…"

    def outline(self, character: str) -> str:
        """Return the path of a character as PDF has it, `units` to an em."""
        return self._outlines[self.clean(character)]

    def codes(self, text: str, document: Any) -> list[tuple[str, bytes]]:
        """Return names and codes of the parts of a text in a reportlab document."""
        parts = self._font.splitString(self.clean(text), document)
        return [
            (self._font.getSubsetInternalName(subset, document), codes)
            for subset, codes in parts
        ]


def open_faces(
    characters: Iterable[str], fonts: Fonts | None = None
) -> tuple[Face, Face]:
    """Return the regular and the bold face for the characters of a document."""
    fonts = fonts or find_fonts()
    wanted = set(characters)
    regular = Face(fonts.regular, fonts.family, wanted)
    if fonts.bold == fonts.regular:
        return regular, regular
    return regular, Face(fonts.bold, fonts.family, wanted)


_CLOSING: Final = "，。；：、）》」』！？…％,.;:)!?%"
_ASIAN: Final = 0x2E80


def _words(text: str) -> list[str]:
    """Split where a line may break: around every Chinese character, after blanks."""
    words: list[str] = []
    for character in text:
        joins = words and ord(character) < _ASIAN and ord(words[-1][-1]) < _ASIAN
        if joins and not words[-1].endswith(" "):
            words[-1] += character
        else:
            words.append(character)
    return words
