"""A font file of the machine, and the glyphs that were taken from it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from io import BytesIO
from mmap import ACCESS_READ, mmap
from pathlib import Path
from threading import Lock
from typing import Any, Final

__all__ = ["Glyph", "Source", "open_source"]

_SMOOTH: Final = 0.6
"""How far a curve may move when it is made TrueType, in thousandths of an em."""


@dataclass(frozen=True, slots=True)
class Glyph:
    """What is drawn for a character."""

    name: str
    width: int
    outline: str
    """Its path as PDF has it."""
    true_type: Any


class Source:
    """One weight of a family, kept open; what was taken once is there at once.

    It may be asked by several threads.
    """

    def __init__(self, path: Path, family: str) -> None:
        from fontTools.ttLib import TTFont

        number = _number_of(path, family)
        with path.open("rb") as file:  # the map outlives the file it is of
            data = mmap(file.fileno(), 0, access=ACCESS_READ)
        self._font = TTFont(data, fontNumber=number, lazy=True)
        self._names = self._font.getBestCmap()
        self._shapes = self._font.getGlyphSet()
        self._known: dict[str, Glyph] = {}
        self._lock = Lock()
        self.units = int(self._font["head"].unitsPerEm)

    def glyphs(self, characters: Iterable[str]) -> dict[str, Glyph]:
        """Return the glyphs of those characters that the font has, in their order."""
        found = {}
        with self._lock:
            for character in sorted(characters):
                name = self._names.get(ord(character))
                if name is not None:
                    if character not in self._known:
                        self._known[character] = self._take(name)
                    found[character] = self._known[character]
        return found

    def _take(self, name: str) -> Glyph:
        from fontTools.pens.cu2quPen import Cu2QuPen
        from fontTools.pens.recordingPen import DecomposingRecordingPen
        from fontTools.pens.ttGlyphPen import TTGlyphPen

        drawn = DecomposingRecordingPen(self._shapes)
        self._shapes[name].draw(drawn)
        shape = TTGlyphPen(None)
        if "glyf" in self._font:
            drawn.replay(shape)
        else:
            error = _SMOOTH * self.units / 1000
            drawn.replay(Cu2QuPen(shape, error, reverse_direction=True))
        path = _path_pen()
        drawn.replay(path)
        width = int(self._font["hmtx"][name][0])
        return Glyph(name, width, "\n".join(path.code), shape.glyph())

    def true_type(self, glyphs: Mapping[str, Glyph], name: str) -> bytes:
        """Return a TrueType font of some glyphs."""
        with self._lock:
            return self._build(glyphs, name)

    def _build(self, glyphs: Mapping[str, Glyph], name: str) -> bytes:
        from fontTools.fontBuilder import FontBuilder
        from fontTools.pens.ttGlyphPen import TTGlyphPen

        drawn = {glyph.name: glyph.true_type for glyph in glyphs.values()}
        shapes = {".notdef": TTGlyphPen(None).glyph(), **dict(sorted(drawn.items()))}
        codes = {ord(character): glyph.name for character, glyph in glyphs.items()}
        head, metrics = self._font["hhea"], self._font["hmtx"]
        builder = FontBuilder(self.units, isTTF=True)
        builder.setupGlyphOrder(list(shapes))
        builder.setupCharacterMap(dict(sorted(codes.items())))
        builder.setupGlyf(shapes)
        builder.setupHorizontalMetrics({glyph: metrics[glyph] for glyph in shapes})
        builder.setupHorizontalHeader(ascent=head.ascent, descent=head.descent)
        builder.setupNameTable(
            {"familyName": name, "styleName": "Regular", "psName": name}
        )
        builder.setupOS2(
            sTypoAscender=head.ascent,
            sTypoDescender=head.descent,
            usWeightClass=self._font["OS/2"].usWeightClass,
        )
        builder.setupPost(keepGlyphNames=False)
        # The clock must not show in the file: the same plan makes the same bytes.
        builder.font["head"].created = builder.font["head"].modified = 0
        builder.font.recalcTimestamp = False
        out = BytesIO()
        builder.save(out)
        return out.getvalue()


@lru_cache(maxsize=4)
def open_source(path: Path, family: str) -> Source:
    """Return a font of the machine, opened once."""
    return Source(path, family)


def _number_of(path: Path, family: str) -> int:
    """Return which font of a collection is the family; -1 where it holds only one."""
    from fontTools.ttLib import TTCollection

    if path.suffix != ".ttc":
        return -1
    with TTCollection(path, lazy=True) as collection:
        names = [font["name"].getDebugName(1) for font in collection]
    return names.index(family) if family in names else 0


def _path_pen() -> Any:
    from fontTools.pens.basePen import BasePen

    class Path(BasePen):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__(None)
            self.code: list[str] = []

        def _add(self, mark: str, *points: tuple[float, float]) -> None:
            told = " ".join(f"{x:.0f} {y:.0f}" for x, y in points)
            self.code.append(f"{told} {mark}".lstrip())

        def _moveTo(self, to: tuple[float, float]) -> None:  # noqa: N802
            self._add("m", to)

        def _lineTo(self, to: tuple[float, float]) -> None:  # noqa: N802
            self._add("l", to)

        def _curveToOne(self, *points: tuple[float, float]) -> None:  # noqa: N802
            self._add("c", *points)

        def _closePath(self) -> None:  # noqa: N802
            self._add("h")

    return Path()
