"""The words and numbers of a document in one language."""

from __future__ import annotations

from datetime import date
from typing import Literal

from maps.atlas.model import About, Grid
from maps.catalogue import read_texts

__all__ = ["Lang", "Words"]

Lang = Literal["zh", "en"]


class Words:
    """Texts of the catalogue `atlas`, with numbers as that language writes them."""

    def __init__(self, lang: Lang) -> None:
        self.lang: Lang = lang
        self._texts = read_texts("atlas")

    def __call__(self, key: str, **values: object) -> str:
        """Return a text with its places filled."""
        zh, en = self._texts[key]
        text = zh if self.lang == "zh" else en
        assert isinstance(text, str)  # the catalogue has no plurals
        return text.format(**values)

    def characters(self) -> set[str]:
        """Return every character these words may need, digits and marks included."""
        index = 0 if self.lang == "zh" else 1
        told = "".join(str(text[index]) for text in self._texts.values())
        latin = {chr(code) for code in range(32, 127)}
        return set(told) | latin | set("▲▼≈·–…—×²年月日")

    def day(self, day: date) -> str:
        """Return a date."""
        if self.lang == "zh":
            return f"{day.year}年{day.month}月{day.day}日"
        return day.isoformat()

    def in_force(self, about: About) -> str:
        """Return from when to when a plan counts, or when it was made."""
        if about.since is None:
            return self("plan.made", made=self.day(about.made))
        since = self.day(about.since)
        if about.until is None:
            return self("plan.since", since=since)
        return self("plan.until", since=since, until=self.day(about.until))

    def version(self, about: About) -> str:
        """Return which plan it is: its name, version and status."""
        parts = [about.name, self("plan.version", version=about.version)]
        parts.append(self(f"status.{about.status}"))
        return " · ".join(part for part in parts if part)

    def households(self, grid: Grid) -> str:
        """Return the households of a grid, marked where some are estimates."""
        count = self("unit.households", n=f"{grid.households:,}")
        return f"≈ {count}" if grid.estimated else count

    def off(self, grid: Grid) -> str:
        """Return by how many households a grid is out of the band; empty if in it."""
        if not grid.off:
            return ""
        key = "off.above" if grid.off > 0 else "off.below"
        mark = "▲" if grid.off > 0 else "▼"
        return f"{mark} {self(key, n=f'{abs(grid.off):,}')}"

    def area(self, square_metres: float) -> str:
        """Return an area in hectares, or in square metres where it is small."""
        if square_metres < 10_000:
            return self("unit.m2", n=f"{square_metres:,.0f}")
        return self("unit.hectares", n=f"{square_metres / 10_000:,.2f}")
