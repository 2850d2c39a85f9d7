"""Geometry as short text: decimetres of Web Mercator, differences, base64.

A page draws in Web Mercator, so the projection is done here once and the browser
only scales. One stream holds all features of a layer; a feature is a run of
parts (rings or lines), a part a run of points, each the difference to the point
before. Differences are small, so most take one or two bytes.
"""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass
from typing import Final

import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray

__all__ = ["UNIT_M", "Frame", "encode_counts", "encode_shapes"]

UNIT_M: Final = 0.1
"""Metres of Web Mercator per unit."""

_RADIUS_M: Final = 6378137.0


@dataclass(frozen=True, slots=True)
class Frame:
    """Origin of the integer coordinates of a page, in units of Web Mercator."""

    x: int
    y: int

    @classmethod
    def around(cls, bounds: ArrayLike) -> Frame:
        """Return the frame whose origin is the middle of lon/lat bounds."""
        west, south, east, north = np.asarray(bounds, dtype=float)
        middle = _mercator(np.array([[(west + east) / 2, (south + north) / 2]]))
        x, y = np.rint(middle[0]).astype(int)
        return cls(int(x), int(y))

    def place(self, lonlat: ArrayLike) -> NDArray[np.int64]:
        """Return integer coordinates of lon/lat points, shape (n, 2)."""
        points = np.asarray(lonlat, dtype=float).reshape(-1, 2)
        units = np.rint(_mercator(points)).astype(np.int64)
        return units - np.array([self.x, self.y], dtype=np.int64)


def encode_counts(values: ArrayLike) -> str:
    """Return non-negative integers as base64 of variable-length bytes."""
    return b64encode(_varints(np.asarray(values, dtype=np.int64))).decode("ascii")


def encode_shapes(shapes: ArrayLike, frame: Frame) -> dict[str, str | int]:
    """Return polygons, lines or points of one layer as text for the page.

    Parts of a feature are its rings (outer and inner alike: the page fills by
    the even-odd rule) or its lines; rings lose their closing point.
    """
    features = np.asarray(shapes, dtype=object)
    parts, owner = _parts(features)
    xy, part_of = shapely.get_coordinates(parts, return_index=True)
    points = frame.place(xy)
    keep = np.ones(len(points), dtype=bool)
    last = np.flatnonzero(np.diff(part_of, append=-1))
    closed = shapely.get_type_id(parts) == shapely.GeometryType.LINEARRING
    keep[last[closed[part_of[last]]]] = False
    same = np.zeros(len(points), dtype=bool)
    same[1:] = (points[1:] == points[:-1]).all(axis=1) & (part_of[1:] == part_of[:-1])
    keep &= ~same
    points, part_of = points[keep], part_of[keep]
    steps = np.diff(points, axis=0, prepend=np.zeros((1, 2), dtype=np.int64))
    zigzag = (steps << 1) ^ (steps >> 63)
    return {
        "n": len(features),
        "parts": encode_counts(np.bincount(owner, minlength=len(features))),
        "sizes": encode_counts(np.bincount(part_of, minlength=len(parts))),
        "xy": encode_counts(zigzag.ravel()),
    }


def _parts(
    features: NDArray[np.object_],
) -> tuple[NDArray[np.object_], NDArray[np.intp]]:
    """Return rings, lines and points of every feature and whose they are."""
    pieces, owner = shapely.get_parts(features, return_index=True)
    areas = shapely.get_type_id(pieces) == shapely.GeometryType.POLYGON
    rings, ring_of = shapely.get_rings(pieces[areas], return_index=True)
    parts = np.concatenate([rings, pieces[~areas]])
    owners = np.concatenate([owner[areas][ring_of], owner[~areas]])
    filled = ~shapely.is_empty(parts)
    order = np.argsort(owners[filled], kind="stable")
    return parts[filled][order], owners[filled][order]


def _mercator(lonlat: NDArray[np.float64]) -> NDArray[np.float64]:
    """Project degrees to units of Web Mercator."""
    lon, lat = np.radians(lonlat[:, 0]), np.radians(lonlat[:, 1])
    north = np.arctanh(np.sin(lat))
    return np.column_stack([lon, north]) * (_RADIUS_M / UNIT_M)


def _varints(values: NDArray[np.int64]) -> bytes:
    """Return LEB128 bytes: seven bits each, the eighth says that more follow."""
    if values.size and values.min() < 0:
        msg = f"only non-negative integers can be written, got {values.min()}"
        raise ValueError(msg)
    width = np.ones(values.size, dtype=np.int64)
    for bits in range(7, 63, 7):
        width += values >= (1 << bits)
    out = np.zeros(int(width.sum()), dtype=np.uint8)
    start = np.cumsum(width) - width
    rest = values.copy()
    for step in range(int(width.max(initial=0))):
        here = np.flatnonzero(width > step)
        more = np.where(width[here] > step + 1, 0x80, 0)
        out[start[here] + step] = (rest[here] & 0x7F) | more
        rest[here] >>= 7
    return out.tobytes()
