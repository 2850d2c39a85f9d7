"""The alternatives of a plan for its sheet: which grids each would change, and how."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from geopandas import GeoDataFrame

from maps.encode import Frame, encode_shapes
from maps.places import label_places

__all__ = ["alternatives_payload"]

_TOLD: Final = (
    "choice",
    "file",
    "text_zh",
    "text_en",
    "low",
    "high",
    "fewest",
    "most",
    "grids_out",
    "households_moved",
    "certified",
)


def alternatives_payload(
    told: Sequence[Mapping[str, Any]],
    changed: GeoDataFrame | None,
    codes: Sequence[str],
    frame: Frame,
) -> list[dict[str, Any]]:
    """Return the alternatives in the order they were told.

    `changed` has the grids each would change, by the number of the alternative;
    `codes` are those of the plan, in the order of the page.
    """
    if changed is None:
        return []
    row = {code: number for number, code in enumerate(codes)}
    found = []
    for other in told:
        grids = changed[changed["alternative"] == other["alternative"]]
        grids = grids.sort_values("code", kind="stable")
        found.append(
            {
                **{name: other[name] for name in _TOLD},
                "grid": row.get(str(other["grid"]), -1),
                "number": [_number(str(c), str(other["grid"])) for c in grids["code"]],
                "type": grids["type"].astype(str).tolist(),
                "households": [int(n) for n in grids["households"]],
                "label": label_places(grids, frame),
                "shapes": encode_shapes(grids.geometry.to_numpy(), frame),
            }
        )
    return found


def _number(code: str, other: str) -> str:
    """Return the serial of a code: the three digits after its community."""
    return code[-3:] if len(code) == len(other) else code
