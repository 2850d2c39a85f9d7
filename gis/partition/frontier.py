"""The compiled steps of the exact search: an order of cells, a layer of states."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gis.partition._compiled import compiled

__all__ = ["advance", "order_from"]

Ints = NDArray[np.int32]
Longs = NDArray[np.int64]
Layer = tuple[Longs, Longs, Ints, Longs, int]


@compiled
def order_from(start: Ints, near: Ints, first: int) -> tuple[Ints, int, int]:
    """Return an order of vertices, its widest frontier and the sum of squared widths.

    Next comes the vertex that widens the frontier least, among these one that touches
    the earliest vertex on it.
    """
    n = len(start) - 1
    order = np.empty(n, np.int32)
    place = np.full(n, -1, np.int32)
    ahead = (start[1:] - start[:-1]).astype(np.int32)
    widest, squares = 0, 0
    chosen = first
    for p in range(n):
        order[p] = chosen
        place[chosen] = p
        for e in range(start[chosen], start[chosen + 1]):
            ahead[near[e]] -= 1
        width = 0
        for q in range(p + 1):
            width += ahead[order[q]] > 0
        widest = max(widest, width)
        squares += width * width
        best, best_touch, chosen = n + 1, n + 1, -1
        touches_any = width > 0
        for w in range(n):
            if place[w] >= 0:
                continue
            change, touch = int(ahead[w] > 0), n
            for e in range(start[w], start[w + 1]):
                v = near[e]
                if place[v] >= 0:
                    change -= int(ahead[v] == 1)
                    touch = min(touch, place[v])
            if touches_any and touch == n:
                continue
            if change < best or (change == best and touch < best_touch):
                best, best_touch, chosen = change, touch, w
    return order, widest, squares


@compiled
def _least_ahead(total: int, low: int, high: int) -> int:
    """Return the fewest households out of band when grids share out a total."""
    if total <= 0:
        return 0
    k = max(1, total // high)
    least = max(0, k * low - total, total - k * high)
    k = -(-total // high)
    least = min(least, max(0, k * low - total, total - k * high))
    k = max(1, total // low)
    return min(least, max(0, k * low - total, total - k * high))


@compiled
def _slot(table: Ints, rows: Longs, marks: Longs, row: Longs, mark: int) -> int:
    """Return where a row is in the table, or the empty place it belongs in."""
    last = len(table) - 1
    at = (mark ^ (mark >> 29)) & last
    while table[at] >= 0:
        r = table[at]
        if marks[r] == mark:
            same = True
            for c in range(len(row)):
                if rows[r, c] != row[c]:
                    same = False
                    break
            if same:
                return at
        at = (at + 1) & last
    return at


@compiled
def _empty_slot(table: Ints, mark: int) -> int:
    """Return the first empty place for a mark."""
    last = len(table) - 1
    at = (mark ^ (mark >> 29)) & last
    while table[at] >= 0:
        at = (at + 1) & last
    return at


@compiled
def advance(
    rows: Longs,
    cost: Longs,
    spots: Ints,
    kept: Ints,
    weight: int,
    leads_out: bool,
    low: int,
    high: int,
    upper: int,
    total_ahead: int,
    excess_ahead: int,
    whole: bool,
    budget: int,
) -> Layer:
    """Return the states after one more cell: rows, costs, parents, choices, looks.

    A row holds, for each cell on the frontier, the number of its grid, then for each
    of these grids twice its households, plus one if it leads out. Households above
    the band are paid for at once and the grid is kept at `high`, so that all full
    grids look the same. The search is broken off once `looks` passes `budget`.
    """
    old, fresh = rows.shape[1] // 2, len(kept)
    width = 2 * fresh
    room = 256
    found = np.zeros((room, width), np.int64)
    paid_for = np.empty(room, np.int64)
    parent = np.empty(room, np.int32)
    choice = np.empty(room, np.int64)
    marks = np.empty(room, np.int64)
    table = np.full(4 * room, -1, np.int32)
    count, looks = 0, 0
    names = np.empty(old + 1, np.int64)
    options = np.empty(old + 1, np.int64)
    number = np.empty(old + 1, np.int64)
    is_option = np.empty(old + 1, np.bool_)
    joins = np.empty(old + 1, np.bool_)
    row = np.zeros(width, np.int64)
    for s in range(len(rows)):
        here = 0
        for q in range(old):
            here = max(here, rows[s, q] + 1)
        is_option[:] = False
        for q in spots:
            is_option[rows[s, q]] = True
        ways = 0
        for c in range(here):
            if is_option[c]:
                options[ways] = c
                ways += 1
        for mask in range(1 << min(ways, 40)):
            looks += 1
            if looks > budget:
                return rows, cost, parent, choice, looks
            joins[:] = False
            merged = weight
            out = leads_out
            for b in range(ways):
                if mask >> b & 1:
                    c = options[b]
                    joins[c] = True
                    merged += rows[s, old + c] >> 1
                    out = out or rows[s, old + c] & 1 == 1
            paid = cost[s]
            if merged > high:
                paid += merged - high
                merged = high
            for q in range(old):
                c = rows[s, q]
                names[q] = here if joins[c] else c
            names[old] = here
            row[:] = 0
            number[: here + 1] = -1
            grids = 0
            for t in range(fresh):
                c = names[kept[t]]
                if number[c] < 0:
                    number[c] = grids
                    grids += 1
                row[t] = number[c]
            rest = total_ahead
            for c in range(here + 1):
                if c < here and joins[c]:
                    continue
                load = 2 * merged + int(out) if c == here else rows[s, old + c]
                if number[c] >= 0:
                    row[fresh + number[c]] = load
                    rest += load >> 1
                elif load & 1 == 0:
                    paid += max(0, low - (load >> 1))
            due = excess_ahead
            if whole:
                due += _least_ahead(rest - excess_ahead, low, high)
            if paid + due >= upper:
                continue
            mark = 1469598103934665603
            for c in range(width):
                mark = (mark ^ row[c]) * 1099511628211
                mark ^= mark >> 31
            at = _slot(table, found, marks, row, mark)
            known = table[at]
            if known >= 0:
                if paid < paid_for[known]:
                    paid_for[known], parent[known], choice[known] = paid, s, mask
                continue
            if count == room:
                room *= 2
                wider = np.zeros((room, width), np.int64)
                wider[:count] = found
                found = wider
                paid_for = np.concatenate((paid_for, np.empty(count, np.int64)))
                parent = np.concatenate((parent, np.empty(count, np.int32)))
                choice = np.concatenate((choice, np.empty(count, np.int64)))
                marks = np.concatenate((marks, np.empty(count, np.int64)))
                table = np.full(4 * room, -1, np.int32)
                for r in range(count):
                    table[_empty_slot(table, marks[r])] = r
                at = _slot(table, found, marks, row, mark)
            table[at] = count
            found[count] = row
            paid_for[count], parent[count], choice[count] = paid, s, mask
            marks[count] = mark
            count += 1
    return found[:count], paid_for[:count], parent[:count], choice[:count], looks
