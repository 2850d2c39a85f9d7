"""Cut blocks into parcels by lanes, down to the size their character asks for."""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass, field

import numpy as np

from data.synthetic.quarters import Block
from data.synthetic.sheet import Piece, Point, Rank, Sheet
from data.synthetic.warp import Warp

__all__ = [
    "HECTARE",
    "SETBACK",
    "Parcel",
    "cut_parcels",
    "deal_characters",
    "link_parcels",
    "measure_parcels",
]

HECTARE = 10_000.0

CHARACTERS: dict[str, tuple[float, float]] = {
    "lanes": (0.8, 1.3),
    "old": (1.7, 3.2),
    "commodity": (3.3, 6.2),
    "resettlement": (2.3, 3.8),
    "edge": (2.9, 5.0),
}
"""Size in hectares at which cutting stops, drawn anew for each piece."""

MIX: tuple[tuple[float, tuple[float, ...]], ...] = (
    (0.30, (0.28, 0.44, 0.18, 0.10, 0.00)),
    (0.60, (0.13, 0.39, 0.34, 0.14, 0.00)),
    (0.85, (0.06, 0.19, 0.36, 0.25, 0.14)),
    (9.99, (0.05, 0.07, 0.22, 0.26, 0.40)),
)
"""Chance of each character up to a distance from the centre; 1 is the edge."""

SETBACK: dict[int, float] = {
    Rank.MAIN: 18.0,
    Rank.COLLECTOR: 12.0,
    Rank.BANK: 11.0,
    Rank.LANE: 6.0,
    Rank.ALLEY: 4.0,
}
"""Metres from the middle of a street to the first wall."""


FACING = 25.0
"""Metres of street two parcels must share to count as neighbours."""


@dataclass(slots=True)
class Parcel:
    """A piece of land with one use; `inner` are its corners inside the setbacks."""

    piece: Piece
    inner: list[Point]
    community: int
    block: int
    core: float
    character: str
    area: float
    number: int = 0
    beside: list[int] = field(default_factory=list)
    kind: str = ""
    landmark: bool = False


def deal_characters(blocks: list[Block], rng: np.random.Generator) -> list[str]:
    """Return what each block is like; shares are kept, so sizes foretell buildings."""
    found = [""] * len(blocks)
    before = 0.0
    for reach, mix in MIX:
        band = [
            k for k, b in enumerate(blocks) if not b.bank and before <= b.core < reach
        ]
        before = reach
        # Each whole share once, the rest drawn by what is left over.
        exact = np.array(mix) * len(band)
        counts = np.floor(exact).astype(np.int64)
        rest = len(band) - int(counts.sum())
        if rest:
            over = exact - counts
            chosen = rng.choice(len(mix), rest, p=over / over.sum())
            counts += np.bincount(chosen, minlength=len(mix))
        hand = rng.permutation(np.repeat(list(CHARACTERS), counts))
        for k, character in zip(band, hand.tolist(), strict=True):
            found[k] = character
    return found


def cut_parcels(
    sheet: Sheet,
    block: Block,
    number: int,
    character: str,
    rng: np.random.Generator,
) -> list[Parcel]:
    """Return the parcels of a block, in the order of cutting."""
    if block.bank:
        return []
    low, high = CHARACTERS[character]
    rank = Rank.ALLEY if character == "lanes" else Rank.LANE
    parcels: list[Parcel] = []
    waiting = [block.piece]
    while waiting:
        piece = waiting.pop()
        area = piece.area()
        if area > HECTARE * rng.uniform(low, high) * 1.25:
            name = (4 if rank == Rank.LANE else 5, number, len(sheet.lines))
            large = area > 5.5 * HECTARE
            halves = _halve(sheet, piece, Rank.LANE if large else rank, name, rng)
            if halves:
                waiting += halves
                continue
        inner = piece.inset([SETBACK[sheet.lines[s].rank] for s in piece.sides])
        if inner is None:
            continue
        size = Piece(inner, piece.sides).area()
        parcels.append(
            Parcel(piece, inner, block.community, number, block.core, character, size)
        )
    return parcels


def measure_parcels(parcels: list[Parcel], warp: Warp) -> None:
    """Set the areas to those on the ground: bending stretches land here and there."""
    corners = warp.ground(np.array([xy for p in parcels for xy in p.inner]))
    stops = np.cumsum([len(p.inner) for p in parcels])
    for parcel, ring in zip(parcels, np.split(corners, stops[:-1]), strict=True):
        x, y = (ring - ring[0]).T
        parcel.area = float(x @ np.roll(y, -1) - y @ np.roll(x, -1)) / 2.0


def link_parcels(parcels: list[Parcel], sheet: Sheet) -> None:
    """Count parcels and note which face each other across a street."""
    fronts: dict[int, list[tuple[float, float, Parcel]]] = defaultdict(list)
    for number, parcel in enumerate(parcels):
        parcel.number = number
        corners = parcel.piece.corners
        for k, side in enumerate(parcel.piece.sides):
            line = sheet.lines[side]
            if line.rank != Rank.RIVER:
                ends = (
                    line.share(corners[k]),
                    line.share(corners[(k + 1) % len(corners)]),
                )
                fronts[side].append((min(ends), max(ends), parcel))
    for side, faces in fronts.items():
        length = sheet.lines[side].length()
        for n, (low, high, one) in enumerate(faces):
            for start, end, other in faces[:n]:
                if (min(high, end) - max(low, start)) * length > FACING:
                    one.beside.append(other.number)
                    other.beside.append(one.number)


def _halve(
    sheet: Sheet,
    piece: Piece,
    rank: int,
    name: tuple[int, int, int],
    rng: np.random.Generator,
) -> list[Piece]:
    """Cut a piece across its longer way by a slightly slanted street."""
    xs, ys = zip(*piece.corners, strict=True)
    wide, tall = max(xs) - min(xs), max(ys) - min(ys)
    upright = wide > tall * rng.uniform(1.05, 1.45)
    slant = math.radians(rng.normal(0.0, 2.6))
    place = rng.uniform(-0.12, 0.12)
    x, y = piece.centre()
    if upright:
        x += place * wide
        direction = (math.sin(slant), math.cos(slant))
    else:
        y += place * tall
        direction = (math.cos(slant), math.sin(slant))
    hits = _hits(piece, (x, y), direction)
    if len(hits) != 2:
        return []
    first, second = (
        (side, _settled(sheet, piece, side, share)) for side, share in hits
    )
    left, right, _ = sheet.cut(piece, first, second, rank, name)
    return [left, right]


def _hits(piece: Piece, at: Point, direction: Point) -> list[tuple[int, float]]:
    """Where a line through a point meets the sides of a piece."""
    px, py = -direction[1], direction[0]
    away = [(x - at[0]) * px + (y - at[1]) * py for x, y in piece.corners]
    hits: list[tuple[int, float]] = []
    for k, here in enumerate(away):
        there = away[(k + 1) % len(away)]
        if (here > 0.0) != (there > 0.0):
            hits.append((k, here / (here - there)))
    return hits


def _settled(sheet: Sheet, piece: Piece, side: int, share: float) -> float:
    """Move a street's end to a junction close by, and away from corners."""
    line = sheet.lines[piece.sides[side]]
    start = line.share(piece.corners[side])
    end = line.share(piece.corners[(side + 1) % len(piece.corners)])
    span = abs(end - start) * line.length()
    spare = min(0.35, 32.0 / span)
    if line.rank not in (Rank.MAIN, Rank.RIVER):
        for t, _ in line.stops:
            known = (t - start) / (end - start)
            if abs(known - share) * span < 24.0 and spare <= known <= 1.0 - spare:
                return known
    return min(max(share, spare), 1.0 - spare)
