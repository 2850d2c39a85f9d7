"""Cut a connected region in two along a branch of a random spanning tree.

A spanning tree makes every cut leave two connected sides, whatever the graph. Edges
inside blocks join the tree first, so that branches tend to end on streets; of all
branches of several trees the one with the fewest households outside the band is
taken, then the one with the shortest seam.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gis.partition._compiled import compiled, uniform
from gis.partition.graphs import Net

__all__ = ["tree_seed"]

Ints = NDArray[np.int32]
Floats = NDArray[np.float64]


@compiled
def _find(parent: Ints, v: int) -> int:
    """Return the root of a vertex, halving the path."""
    while parent[v] != v:
        parent[v] = parent[parent[v]]
        v = parent[v]
    return v


@compiled
def _out(weight: float, grids: int, low: float, high: float) -> float:
    """Return households that must leave the band if `weight` makes `grids` grids."""
    return max(0.0, grids * low - weight) + max(0.0, weight - grids * high)


@compiled
def _halve(
    start: Ints,
    near: Ints,
    length: Floats,
    inside: Floats,
    households: NDArray[np.int64],
    region: Ints,
    local: Ints,
    k: int,
    low: float,
    high: float,
    trees: int,
    off_cost: float,
    state: NDArray[np.uint64],
) -> tuple[NDArray[np.bool_], int]:
    """Return which vertices of `region` form the first side, and its grids.

    `local` is scratch of the size of the graph, all -1 on entry and on return.
    """
    r = len(region)
    for q in range(r):
        local[region[q]] = q
    m = 0
    for q in range(r):
        v = region[q]
        for e in range(start[v], start[v + 1]):
            if local[near[e]] > q:
                m += 1
    tail, head = np.empty(m, np.int32), np.empty(m, np.int32)
    cost, bias = np.empty(m, np.float64), np.empty(m, np.float64)
    m = 0
    total = 0.0
    for q in range(r):
        v = region[q]
        total += households[v]
        for e in range(start[v], start[v + 1]):
            w = local[near[e]]
            if w > q:
                tail[m], head[m] = q, w
                cost[m] = length[e] + off_cost * inside[e]
                bias[m] = 0.0 if inside[e] > 0.5 * length[e] else 0.7
                m += 1
    for q in range(r):
        local[region[q]] = -1
    exact_seams = r <= 20000
    best_score = np.inf
    best_side = np.zeros(r, np.bool_)
    best_grids = k // 2
    parent = np.empty(r, np.int32)
    up = np.empty(r, np.int32)
    depth = np.empty(r, np.int32)
    order = np.empty(r, np.int32)
    degree = np.empty(r + 1, np.int32)
    link = np.empty(2 * r, np.int32)
    chosen = np.empty(r, np.int32)
    weight = np.empty(r, np.float64)
    seam = np.empty(r, np.float64)
    for _ in range(trees if r <= 1000 else 4):
        key = np.empty(m, np.float64)
        for e in range(m):
            key[e] = uniform(state) + bias[e]
        for q in range(r):
            parent[q] = q
        picked = 0
        degree[:] = 0
        for e in np.argsort(key):
            a, b = _find(parent, tail[e]), _find(parent, head[e])
            if a != b:
                parent[a] = b
                chosen[picked] = e
                picked += 1
                degree[tail[e]] += 1
                degree[head[e]] += 1
                if picked == r - 1:
                    break
        run = 0
        for q in range(r + 1):
            here = degree[q]
            degree[q] = run
            run += here
        fill = degree[:r].copy()
        for p in range(picked):
            e = chosen[p]
            link[fill[tail[e]]] = head[e]
            fill[tail[e]] += 1
            link[fill[head[e]]] = tail[e]
            fill[head[e]] += 1
        up[0] = -1
        depth[0] = 0
        order[0] = 0
        done, last = 0, 1
        while done < last:
            v = order[done]
            done += 1
            for p in range(degree[v], degree[v + 1]):
                w = link[p]
                if w != up[v]:
                    up[w] = v
                    depth[w] = depth[v] + 1
                    order[last] = w
                    last += 1
        for q in range(r):
            weight[q] = households[region[q]]
            seam[q] = 0.0
        if exact_seams:
            for e in range(m):
                a, b = tail[e], head[e]
                seam[a] += cost[e]
                seam[b] += cost[e]
                while a != b:
                    if depth[a] >= depth[b]:
                        a = up[a]
                    else:
                        b = up[b]
                seam[a] -= 2 * cost[e]
        for p in range(r - 1, 0, -1):
            v = order[p]
            weight[up[v]] += weight[v]
            seam[up[v]] += seam[v]
        best_here = -1
        for p in range(1, r):
            v = order[p]
            near_grids = int(weight[v] * k / max(total, 1.0) + 0.5)
            for grids in range(near_grids - 1, near_grids + 2):
                if grids < 1 or grids > k - 1:
                    continue
                out = _out(weight[v], grids, low, high)
                out += _out(total - weight[v], k - grids, low, high)
                score = out * 1e6 + seam[v]
                # Lopsided cuts of a large region would make the work quadratic.
                score += 1e4 * max(0, k // 6 - min(grids, k - grids))
                score += abs(weight[v] / grids - total / k)
                if score < best_score:
                    best_score = score
                    best_grids = grids
                    best_here = v
        if best_here >= 0:
            best_side[:] = False
            best_side[best_here] = True
            for p in range(1, r):
                v = order[p]
                if up[v] >= 0 and best_side[up[v]]:
                    best_side[v] = True
    return best_side, best_grids


@compiled
def _grow_all(
    start: Ints,
    near: Ints,
    length: Floats,
    inside: Floats,
    households: NDArray[np.int64],
    k: int,
    low: float,
    high: float,
    trees: int,
    off_cost: float,
    state: NDArray[np.uint64],
) -> Ints:
    """Return labels of k connected grids by halving again and again."""
    n = len(households)
    member = np.arange(n).astype(np.int32)
    label = np.zeros(n, np.int32)
    local = np.full(n, -1, np.int32)
    # Regions still to cut: first member, end, grids, first label.
    todo = np.empty((k + 1, 4), np.int64)
    todo[0, 0], todo[0, 1], todo[0, 2], todo[0, 3] = 0, n, k, 0
    count = 1
    while count > 0:
        count -= 1
        begin, end, grids, base = (
            todo[count, 0],
            todo[count, 1],
            todo[count, 2],
            todo[count, 3],
        )
        if grids == 1:
            for p in range(begin, end):
                label[member[p]] = base
            continue
        region = member[begin:end].copy()
        side, first = _halve(
            start,
            near,
            length,
            inside,
            households,
            region,
            local,
            grids,
            low,
            high,
            trees,
            off_cost,
            state,
        )
        # Never hand a side more grids than it has vertices.
        ones = 0
        for q in range(len(region)):
            if side[q]:
                ones += 1
        first = min(max(first, grids - (len(region) - ones)), ones)
        p, s = begin, begin + ones
        for q in range(len(region)):
            if side[q]:
                member[p] = region[q]
                p += 1
            else:
                member[s] = region[q]
                s += 1
        middle = begin + ones
        todo[count, 0], todo[count, 1] = middle, end
        todo[count, 2], todo[count, 3] = grids - first, base + first
        count += 1
        todo[count, 0], todo[count, 1] = begin, middle
        todo[count, 2], todo[count, 3] = first, base
        count += 1
    return label


def tree_seed(
    net: Net,
    k: int,
    *,
    low: int,
    high: int,
    trees: int,
    state: NDArray[np.uint64],
) -> Ints:
    """Return k connected grids of a connected net, near the band where trees allow.

    Parameters
    ----------
    net : Net
        Connected, with at least k vertices.
    k : int
    low, high : int
        Band of households.
    trees : int
        Trees tried for each cut.
    state : ndarray of uint64
        State of the random numbers, moved on.
    """
    return _grow_all(
        net.start,
        net.near,
        net.length,
        net.inside,
        net.households,
        k,
        float(low),
        float(high),
        trees,
        2.33,
        state,
    )
