"""Main roads, collectors and rivers: the bones of a town.

Main roads form an uneven lattice; each mesh is a quarter. Collectors cross a quarter
from gate points that both neighbours share, so most run on into the next quarter and
some end in a T. A river takes the place of one main road, with a road on each bank.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from data.synthetic.sheet import Piece, Rank, Sheet
from data.synthetic.streams import Stream, stream
from data.synthetic.warp import Array

__all__ = ["Block", "Bones", "build_bones"]

SPACING = 815.0
"""Mean distance of main roads in metres."""

BANK = 26.0
"""Distance of the bank roads from the middle of the river."""


@dataclass(slots=True)
class Block:
    """A piece between main roads and collectors, with the community it belongs to."""

    piece: Piece
    quarter: int
    community: int
    core: float
    bank: bool


@dataclass(frozen=True)
class Bones:
    """Blocks of a town, in order of their quarters, and where its rivers run."""

    sheet: Sheet
    blocks: list[Block]
    rivers: Array
    river_lines: list[int]


def build_bones(communities: int, rng: np.random.Generator, seed: int) -> Bones:
    """Lay out as many quarters as there are communities."""
    columns, rows, kept = _meshes(communities)
    xs = np.concatenate([[0.0], np.cumsum(SPACING * rng.uniform(0.82, 1.2, columns))])
    ys = np.concatenate([[0.0], np.cumsum(SPACING * rng.uniform(0.84, 1.18, rows))])
    xs -= xs.mean()
    ys -= ys.mean()
    river_rows = [] if rows < 3 else list(range(1 + rows // 6, rows, 12))
    nodes = _rounded(np.stack(np.meshgrid(xs, ys, indexing="ij"), axis=-1))
    nodes += rng.normal(0.0, 30.0, nodes.shape)
    for row in river_rows:
        nodes[:, row, 1] = ys[row]
    sheet = Sheet()
    lattice = _lattice(sheet, nodes, kept, river_rows, rng)
    blocks: list[Block] = []
    owner = _owners(kept, river_rows, rng)
    index = {mesh: k for k, mesh in enumerate(kept)}
    for quarter, mesh in enumerate(kept):
        own = stream(seed, Stream.QUARTER, quarter)
        pieces = _quarter(sheet, mesh, lattice, river_rows, own)
        for number, (piece, bank) in enumerate(pieces):
            given = owner.get((mesh, number), mesh) if not bank else mesh
            core = _core(piece, xs, ys)
            blocks.append(Block(piece, quarter, index[given], core, bank))
    rivers = np.array([ys[row] for row in river_rows])
    lines = [
        lattice.across[i, row]
        for row in river_rows
        for i in range(columns)
        if (i, row) in lattice.across
    ]
    return Bones(sheet, blocks, rivers, lines)


Mesh = tuple[int, int]


@dataclass(frozen=True)
class _Lattice:
    nodes: Array
    across: dict[Mesh, int]
    up: dict[Mesh, int]
    anchor: dict[int, float]


def _meshes(communities: int) -> tuple[int, int, list[Mesh]]:
    """Return columns, rows and the meshes kept: spare ones fall away at the corners."""
    spare = 1.0 if communities <= 25 else 1.12
    columns = int(np.ceil(np.sqrt(communities * spare)))
    rows = -(-communities // columns)
    meshes = [(i, j) for i in range(columns) for j in range(rows)]
    far = [
        ((i + 0.5) / columns - 0.5) ** 2 + ((j + 0.5) / rows - 0.5) ** 2
        for i, j in meshes
    ]
    order = np.argsort(np.round(far, 9), kind="stable")[:communities]
    return columns, rows, sorted(meshes[k] for k in order)


def _rounded(nodes: Array) -> Array:
    """Pull the corners of the town in: towns grow outwards from their middle.

    By a few hundred metres at most, however large the town: rivers stay level.
    """
    strength = 0.5 * min(1.0, 5.0 / max(nodes.shape[:2]))
    low, high = nodes.min(axis=(0, 1)), nodes.max(axis=(0, 1))
    half, middle = (high - low) / 2.0, (high + low) / 2.0
    u = (nodes - middle) / half
    pull = 1.0 - strength * (1.0 - np.sqrt(1.0 - u[..., ::-1] ** 2 / 2.0))
    rounded: Array = middle + u * pull * half
    return rounded


def _lattice(
    sheet: Sheet,
    nodes: Array,
    kept: list[Mesh],
    river_rows: list[int],
    rng: np.random.Generator,
) -> _Lattice:
    across: dict[Mesh, int] = {}
    up: dict[Mesh, int] = {}
    spot = [[(float(x), float(y)) for x, y in column] for column in nodes]
    for i, j in sorted({(i, j + k) for i, j in kept for k in (0, 1)}):
        rank = Rank.RIVER if j in river_rows else Rank.MAIN
        name = (0, j, i // 9)
        across[i, j] = sheet.draw(spot[i][j], spot[i + 1][j], rank, name)
    for i, j in sorted({(i + k, j) for i, j in kept for k in (0, 1)}):
        name = (1, i, j // 9)
        up[i, j] = sheet.draw(spot[i][j], spot[i][j + 1], Rank.MAIN, name)
    count = len(sheet.lines)
    anchor = dict(enumerate(rng.uniform(0.4, 0.6, count).tolist()))
    return _Lattice(nodes, across, up, anchor)


def _owners(
    kept: list[Mesh], river_rows: list[int], rng: np.random.Generator
) -> dict[tuple[Mesh, int], Mesh]:
    """Let some quarters give one corner block to a neighbour.

    Only quarters of one colour of a chessboard give, and none beside a river, so every
    community stays in one piece.
    """
    there = set(kept)
    reach = {0: [(-1, 0), (0, -1)], 1: [(1, 0), (0, -1)]}
    reach |= {2: [(1, 0), (0, 1)], 3: [(-1, 0), (0, 1)]}
    owner: dict[tuple[Mesh, int], Mesh] = {}
    for i, j in kept:
        draw = rng.random(3)
        beside = j in river_rows or j + 1 in river_rows
        if (i + j) % 2 or beside or draw[0] > 0.75:
            continue
        corner = int(draw[1] * 4)
        steps = [(i + a, j + b) for a, b in reach[corner]]
        homes = [mesh for mesh in steps if mesh in there]
        if homes:
            owner[(i, j), corner] = homes[int(draw[2] * len(homes))]
    return owner


def _quarter(
    sheet: Sheet,
    mesh: Mesh,
    lattice: _Lattice,
    river_rows: list[int],
    rng: np.random.Generator,
) -> list[tuple[Piece, bool]]:
    """Cut a quarter into four blocks, south-west first and going round, and banks."""
    i, j = mesh
    south, north = lattice.across[i, j], lattice.across[i, j + 1]
    west, east = lattice.up[i, j], lattice.up[i + 1, j]
    at = [lattice.nodes[a, b] for a, b in ((i, j), (i + 1, j), (i + 1, j + 1))]
    at.append(lattice.nodes[i, j + 1])
    whole = Piece([(float(x), float(y)) for x, y in at], [south, east, north, west])

    def gate(line: int) -> float:
        """Share of a side where the collector starts: mostly the common one."""
        river = sheet.lines[line].rank == Rank.RIVER
        moved = 0.0 if river or rng.random() < 0.7 else rng.choice([-0.11, 0.11])
        return float(np.clip(lattice.anchor[line] + moved, 0.25, 0.75))

    up = (1, 1_000 + i, j // 9)
    across = (0, 1_000 + j, i // 9)
    left, right, _ = sheet.cut(
        whole, (0, gate(south)), (2, 1.0 - gate(north)), Rank.COLLECTOR, up
    )
    middle = float(rng.uniform(0.41, 0.59))
    other = middle if rng.random() < 0.6 else middle + float(rng.choice([-0.13, 0.13]))
    # `left` runs: north side from the cut, west side, south side, cut.
    nw, sw, _ = _halved(sheet, left, "left", gate(west), middle, across)
    ne, se, _ = _halved(sheet, right, "right", gate(east), other, across)
    blocks: list[tuple[Piece, bool]] = []
    banks: list[tuple[Piece, bool]] = []
    for piece in (sw, se, ne, nw):
        side = next(
            (k for k, s in enumerate(piece.sides) if sheet.lines[s].rank == Rank.RIVER),
            None,
        )
        if side is None:
            blocks.append((piece, False))
            continue
        row = next(r for r in river_rows if r in (j, j + 1))
        dry, wet = _bank(sheet, piece, side, (2 + int(row == j), row, i // 9))
        blocks.append((dry, False))
        banks.append((wet, True))
    return blocks + banks


def _halved(
    sheet: Sheet,
    half: Piece,
    which: str,
    outer: float,
    inner: float,
    name: tuple[int, int, int],
) -> tuple[Piece, Piece, int]:
    """Cut a half of a quarter by a collector; return its north and south parts."""
    if which == "left":  # sides: north, west (southward), south, cut (northward)
        return _north_south(sheet.cut(half, (1, 1.0 - outer), (3, inner), 2, name))
    # sides: south, east (northward), north, cut (southward)
    return _north_south(sheet.cut(half, (3, 1.0 - inner), (1, outer), 2, name))


def _north_south(cut: tuple[Piece, Piece, int]) -> tuple[Piece, Piece, int]:
    left, right, line = cut
    if left.centre()[1] < right.centre()[1]:
        left, right = right, left
    return left, right, line


def _bank(
    sheet: Sheet, piece: Piece, side: int, name: tuple[int, int, int]
) -> tuple[Piece, Piece]:
    """Cut the strip beside a river off a block; return the dry and the wet part."""
    n = len(piece.corners)
    before, after = (side - 1) % n, (side + 1) % n
    height = piece.corners[side][1]

    def share(k: int) -> float:
        y0, y1 = piece.corners[k][1], piece.corners[(k + 1) % n][1]
        target = height + (BANK if max(y0, y1) > height + 1.0 else -BANK)
        return (target - y0) / (y1 - y0)

    left, right, _ = sheet.cut(
        piece, (before, share(before)), (after, share(after)), Rank.BANK, name
    )
    wet, dry = sorted((left, right), key=lambda p: abs(p.centre()[1] - height))
    return dry, wet


def _core(piece: Piece, xs: Array, ys: Array) -> float:
    """Distance from the nearest town centre: 0 there, about 1 at the edge of town.

    A large town has a centre every few kilometres, as grown-together towns do.
    """
    x, y = piece.centre()

    def away(value: float, low: float, high: float) -> float:
        span = high - low
        centres = max(1, round(span / (5.0 * SPACING)))
        part = (value - low) / span * centres
        return abs(part % 1.0 - 0.5) * 2.0

    return float(
        np.hypot(away(x, xs[0], xs[-1]), away(y, ys[0], ys[-1])) / np.sqrt(1.3)
    )
