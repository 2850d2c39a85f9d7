"""Plan files into the record and out of it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from geoalchemy2.shape import from_shape
from geopandas import GeoDataFrame
from sqlalchemy import Connection, Engine, func, select, text, update
from sqlalchemy.dialects.postgresql import distinct_on, insert

from data.errors import ConflictError, ImportFormatError, NotFoundError
from data.frames import copy_frame, read_frame
from data.models import CellSet, Division, Plan
from data.plans import LATER_LAYERS, read_plan
from data.queries.search_index import index_names
from data.queries.tree import STREET_DIGITS, outline_parents, plant_parents
from data.writers import write_layers
from gis.certificate import certify_layers, plan_hash
from gis.certificate_model import Certificate

__all__ = [
    "Imported",
    "StoredPlans",
    "export_plans",
    "import_plans",
    "newest_plans",
    "read_layers",
    "read_plans",
    "store_plan",
]

_CELLS = {
    "cell_set": "cell_set",
    "cell": "number",
    "households": "households",
    "buildings": "buildings",
    "block": "block",
    "compound": "compound",
    "kind": "kind",
    "site": "site",
    "geometry": "geom",
}
_CELL_SEAMS = {"cell_set": "cell_set", "kind": "kind", "geometry": "geom"}
_BUILDINGS = {
    "cell_set": "cell_set",
    "id": "code",
    "cell": "cell",
    "households": "households",
    "estimated": "estimated",
    "floors": "floors",
    "use": "use",
    "straddles": "straddles",
    "geometry": "geom",
}
_GRIDS = {
    "plan": "plan",
    **{
        name: name
        for name in (
            *("code", "name", "type", "households", "buildings", "estimated"),
            *("area_m2", "compactness", "street_share", "in_band"),
            *("reason", "reason_zh", "reason_en", "color"),
        )
    },
    "geometry": "geom",
}
_SEAMS = {
    "plan": "plan",
    "left": "left_grid",
    "right": "right_grid",
    "kind": "kind",
    "length_m": "length_m",
    "geometry": "geom",
}


@dataclass(frozen=True, slots=True)
class Imported:
    """A plan of one community in the record; not `new` if it was there before."""

    community: str
    plan: int
    new: bool


def import_plans(engine: Engine, path: Path) -> Iterator[Imported]:
    """Put the plans of a file into the record as drafts, community by community.

    Each community is one transaction: there whole or not at all. A file that was read
    before, wholly or in part, goes on where it stopped and makes nothing twice.
    """
    layers, about = read_plan(path)
    communities = layers["communities"]
    wrong = [c for c in communities["code"] if len(str(c)) != 12]
    if wrong:
        raise ImportFormatError(
            f"{path.name} 有 {len(wrong)} 个社区没有 12 位代码；请补全代码后重新划分",
            f"{path.name} has {len(wrong)} communities without a code of 12 digits; "
            "give them codes and draw again",
        )
    origin = plan_hash(layers["grids"])
    seams = layers["seams"]
    home = layers["grids"].set_index("code")["community"]
    layers["seams"] = seams.assign(community=seams["left"].map(home))
    parts = {
        name: dict(iter(layers[name].groupby("community")))
        for name in layers.keys() - {"communities"}
    }
    for row in communities.itertuples():
        mine = {
            name: part.get(row.code, layers[name].iloc[:0])
            for name, part in parts.items()
        }
        document = _document(about, set(mine["grids"]["code"]))
        with engine.begin() as connection:
            done = _import_one(connection, row, mine, document, origin)
        yield done
    with engine.begin() as connection:
        for division in outline_parents(connection, communities["code"]):
            index_names(connection, division)


def _import_one(
    connection: Connection,
    community: Any,
    layers: Mapping[str, GeoDataFrame],
    document: dict[str, Any],
    origin: str,
) -> Imported:
    code = str(community.code)
    # Two imports of the same file take turns at each community.
    key = func.hashtextextended(f"import {code}", 0)
    connection.execute(select(func.pg_advisory_xact_lock(key)))
    known = connection.scalar(
        select(Plan.id).where(Plan.community == code, Plan.origin == origin)
    )
    if known is not None:
        return Imported(code, known, new=False)
    plant_parents(connection, [code])
    connection.execute(
        insert(Division)
        .values(
            code=code,
            parent=code[:STREET_DIGITS],
            level="community",
            name=community.name,
            geom=from_shape(community.geometry, srid=4326),
        )
        .on_conflict_do_nothing()
    )
    plan = store_plan(connection, community, layers, document, origin=origin)
    index_names(connection, code)
    return Imported(code, plan, new=True)


def store_plan(
    connection: Connection,
    community: Any,
    layers: Mapping[str, GeoDataFrame],
    document: Mapping[str, Any],
    *,
    origin: str | None,
) -> int:
    """Put one plan into the record as the newest draft of a community that is there.

    `community` is a row of the layer of communities: `code`, `name`, `geometry`, the
    outline that the cells cover. `document` tells how the plan was drawn. Returns the
    number of the plan.
    """
    code = str(community.code)
    outline = from_shape(community.geometry, srid=4326)
    cells = connection.scalar(
        insert(CellSet)
        .values(
            community=code,
            name=community.name,
            digest=document["inputs_digest"],
            metric_crs=document["metric_crs"],
            geom=outline,
        )
        .returning(CellSet.id)
    )
    atoms = layers["cells"]
    if "site" not in atoms:  # files of before do not tell
        atoms = atoms.assign(site=-1)
    copy_frame(connection, "cell", atoms.assign(cell_set=cells), _CELLS)
    between = layers.get("cell_seams")
    if between is not None:
        copy_frame(connection, "cell_seam", between.assign(cell_set=cells), _CELL_SEAMS)
    counted = layers["buildings"].assign(
        cell_set=cells, use=layers["buildings"]["use"].fillna("")
    )
    copy_frame(connection, "cell_building", counted, _BUILDINGS)
    connection.execute(update(CellSet).where(CellSet.id == cells).values(sealed=True))
    version = select(func.coalesce(func.max(Plan.version), 0) + 1).where(
        Plan.community == code
    )
    plan = connection.execute(
        insert(Plan)
        .values(
            community=code,
            cell_set=cells,
            version=version.scalar_subquery(),
            low=int(document["low"]),
            high=int(document["high"]),
            origin=origin,
            document=dict(document),
        )
        .returning(Plan.id)
    ).scalar_one()
    grids = layers["grids"]
    words = {
        name: grids[name].fillna("") for name in ("reason", "reason_zh", "reason_en")
    }
    in_band = grids["in_band"].astype("boolean")
    copy_frame(
        connection, "grid", grids.assign(plan=plan, in_band=in_band, **words), _GRIDS
    )
    given = layers["cells"].assign(plan=plan, cell_set=cells)
    same = {name: name for name in ("plan", "cell", "cell_set", "grid")}
    copy_frame(connection, "plan_cell", given, same)
    copy_frame(connection, "seam", layers["seams"].assign(plan=plan), _SEAMS)
    return plan


def _document(about: Mapping[str, Any], codes: set[str]) -> dict[str, Any]:
    """Return how a plan was drawn; what was proven is proven again on the way out."""
    kept = {k: v for k, v in about.items() if k not in ("certificate", "findings")}
    findings = [f for f in about.get("findings") or [] if f.get("grid") in codes]
    return {"inputs_digest": "", "metric_crs": "", **kept, "findings": findings}


def newest_plans(engine: Engine, *, under: str = "") -> list[int]:
    """Return the newest plan of each community whose code begins with `under`."""
    query = (
        select(Plan.id)
        .ext(distinct_on(Plan.community))
        .where(Plan.community.startswith(under, autoescape=True))
        .order_by(Plan.community, Plan.version.desc())
    )
    with engine.connect() as connection:
        return list(connection.scalars(query))


@dataclass(frozen=True, slots=True)
class StoredPlans:
    """Plans as a plan file has them: layers, how they were drawn, findings."""

    layers: dict[str, GeoDataFrame]
    about: dict[str, Any]
    findings: list[Any]

    def certify(self) -> Certificate:
        """Prove the plans from their geometry, bit by bit as it is in the record."""
        return certify_layers(
            self.layers,
            low=int(self.about["low"]),
            high=int(self.about["high"]),
            inputs_digest=str(self.about["inputs_digest"]),
            crs=self.about["metric_crs"] or None,
            codes_kept=bool(self.about.get("codes_kept", False)),
        )


def read_layers(
    connection: Connection, plans: Sequence[int]
) -> dict[str, GeoDataFrame]:
    """Return the layers of plans, however each was drawn; empty for unknown plans."""
    layers = {
        name: read_frame(connection, query, plans=list(plans))
        for name, query in _QUERIES.items()
    }
    layers["grids"]["in_band"] = layers["grids"]["in_band"].astype("boolean")
    for name in LATER_LAYERS:
        if layers[name].empty:  # read from a file of before
            del layers[name]
    return layers


def read_plans(connection: Connection, plans: Sequence[int]) -> StoredPlans:
    """Return plans as they are in the record; all must have the same band."""
    documents = _documents(connection, plans)
    layers = read_layers(connection, plans)
    # What was found of a grid is no longer so once an edit gave it another reason.
    reasons = dict(
        zip(layers["grids"]["code"], layers["grids"]["reason_zh"], strict=True)
    )
    findings = [
        finding
        for d in documents
        for finding in d["findings"]
        if reasons.get(finding.get("grid")) == finding.get("text_zh", "")
    ]
    return StoredPlans(layers, _common(documents), findings)


def export_plans(engine: Engine, plans: Sequence[int], out: Path) -> str:
    """Write plans as one plan file, proven anew; return the plan hash of the file.

    The file holds the very coordinates that came in.
    """
    with engine.connect().execution_options(
        isolation_level="REPEATABLE READ"
    ) as connection:
        stored = read_plans(connection, plans)
    certificate = stored.certify()
    metadata = {
        **stored.about,
        "certificate": json.dumps(certificate.to_dict(), ensure_ascii=False),
        "findings": json.dumps(stored.findings, ensure_ascii=False),
    }
    write_layers(out, stored.layers, metadata)
    return certificate.plan_hash


def _documents(connection: Connection, plans: Sequence[int]) -> list[dict[str, Any]]:
    query = text(
        "select id, low, high, document, done from plan where id = any(:plans) "
        "order by community, id"
    )
    rows = connection.execute(query, {"plans": list(plans)}).all()
    missing = set(plans) - {row.id for row in rows}
    if missing or not rows:
        listed = ", ".join(map(str, sorted(missing)))
        raise NotFoundError(
            f"没有方案 {listed}；请核对编号",
            f"there is no plan {listed}; check the number",
        )
    bare = {"inputs_digest": "", "metric_crs": "", "findings": []}
    found = [{**bare, **row.document, "low": row.low, "high": row.high} for row in rows]
    for document, row in zip(found, rows, strict=True):
        if row.done:  # grids that were edited keep their codes, whatever the order
            document["codes_kept"] = True
    return found


def _common(documents: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Return what all plans of a file were drawn with.

    What differs is left out, for plans are drawn and edited one by one; only the band,
    by which all are judged, must be the same.
    """
    first, *others = documents
    if any((d["low"], d["high"]) != (first["low"], first["high"]) for d in others):
        raise ConflictError(
            "这些方案的户数标准不同，不能写进一个文件；请分别导出",
            "these plans have different bands of households and cannot share a file; "
            "export them one by one",
        )
    same = {
        name: value
        for name, value in first.items()
        if name != "findings" and all(d.get(name) == value for d in others)
    }
    digests = [str(d["inputs_digest"]) for d in documents]
    told = {"inputs_digest": "", "metric_crs": ""} | same
    if "inputs_digest" not in same:
        told["inputs_digest"] = hashlib.sha256("\n".join(digests).encode()).hexdigest()
    if any(d.get("codes_kept") for d in documents):
        told["codes_kept"] = True
    return told


_QUERIES = {
    "communities": """
        select p.community as code, s.name, sum(c.households)::bigint as households,
               st_asbinary(s.geom) as geometry
        from plan p join cell_set s on s.id = p.cell_set
        join cell c on c.cell_set = s.id
        where p.id = any(:plans) group by p.id, s.id order by p.community, p.id
    """,
    "grids": """
        select g.code, g.name, g.type, p.community, g.households, g.buildings,
               g.estimated, g.area_m2, g.compactness, g.street_share, g.in_band,
               g.reason, g.reason_zh, g.reason_en, g.color,
               st_asbinary(g.geom) as geometry
        from grid g join plan p on p.id = g.plan
        where p.id = any(:plans) order by p.community, p.id, g.code
    """,
    "cells": """
        select c.number as cell, k.grid, p.community, c.households, c.buildings,
               c.block, c.compound, c.kind, c.site, st_asbinary(c.geom) as geometry
        from plan p join plan_cell k on k.plan = p.id
        join cell c on c.cell_set = k.cell_set and c.number = k.cell
        where p.id = any(:plans) order by p.community, p.id, c.number
    """,
    "cell_seams": """
        select p.community, s.kind, st_asbinary(s.geom) as geometry
        from plan p join cell_seam s on s.cell_set = p.cell_set
        where p.id = any(:plans)
        order by p.community, p.id, s.kind collate "C"
    """,
    "seams": """
        select s.left_grid as left, s.right_grid as right, s.kind, s.length_m,
               st_asbinary(s.geom) as geometry
        from seam s join plan p on p.id = s.plan
        where p.id = any(:plans) order by p.community, s.id
    """,
    "buildings": """
        select b.code as id, k.grid, b.cell, p.community, b.households, b.estimated,
               b.floors, b.use, b.straddles, st_asbinary(b.geom) as geometry
        from plan p join plan_cell k on k.plan = p.id
        join counted_building b on b.cell_set = k.cell_set and b.cell = k.cell
        where p.id = any(:plans) order by p.community, p.id, b.code
    """,
}
