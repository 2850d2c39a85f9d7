"""Make the file of an export: the one place that joins the record and the drawing."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Final

from pyproj import CRS
from sqlalchemy import Connection

from api.exports.asked import Asked
from data.exports.cards import PlanCard
from data.exports.order import Format
from data.exports.reading import read_ground, read_layers_of
from data.exports.writing import DATA_FORMATS, write_data
from data.queries.plans import read_plans
from gis.certificate import plan_hash

if TYPE_CHECKING:
    from maps.atlas import About

__all__ = ["DRAWN", "make"]

DRAWN: Final = 0.8
"""How far the work is when all is drawn; packing it takes the rest."""

Open = Callable[[], AbstractContextManager[Connection]]
Tell = Callable[[float], None]


def make(snapshot: Open, asked: Asked, out: Path, tell: Tell | None = None) -> None:
    """Write the file of an export; the connection is given back before drawing.

    `tell` is told how far it is, 0 to 1, and may raise to stop.
    """
    tell = tell or (lambda share: None)
    if asked.order.format in DATA_FORMATS:
        with snapshot() as db:
            write_data(db, asked.cards, asked.order, asked.title, out)
    elif asked.order.format is Format.CERTIFICATE:
        _certificates(snapshot, asked, out, tell)
    elif asked.order.format is Format.PDF:
        _atlas(snapshot, asked, out, tell)
    else:
        _pictures(snapshot, asked, out, tell)
    tell(1.0)


def _certificates(snapshot: Open, asked: Asked, out: Path, tell: Tell) -> None:
    from maps.atlas import write_certificates

    told = []
    for number, card in enumerate(asked.cards):
        with snapshot() as db:
            stored = read_plans(db, [card.plan])
        proof = stored.certify()
        told.append((_about(card, asked, proof.plan_hash), proof.to_dict()))
        tell(DRAWN * (number + 1) / len(asked.cards))
    write_certificates(out, told, lang=asked.order.lang or "zh")


def _atlas(snapshot: Open, asked: Asked, out: Path, tell: Tell) -> list[str]:
    """Write the sheets; return what each page is called."""
    from maps.atlas import build_sheets, write_atlas
    from maps.atlas.model import Sheets

    plans: list[Sheets] = []
    # One system for all, so that their sheets fit together.
    named = asked.cards[0].metric_crs
    crs = CRS.from_user_input(named) if named else None
    for number, card in enumerate(asked.cards):
        with snapshot() as db:
            exported = read_layers_of(db, [card])
            ground = read_ground(db, card, exported.layers["communities"])
        about = _about(card, asked, plan_hash(exported.layers["grids"]))
        plans.append(build_sheets(exported.layers, ground, about, crs=crs))
        crs = plans[0].crs
        tell(0.2 * (number + 1) / len(asked.cards))
    order = asked.order
    return write_atlas(
        out,
        plans,
        title=asked.title,
        place=asked.place,
        paper=order.paper or "a4",
        lang=order.lang or "zh",
        sheet=order.sheets,
        told=lambda share: tell(0.2 + (DRAWN - 0.2) * share),
    )


def _pictures(snapshot: Open, asked: Asked, out: Path, tell: Tell) -> None:
    from maps.atlas import write_picture, write_pictures

    with tempfile.TemporaryDirectory(prefix="wangge-", dir=out.parent) as folder:
        pdf = Path(folder) / "atlas.pdf"
        names = _atlas(snapshot, asked, pdf, lambda share: tell(0.5 * share))
        if asked.order.sheets == "all":
            write_pictures(pdf, out, names, told=lambda s: tell(0.5 + 0.5 * s))
        else:
            write_picture(pdf, out)


def _about(card: PlanCard, asked: Asked, found: str) -> About:
    from maps.atlas import About

    return About(
        title=asked.title,
        community=card.community_name,
        community_code=card.community,
        places=card.places,
        version=card.version,
        name=card.name,
        status=card.status,
        since=card.since,
        until=card.until,
        made=card.made,
        low=card.low,
        high=card.high,
        made_up=card.made_up,
        attribution=card.attribution,
        plan_hash=found,
    )
