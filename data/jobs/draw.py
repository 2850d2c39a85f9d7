"""The job that draws communities from the register, a draft for each."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any

from geopandas import GeoDataFrame
from sqlalchemy import Row, func, select, text

from data.drawing import draw_layers, metric_layers, runner_for
from data.errors import ConflictError, NotFoundError
from data.frames import read_frame
from data.jobs.stages import stage_words
from data.jobs.task import Task
from data.plan_metadata import plan_metadata
from data.queries.plans import store_plan
from data.queries.search_index import index_names
from data.registers.drawing import read_register
from gis.drawing import DrawParameters
from gis.earlier import EarlierPlan
from gis.errors import CommunityGridError
from gis.layers import Layers
from gis.partition import ObjectiveWeights

__all__ = ["Orders", "draw_communities", "run"]

FORMER = ("none", "loyalty", "fewest_moves", "legacy")
"""What becomes of the grids in force: nothing, kept together where it costs little,
or kept as they are but for the fewest households; or old grids, kept together."""


@dataclass(frozen=True)
class Orders:
    """How communities are to be drawn, as the arguments of a job say."""

    parameters: DrawParameters
    former: str

    @classmethod
    def of(cls, arguments: Mapping[str, Any]) -> Orders:
        """Read arguments that a route has checked."""
        weights = ObjectiveWeights(**arguments.get("weights", {}))
        parameters = DrawParameters(
            low=arguments["low"],
            high=arguments["high"],
            seed=arguments["seed"],
            effort=arguments["effort"],
            weights=weights,
        )
        return cls(parameters, arguments.get("former", "none"))


def run(task: Task) -> dict[str, Any]:
    """Draw every community of a division that is not drawn yet."""
    return draw_communities(task, Orders.of(task.arguments))


def draw_communities(
    task: Task,
    orders: Orders,
    *,
    begins: float = 0.0,
    only: Collection[str] | None = None,
) -> dict[str, Any]:
    """Draw the communities below the task's division, one transaction for each.

    `begins` is the share of the job that was done before; `only` leaves out other
    communities. One community that cannot be
    drawn does not keep the others from it: it is told with the reason.
    """
    communities = [c for c in _communities(task) if only is None or c.code in only]
    done = task.done()
    for place, community in enumerate(communities):
        key = f"draw:{community.code}"
        if key in done:
            continue
        tell = _teller(task, community, place, len(communities), begins)
        try:
            _draw_one(task, community, key, orders, tell)
        except CommunityGridError as error:
            told = {"error_zh": error.message_zh, "error_en": error.message_en}
            with task.engine.begin() as connection:
                task.note(connection, key, {**_who(community), **told})
    drawn = [v for k, v in task.done().items() if k.startswith("draw:")]
    return {
        "communities": len(communities),
        "drawn": sum(1 for one in drawn if one.get("new")),
        "same": sum(1 for one in drawn if one.get("new") is False),
        "failed": sum(1 for one in drawn if "error_zh" in one),
    }


_BELOW = text("""
    select d.code, d.name, d.geom is not null as has_outline,
           (select count(*) from building b where b.community = d.code) as buildings
    from division u
    join division d on d.path ~>=~ u.path and d.path ~<~ (u.path || ':')
    where u.code = :under and d.level = 'community'
    union all
    select d.code, d.name, d.geom is not null,
           (select count(*) from building b where b.community = d.code)
    from division d where :under = '' and d.level = 'community'
    order by 1
""")


def _communities(task: Task) -> list[Row[Any]]:
    with task.engine.connect() as connection:
        found = list(connection.execute(_BELOW, {"under": task.division}))
    if not found:
        raise NotFoundError(
            f"{task.division} 还没有登记社区，无法划分；请先导入社区",
            f"{task.division} has no communities to draw; import some first",
        )
    return found


def _teller(
    task: Task, community: Row[Any], place: int, count: int, begins: float
) -> Callable[[str, float], None]:
    def tell(stage: str, share: float) -> None:
        words = stage_words(stage, share)
        whole = begins + (1 - begins) * (place + words.share) / count
        zh, en = f"{community.name}：{words.zh}", f"{community.name}: {words.en}"
        if count > 1:
            zh, en = f"{place + 1}/{count} {zh}", f"{place + 1} of {count}, {en}"
        task.tell(min(whole, 0.99), zh, en)

    return tell


def _who(community: Row[Any]) -> dict[str, Any]:
    return {"community": community.code, "name": community.name}


def _draw_one(
    task: Task,
    community: Row[Any],
    key: str,
    orders: Orders,
    tell: Callable[[str, float], None],
) -> None:
    """Draw one community and keep it as a draft, whole or not at all."""
    _require_drawable(community)
    tell("read", 0.0)
    with task.engine.connect().execution_options(
        isolation_level="REPEATABLE READ"
    ) as connection:
        reading = read_register(connection, community.code)
        query = _OLD_GRIDS if orders.former == "legacy" else _IN_FORCE
        former = read_frame(connection, query, community=community.code)
    tell("households", 0.0)
    layers = metric_layers(reading)
    earlier, legacy = _former(orders.former, former, layers)
    parameters = orders.parameters
    if legacy is None:  # a first plan has nothing to be loyal to
        weights = replace(parameters.weights, loyalty=0.0)
        parameters = replace(parameters, weights=weights)
    with runner_for(None, len(layers.buildings)) as spread:
        drawn = draw_layers(
            layers,
            parameters,
            digest=reading.digest,
            earlier=earlier,
            legacy=legacy,
            run=spread,
            progress=tell,
        )
    tell("write", 0.0)
    about = plan_metadata(drawn.plans, layers, parameters, drawn.certificate, reading)
    document = {
        **{k: v for k, v in about.items() if k not in ("certificate", "findings")},
        "findings": json.loads(about["findings"]),
        "plan_hash": drawn.certificate.plan_hash,
        "former": orders.former,
    }
    outline = next(drawn.stored["communities"].itertuples())
    with task.engine.begin() as connection:
        # Two who draw the same community take turns.
        lock = func.hashtextextended(f"import {community.code}", 0)
        connection.execute(select(func.pg_advisory_xact_lock(lock)))
        same = connection.execute(
            _SAME, {"code": community.code, "hash": drawn.certificate.plan_hash}
        ).one_or_none()
        if same is None:
            plan = store_plan(
                connection, outline, drawn.stored, document, origin=f"job {task.job}"
            )
            index_names(connection, community.code)
            same = connection.execute(_PLAN, {"plan": plan}).one()
            new = True
        else:
            new = False
        told = {
            "plan": same.id,
            "version": same.version,
            "status": same.status,
            "new": new,
            **_figures(drawn.stored["grids"]),
            "certified": drawn.certificate.ok,
        }
        task.note(connection, key, {**_who(community), **told})


_SAME = text("""
    select p.id, p.version, p.status from plan p
    where p.community = :code and :hash in (p.origin, p.document ->> 'plan_hash')
      and not exists (select from plan_edit e where e.plan = p.id)
    order by p.version desc limit 1
""")
"""A plan with these very grids that nobody has edited since: another is of no use."""
_PLAN = text("select id, version, status from plan where id = :plan")


def _require_drawable(community: Row[Any]) -> None:
    if not community.has_outline:
        raise ConflictError(
            f"{community.name}没有界线，无法划分；请先导入社区边界",
            f"{community.name} has no outline to draw in; import its boundary first",
        )
    if not community.buildings:
        raise ConflictError(
            f"{community.name}没有登记楼栋，无法划分；请先导入楼栋",
            f"{community.name} has no buildings in the register; import them first",
        )


def _figures(grids: GeoDataFrame) -> dict[str, Any]:
    resident = grids[grids["type"] == "resident"]
    return {
        "grids": len(grids),
        "households": int(grids["households"].sum()),
        "out_of_band": int((~resident["in_band"].astype(bool)).sum()),
    }


_IN_FORCE = """
    select g.code, st_asbinary(g.geom) as geometry
    from plan p join grid g on g.plan = p.id
    where p.community = :community and p.status in ('published', 'archived')
      and p.effective_from <= (now() at time zone 'Asia/Shanghai')::date
      and coalesce(p.effective_to
                   > (now() at time zone 'Asia/Shanghai')::date, true)
    order by g.code
"""
"""The grids of the plan in force today in a community."""
_OLD_GRIDS = """
    select g.code, st_asbinary(g.geom) as geometry
    from legacy_grid g
    where g.layer = (select max(id) from legacy_layer where community = :community)
    order by g.code
"""
"""The old grids that were brought last for a community."""


def _former(
    wish: str, grids: GeoDataFrame, layers: Layers
) -> tuple[EarlierPlan | None, EarlierPlan | None]:
    """Return the plan to keep to, and the one to be loyal to; a first plan has none."""
    if wish == "none" or grids.empty:
        return None, None
    found = EarlierPlan.from_grids(grids.to_crs(layers.buildings.crs))
    return (found, None) if wish == "fewest_moves" else (None, found)
