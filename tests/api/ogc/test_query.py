"""What a caller may ask, and what is refused before the database hears of it."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.datastructures import QueryParams

from api.deps import today
from api.ogc.query import MAX_LIMIT, read_days, read_key, read_wish
from api.paging import encode_cursor
from data.errors import ParameterError
from data.queries.collections import COLLECTIONS
from data.queries.common import Box
from data.queries.features import Wish

GRIDS = COLLECTIONS["grids"]


def wish(query: str) -> Wish:
    return read_wish(GRIDS, QueryParams(query))


def test_nothing_asked_is_a_page_of_today() -> None:
    assert wish("") == Wish(100, None, (), today(), today(), {})


@pytest.mark.parametrize(
    ("asked", "given"), [("1", 1), ("250", 250), ("999999", MAX_LIMIT)]
)
def test_a_limit_beyond_the_most_means_the_most(asked: str, given: int) -> None:
    assert wish(f"limit={asked}").limit == given


@pytest.mark.parametrize(
    "query",
    [
        *("limit=0", "limit=-1", "limit=x", "limit=", "limit=1.5", "limit=٣"),
        *("bbox=1,2,3", "bbox=1,2,3,4,5", "bbox=a,b,c,d", "bbox=1,3,2,2", "bbox="),
        *("bbox=nan,0,1,1", "bbox=0,0,inf,1"),
        *("bbox-crs=EPSG:4326", "crs=http://www.opengis.net/def/crs/EPSG/0/3857"),
        *("datetime=", "datetime=yesterday", "datetime=2026-13-01", "datetime=../.."),
        *("datetime=2026-01-01T00:00:00", "datetime=0000-01-01", "datetime=/"),
        *("datetime=2026-02-01/2026-01-01", "datetime=2026-01-01/2026-01-02/.."),
        *("households=many", "households=1.5", "households=--1"),
        *("in_band=yes", "area_m2=nan", "area_m2=wide", "name=%00"),
        *("after=x", "after=e30", "limit=1&limit=2", "type=a&type=b"),
        f"after={encode_cursor(('x', 1))}",
    ],
)
def test_a_wrong_value_is_refused(query: str) -> None:
    with pytest.raises(ParameterError):
        wish(query)


@pytest.mark.parametrize(
    ("asked", "since", "until"),
    [
        ("2026-03-01", date(2026, 3, 1), date(2026, 3, 1)),
        ("2026-03-01T15:59:59Z", date(2026, 3, 1), date(2026, 3, 1)),
        ("2026-03-01T16:00:00Z", date(2026, 3, 2), date(2026, 3, 2)),
        ("2026-03-01t00:30:00.25+08:00", date(2026, 3, 1), date(2026, 3, 1)),
        ("2026-03-01/2026-04-01", date(2026, 3, 1), date(2026, 4, 1)),
        ("../2026-04-01", None, date(2026, 4, 1)),
        ("2026-03-01/", date(2026, 3, 1), None),
    ],
)
def test_days_are_counted_in_china(
    asked: str, since: date | None, until: date | None
) -> None:
    assert read_days(asked) == (since, until)


def test_a_box_over_the_180th_meridian_comes_in_two() -> None:
    assert wish("bbox=179,-1,-179,1").boxes == (
        Box(179.0, -1.0, 180.0, 1.0),
        Box(-180.0, -1.0, -179.0, 1.0),
    )
    assert wish("bbox=1,2,0,3,4,9").boxes == (Box(1.0, 2.0, 3.0, 4.0),)


def test_values_take_the_type_of_their_property() -> None:
    asked = wish("households=300&in_band=true&area_m2=1e4&name=东")
    assert asked.equal == {
        "households": 300,
        "in_band": True,
        "area_m2": 10_000.0,
        "name": "东",
    }


ATTACKS = (
    "filter=set_config('role','wangge',true)='wangge'",
    "filter=pg_sleep(9) IS NULL",
    "filter-lang=cql2-text",
    "set_config('app.jur','A,B',true)=1",
    "pg_sleep(9)=1",
    "query_to_xml('select 1',true,true,'')=1",
    "p.document=1",
    "document=1",
    "g.geom=1",
    "raw=1",
    "code;drop table plan=1",
    'code"=1',
    "code'--=1",
    "sortby=pg_sleep(9)",
    "properties=raw",
    "Type=resident",
)


@pytest.mark.parametrize("query", ATTACKS)
def test_a_name_that_is_no_property_is_refused(query: str) -> None:
    with pytest.raises(ParameterError, match="there is no parameter"):
        wish(query)


@given(st.text(max_size=40), st.text(max_size=40))
def test_any_query_is_read_or_refused(name: str, value: str) -> None:
    try:
        asked = read_wish(GRIDS, QueryParams([(name, value)]))
    except ParameterError:
        return
    assert name in ("limit", "bbox", "datetime", *GRIDS.properties)
    assert 1 <= asked.limit <= MAX_LIMIT


@given(st.text(max_size=40))
def test_any_id_is_a_key_or_none(identity: str) -> None:
    for collection in COLLECTIONS.values():
        key = read_key(collection, identity)
        if key is not None:
            assert [type(part).__name__ for part in key] == [
                {"string": "str", "integer": "int"}[kind]
                for kind in collection.key.values()
            ]
