"""Decide what each parcel is: dwellings of a kind, an exclusive or a reserved site.

Quotas come from one town of the field (RULES 003-05): 58 exclusive and 42 reserved
grids and 147 resident ones of about 400 households in 16 communities.
"""

from __future__ import annotations

import numpy as np

from data.synthetic.parcels import HECTARE, Parcel
from data.synthetic.warp import Array

__all__ = ["DWELLINGS", "EXCLUSIVE", "RESERVED", "zone"]

DWELLINGS: dict[str, float] = {
    "lanes": 31.0,
    "garden": 90.0,
    "old": 125.0,
    "mixed": 150.0,
    "resettlement": 165.0,
    "high": 220.0,
}
"""Households on a hectare inside the setbacks, by kind of housing, sparse to dense."""

EXCLUSIVE: dict[str, tuple[int, float, float]] = {
    "school": (20, 2.2, 0.55),
    "park": (11, 2.0, 0.45),
    "office": (9, 1.2, 0.35),
    "factory": (8, 3.6, 0.95),
    "market": (5, 1.1, 0.35),
    "mall": (3, 1.9, 0.20),
    "hospital": (2, 3.0, 0.40),
}
"""Sites in 16 communities, the size they like in hectares, and how far out they lie."""

RESERVED: dict[str, int] = {"farmland": 18, "vacant": 13, "construction": 10}
"""Reserved land in 16 communities; each is above 2 ha, as is usual in the field."""

TARGET = 3_700.0
"""Households of a community: 147 grids of about 400 over 16 communities."""

SMALL = 1.5 * HECTARE
LADDERS = (("lanes", "old"), ("garden", "old", "mixed", "resettlement", "high"))
"""Housing from sparse to dense, on small and on larger parcels."""

CHOICES = {
    "lanes": ("lanes",),
    "old": ("old",),
    "commodity": ("garden", "mixed", "high"),
    "resettlement": ("resettlement",),
    "edge": ("garden", "resettlement", "old"),
}


def zone(parcels: list[Parcel], communities: int, rng: np.random.Generator) -> Array:
    """Give every parcel its kind; return the households wished of each community."""
    homes: list[list[Parcel]] = [[] for _ in range(communities)]
    for parcel in parcels:
        homes[parcel.community].append(parcel)
    core = np.array([np.mean([p.core for p in home] or [1.0]) for home in homes])
    _reserve(homes, rng)
    _place_sites(homes, core, rng)
    free = [[p for p in home if not p.kind] for home in homes]
    land = np.array([sum(p.area for p in home) for home in free])
    wish: Array = np.sqrt(land) * rng.uniform(0.93, 1.07, communities)
    wish = wish * (TARGET * communities / float(wish.sum()))
    for home, households in zip(free, wish.tolist(), strict=True):
        _settle(home, households, rng)
    _mark([p for home in free for p in home], communities)
    return wish


def _mark(free: list[Parcel], communities: int) -> None:
    """Let a few large compounds hold one block of several hundred flats."""
    large = sorted(free, key=lambda p: (p.kind not in ("mixed", "high"), -p.area))
    for parcel in large[: max(1, communities // 12)]:
        parcel.kind, parcel.landmark = "high", True


def _dealt(quotas: dict[str, int], communities: int) -> dict[str, int]:
    return {kind: round(n * communities / 16) for kind, n in quotas.items()}


def _reserve(homes: list[list[Parcel]], rng: np.random.Generator) -> None:
    """Set land aside, most of it in the outer communities."""
    quota = _dealt(RESERVED, len(homes))
    pool = [
        (p.core + rng.normal(0.0, 0.13) + 0.25 * (p.character == "edge"), k, p)
        for k, home in enumerate(homes)
        for p in home
        if 2.08 * HECTARE < p.area < 6.0 * HECTARE
    ]
    pool.sort(key=lambda item: -item[0])
    limit = [0.3 * sum(p.area for p in home) for home in homes]
    for kind, left in quota.items():
        # What is being built stands in the town, where there is a choice.
        town_first = sorted(pool, key=lambda item: item[2].core > 0.8)
        for _, k, parcel in town_first if kind == "construction" else pool:
            if left == 0:
                break
            if parcel.kind or limit[k] < parcel.area:
                continue
            if _stays_whole(homes[k], parcel):
                parcel.kind = kind
                limit[k] -= parcel.area
                left -= 1


def _place_sites(
    homes: list[list[Parcel]], core: Array, rng: np.random.Generator
) -> None:
    """Give each community its share of schools, parks and the like."""
    counts = {kind: n for kind, (n, _, _) in EXCLUSIVE.items()}
    dealt = _dealt(counts, len(homes))
    load = np.zeros(len(homes))
    for kind in ("hospital", "mall", "factory", "market", "school", "park", "office"):
        _, size, out = EXCLUSIVE[kind]
        here = np.zeros(len(homes))
        for _ in range(dealt[kind]):
            burden = load + 2.5 * here + 4.0 * np.abs(core - out)
            order = np.argsort(burden + rng.uniform(0.0, 0.6, len(homes)))
            for k in order.tolist():
                best = _best(homes[k], size, out, rng)
                if best is not None:
                    best.kind = kind
                    load[k] += 1.0
                    here[k] += 1.0
                    break


def _best(
    home: list[Parcel], size: float, out: float, rng: np.random.Generator
) -> Parcel | None:
    """Return the free parcel that fits a site best, if any is large enough."""
    free = [p for p in home if not p.kind and p.area > 0.62 * HECTARE]
    worth = [
        abs(np.log(p.area / HECTARE / size)) + abs(p.core - out) + rng.uniform(0, 0.3)
        for p in free
    ]
    order = np.argsort(worth, kind="stable").tolist()
    return next((free[k] for k in order if _stays_whole(home, free[k])), None)


def _stays_whole(home: list[Parcel], taken: Parcel) -> bool:
    """Tell whether the dwellings of a community hang together without a parcel."""
    free = {p.number: p for p in home if not p.kind and p is not taken}
    waiting = list(free)[:1]
    seen = set(waiting)
    while waiting:
        for number in free[waiting.pop()].beside:
            if number in free and number not in seen:
                seen.add(number)
                waiting.append(number)
    return len(seen) == len(free)


def _settle(free: list[Parcel], wish: float, rng: np.random.Generator) -> None:
    """Choose housing by character, then move it denser or sparser to meet the wish."""
    for parcel in free:
        parcel.kind = str(rng.choice(CHOICES[parcel.character]))
        if parcel.area < SMALL and parcel.kind not in LADDERS[0]:
            parcel.kind = "old"

    def expected() -> float:
        return sum(p.area / HECTARE * DWELLINGS[p.kind] for p in free)

    for _ in range(4):
        for nth in rng.permutation(len(free)).tolist():
            short = wish - expected()
            if abs(short) < 0.04 * wish:
                return
            parcel = free[nth]
            ladder = LADDERS[parcel.area > SMALL]
            at = ladder.index(parcel.kind) if parcel.kind in ladder else 0
            step = at + (1 if short > 0.0 else -1)
            parcel.kind = ladder[min(max(step, 0), len(ladder) - 1)]
