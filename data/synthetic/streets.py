"""The street layer: classes, names, bridges."""

from __future__ import annotations

import numpy as np
import shapely
from geopandas import GeoDataFrame

from data.synthetic.build import Ground
from data.synthetic.names import Names
from data.synthetic.sheet import Line, Point, Rank, Sheet
from data.synthetic.warp import Array

__all__ = ["build_streets", "street_names"]

CLASSES = {
    Rank.COLLECTOR: "tertiary",
    Rank.BANK: "tertiary",
    Rank.LANE: "residential",
    Rank.ALLEY: "living_street",
}
WAYS = {
    "service": "service",
    "footway": "footway",
    "alley": "footway",
    "alley_end": "living_street",
}


def street_names(sheet: Sheet, rng: np.random.Generator) -> list[str]:
    """Return the name of every line; roads in one row share theirs."""
    names = Names(rng)
    found: list[str] = []
    for line in sheet.lines:
        if line.rank == Rank.RIVER:
            found.append("")
        elif line.rank >= Rank.LANE:
            found.append(names.lane(alley=line.rank == Rank.ALLEY))
        else:
            found.append(names.street(line.name, main=line.rank == Rank.MAIN))
    return found


def build_streets(
    sheet: Sheet, ground: Ground, names: list[str], crs: str
) -> GeoDataFrame:
    """Return all streets, bridges as rows of their own, ways inside plots last."""
    wet, banks = _wet(sheet), _bank_ends(sheet)
    kinds: list[str] = []
    called: list[str] = []
    bridge: list[bool] = []
    paths: list[Array] = []
    halves: dict[Point, list[tuple[int, Array]]] = {}
    for number, line in enumerate(sheet.lines):
        if line.rank == Rank.RIVER:
            continue
        first, last = 0.0, 1.0
        for end, point in ((0.0, line.start), (1.0, line.end)):
            if point not in wet:
                continue
            near = _bank_stop(line, end, banks)
            part = sheet.stretch(number, end, near)
            halves.setdefault(point, []).append((number, part))
            first, last = (near, last) if end == 0.0 else (first, near)
        kinds.append(_road_class(line))
        called.append(names[number])
        bridge.append(False)
        paths.append(sheet.stretch(number, first, last))
    for parts in halves.values():
        number, path = parts[0]
        if len(parts) == 2:
            path = np.vstack([path[::-1], parts[1][1][1:]])
        kinds.append(_road_class(sheet.lines[number]))
        called.append(names[number])
        bridge.append(True)
        paths.append(path)
    for _, kind, path in ground.ways:
        kinds.append(WAYS[kind])
        called.append("")
        bridge.append(False)
        paths.append(path)
    lengths = [len(path) for path in paths]
    lines = shapely.linestrings(
        np.vstack(paths), indices=np.repeat(np.arange(len(paths)), lengths)
    )
    columns = {
        "class": kinds,
        "name": called,
        "tunnel": np.zeros(len(paths), dtype=bool),
        "bridge": np.array(bridge),
    }
    return GeoDataFrame(columns, geometry=lines, crs=crs)


def _road_class(line: Line) -> str:
    if line.rank != Rank.MAIN:
        return CLASSES[line.rank]
    return "primary" if line.name[1] % 4 == 2 else "secondary"


def _wet(sheet: Sheet) -> set[Point]:
    """Points where streets end in the middle of a river: bridges meet there."""
    points: set[Point] = set()
    for line in sheet.lines:
        if line.rank == Rank.RIVER:
            points |= {line.start, line.end, *(p for _, p in line.stops)}
    return points


def _bank_ends(sheet: Sheet) -> set[Point]:
    banks = [line for line in sheet.lines if line.rank == Rank.BANK]
    return {point for line in banks for point in (line.start, line.end)}


def _bank_stop(line: Line, end: float, banks: set[Point]) -> float:
    stops = [t for t, point in line.stops if point in banks]
    return min(stops, key=lambda t: abs(t - end), default=end)
