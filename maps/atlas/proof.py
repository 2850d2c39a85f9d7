"""The certificate of a plan as a document to print, sign and seal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from io import BytesIO
from pathlib import Path
from typing import Any, Final

from gis.certificate_text import figures_text
from maps.atlas.book import Book
from maps.atlas.fonts import Fonts
from maps.atlas.furniture import badge
from maps.atlas.ink import Ink
from maps.atlas.model import About
from maps.atlas.paper import PAPERS
from maps.atlas.words import Lang, Words
from maps.theme import BAND, TOKENS

__all__ = ["write_certificates"]

_LEFT, _RIGHT = 25.0, 20.0
_TOP, _BOTTOM = 24.0, 24.0
_SIZE: Final = 3.7
_SHOWN: Final = 20
_NUMERALS: Final = "一二三四五六"
INK, MUTED = TOKENS["ink"], TOKENS["muted"]
_GREEN: Final = "#1b6e3c"


def write_certificates(
    out: Path | BytesIO,
    certificates: Sequence[tuple[About, Mapping[str, Any]]],
    *,
    lang: Lang = "zh",
    fonts: Fonts | None = None,
) -> int:
    """Write certificates as one PDF, each beginning on a page; return its pages.

    Parameters
    ----------
    out : Path or BytesIO
        Where to.
    certificates : sequence of (About, mapping)
        What is told of each plan, and its `Certificate.to_dict()`.
    lang : {"zh", "en"}
        Language.
    fonts : Fonts, optional
        Found on the machine if not given.

    Raises
    ------
    FontError
        If the machine has no Chinese font.
    """
    words = Words(lang)
    told = [_lines(about, proof, words) for about, proof in certificates]
    characters = {c for lines in told for line in lines for c in line.text + line.mark}
    for about, _ in certificates:
        characters |= set(about.community + about.title)
    book = Book(
        out, characters, words, title=words("proof.title"), fonts=fonts,
        subject=" · ".join(about.community for about, _ in certificates),
    )  # fmt: skip
    for (about, _), lines in zip(certificates, told, strict=True):
        _Document(book, about, words).write(lines)
    book.close()
    return book.pages


class _Line:
    """A paragraph: its text, a mark at its end, how it is set."""

    def __init__(
        self,
        text: str,
        mark: str = "",
        *,
        colour: str = INK,
        bold: bool = False,
        indent: float = 0.0,
        before: float = 0.0,
        size: float = _SIZE,
    ) -> None:
        self.text, self.mark, self.colour = text, mark, colour
        self.bold, self.indent, self.before, self.size = bold, indent, before, size


def _lines(about: About, proof: Mapping[str, Any], words: Words) -> list[_Line]:
    zh = words.lang == "zh"
    colon = "：" if zh else ": "
    lines = [
        _Line(f"{words(f'proof.{key}')}{colon}{text}")
        for key, text in (
            ("community", f"{about.places} {about.community} {about.community_code}"),
            ("plan", f"{words.version(about)} · {words.in_force(about)}"),
            ("band", words("proof.band.value", low=proof["low"], high=proof["high"])),
            ("crs", proof["crs"]),
        )
    ]
    for number, check in enumerate(proof["checks"]):
        lines += _check_lines(number, check, words)
    lines.append(_Line(f"{words('proof.verdict')}{colon}{_verdict(proof, zh)}",
                       bold=True, before=3.0, size=4.2))  # fmt: skip
    for key, text in (
        ("plan_hash", proof["plan_hash"]),
        ("inputs", proof["inputs_digest"] or "–"),
    ):
        lines.append(_Line(words(f"proof.{key}"), colour=MUTED, before=2.0, size=2.9))
        lines.append(_Line(text, colour=MUTED, size=2.9))
    return lines


def _check_lines(number: int, check: Mapping[str, Any], words: Words) -> list[_Line]:
    zh = words.lang == "zh"
    ok = bool(check["ok"])
    head = f"{_NUMERALS[number]}、" if zh else f"{number + 1}. "
    title = head + check["title_zh" if zh else "title_en"]
    if check["rule"]:
        rule = words("proof.rule", rule=check["rule"])
        title += f"（{rule}）" if zh else f" ({rule})"
    mark = words("proof.passed" if ok else "proof.failed")
    found = figures_text(check, words.lang) + ("。" if zh else ".")
    lines = [
        _Line(title, mark, bold=True, before=2.6),
        _Line(found, indent=7.4),
    ]
    remarks = check["remarks"] if check["code"] == "bounds" else []
    for key, findings, count in (
        ("fault", check["faults"], check["fault_count"]),
        ("remark", remarks, len(remarks)),
    ):
        shown = findings[:_SHOWN]
        for finding in shown:
            grids = " / ".join(finding["grids"])
            text = f"· {words(f'proof.{key}')} {grids} {finding[words.lang]}"
            lines.append(_Line(text, indent=7.4, size=3.2, colour=MUTED))
        if count > len(shown):
            more = words("proof.more", n=count - len(shown))
            lines.append(_Line(more, indent=7.4, size=3.2, colour=MUTED))
    return lines


def _verdict(proof: Mapping[str, Any], zh: bool) -> str:
    if proof["verdict"] == "valid":
        return "六项检查全部通过，方案有效。" if zh else "all six checks passed; valid."
    if proof["verdict"] == "valid_with_exceptions":
        n = proof["exceptions"]
        if zh:
            return f"六项检查全部通过，方案有效；另有 {n} 个网格为已说明的例外。"
        return f"all six checks passed; valid with {n} explained exceptions."
    failed = [
        c["title_zh" if zh else "title_en"] for c in proof["checks"] if not c["ok"]
    ]
    if zh:
        return f"方案无效，未通过：{'、'.join(failed)}。"
    return f"invalid; failed: {', '.join(failed)}."


class _Document:
    """Sets paragraphs on pages of A4, one after the other."""

    def __init__(self, book: Book, about: About, words: Words) -> None:
        self._book, self._about, self._words = book, about, words
        self._width, self._height = PAPERS["a4"]
        self._room = self._width - _LEFT - _RIGHT

    def write(self, lines: list[_Line]) -> None:
        """Write a certificate, with lines to sign on at the end of its last page."""
        rows = [row for line in lines for row in self._rows(line)]
        pages = _paged(rows, self._height - _TOP - _BOTTOM - 26.0, 34.0)
        for number, page in enumerate(pages, start=1):
            title = self._about.community if number == 1 else ""
            size = (self._width, self._height)
            with self._book.page(size, title=title) as ink:
                self._page(ink, page, number, len(pages))

    def _rows(self, line: _Line) -> list[tuple[_Line, str, float, bool]]:
        """Return a paragraph as rows: text, height, whether it is the last row."""
        face = self._book.ink.face(bold=line.bold)
        room = self._room - line.indent - (18.0 if line.mark else 0.0)
        parts = face.wrap(line.text, line.size, room)
        return [
            (
                line,
                part,
                1.62 * line.size + (line.before if at == 0 else 0.0),
                at == len(parts) - 1,
            )
            for at, part in enumerate(parts)
        ]

    def _page(
        self, ink: Ink, rows: list[tuple[_Line, str, float, bool]], number: int, of: int
    ) -> None:
        words, top = self._words, self._height - _TOP
        if number == 1:
            title = words("proof.title")
            ink.text(
                self._width / 2, top - 4, title, 7.4, INK,
                bold=True, align=0.5, room=self._room,
            )  # fmt: skip
            ink.line(_LEFT, top - 9, self._width - _RIGHT, top - 9, INK, 0.6)
            ink.line(_LEFT, top - 10, self._width - _RIGHT, top - 10, INK, 0.2)
        right = self._width - _RIGHT
        if self._about.made_up:
            right -= badge(ink, right, self._height - 9, words("mark.made_up"), 0.9)
        if self._about.is_draft:
            status = words(f"status.{self._about.status}")
            badge(ink, right, self._height - 9, status, 0.9)
        y = top - (14.0 if number == 1 else 0.0)
        for line, text, height, is_last in rows:
            y -= height
            ink.text(
                _LEFT + line.indent, y, text, line.size, line.colour, bold=line.bold
            )
            if line.mark and is_last:
                passed = line.mark == words("proof.passed")
                colour = _GREEN if passed else BAND["above"]
                ink.text(
                    self._width - _RIGHT, y, line.mark, line.size, colour,
                    bold=True, align=1.0,
                )  # fmt: skip
        if number == of:
            self._sign(ink)
        foot = words("page.number", n=number, of=of)
        ink.text(self._width / 2, 12, foot, 2.6, MUTED, align=0.5)
        if self._about.made_up:
            said = words("mark.made_up.long")
            ink.text(self._width / 2, 8, said, 2.4, BAND["above"], align=0.5)

    def _sign(self, ink: Ink) -> None:
        wide = self._room / 2
        for number, key in enumerate(("drafted", "reviewed", "date", "seal")):
            column, row = number % 2, number // 2
            x, y = _LEFT + column * wide, _BOTTOM + 20.0 - row * 11.0
            after = ink.text(x, y, self._words(f"sign.{key}"), _SIZE, INK)
            ink.line(x + after + 2, y - 0.8, x + wide - 8, y - 0.8, MUTED, 0.2)


def _paged(
    rows: list[tuple[_Line, str, float, bool]], room: float, signing: float
) -> list[list[tuple[_Line, str, float, bool]]]:
    """Part rows into pages; a heading stays with its text, the last page can be signed.

    `signing` is the height the lines to sign on take at the end.
    """
    pages: list[list[tuple[_Line, str, float, bool]]] = [[]]
    used = 14.0
    for at, row in enumerate(rows):
        follows = rows[at + 1][2] if row[0].bold and at + 1 < len(rows) else 0.0
        if pages[-1] and used + row[2] + follows > room + 20.0:
            pages.append([])
            used = 0.0
        pages[-1].append(row)
        used += row[2]
    if used > room + 20.0 - signing:
        pages.append([])
    return pages
