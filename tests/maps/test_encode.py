"""Encoding: what a page reads back is what was there, to a decimetre."""

from __future__ import annotations

from base64 import b64decode

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from maps.encode import Frame, encode_counts, encode_shapes

FRAME = Frame(0, 0)
ONE_METRE = 180 / (np.pi * 6378137)  # degrees of longitude at the equator


def read_counts(text: str) -> list[int]:
    """Read LEB128 the slow way, as its definition says."""
    values, value, shift = [], 0, 0
    for byte in b64decode(text):
        value |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            values.append(value)
            value, shift = 0, 0
    return values


def read_points(text: str) -> list[tuple[int, int]]:
    steps = [v // 2 if v % 2 == 0 else -(v + 1) // 2 for v in read_counts(text)]
    sums = np.cumsum(np.array(steps).reshape(-1, 2), axis=0)
    return [(int(x), int(y)) for x, y in sums]


@given(st.lists(st.integers(0, 2**53)))
def test_counts_come_back(values: list[int]) -> None:
    assert read_counts(encode_counts(values)) == values


def test_small_numbers_take_one_byte() -> None:
    assert b64decode(encode_counts([0, 1, 127, 128])) == bytes([0, 1, 127, 0x80, 1])


def test_negative_counts_are_refused() -> None:
    with pytest.raises(ValueError, match="-3"):
        encode_counts([1, -3])


def test_a_metre_on_the_equator_is_ten_units() -> None:
    square = shapely.box(0, 0, ONE_METRE, ONE_METRE)
    packed = encode_shapes([square], FRAME)
    assert sorted(read_points(str(packed["xy"]))) == [
        (0, 0),
        (0, 10),
        (10, 0),
        (10, 10),
    ]


def test_rings_lose_their_closing_point_and_keep_their_holes() -> None:
    outer = shapely.box(0, 0, 10 * ONE_METRE, 10 * ONE_METRE)
    inner = shapely.box(*(np.array([4, 4, 6, 6]) * ONE_METRE))
    packed = encode_shapes([outer.difference(inner), outer], FRAME)
    assert packed["n"] == 2
    assert read_counts(str(packed["parts"])) == [2, 1]
    assert read_counts(str(packed["sizes"])) == [4, 4, 4]


def test_parts_of_a_feature_stay_together() -> None:
    line = shapely.LineString([(0, 0), (ONE_METRE, 0), (2 * ONE_METRE, 0)])
    pair = shapely.MultiLineString([[(0, 0), (ONE_METRE, 0)], [(0, 1), (ONE_METRE, 1)]])
    packed = encode_shapes([pair, shapely.Point(0, 0), line], FRAME)
    assert read_counts(str(packed["parts"])) == [2, 1, 1]
    assert read_counts(str(packed["sizes"])) == [2, 2, 1, 3]


def test_no_shapes_make_an_empty_stream() -> None:
    assert encode_shapes([], FRAME) == {"n": 0, "parts": "", "sizes": "", "xy": ""}


def test_an_empty_geometry_keeps_its_place() -> None:
    packed = encode_shapes([shapely.Polygon(), shapely.box(0, 0, 1, 1)], FRAME)
    assert read_counts(str(packed["parts"])) == [0, 1]


def test_shared_corners_stay_shared() -> None:
    frame = Frame.around((116.0, 36.0, 117.0, 37.0))
    left, right = shapely.box(116, 36, 116.37, 37), shapely.box(116.37, 36, 117, 37)
    a = set(read_points(str(encode_shapes([left], frame)["xy"])))
    b = set(read_points(str(encode_shapes([right], frame)["xy"])))
    assert len(a & b) == 2


def test_the_frame_stands_in_the_middle() -> None:
    frame = Frame.around((116.0, 0.0, 118.0, 0.0))
    assert frame.place([(117.0, 0.0)]).tolist() == [[0, 0]]
