"""Check the codes of grids."""

from __future__ import annotations

import numpy as np

from gis.coding import CodeError, grid_order, parse_division_code
from gis.evidence import Evidence, Findings

__all__ = ["check_codes"]


def check_codes(e: Evidence, *, kept: bool = False) -> Findings:
    """Check that codes are well formed, unique and in order.

    Parameters
    ----------
    e : Evidence
        Layers of a plan.
    kept : bool, default False
        True for a plan that keeps the codes of an earlier one: numbers out of
        order are then remarks.

    Returns
    -------
    Findings
        Codes that are malformed, used twice or out of order.
    """
    found = Findings(e)
    at = e.grid_community
    wrong = np.zeros(len(e.grids), dtype=int)
    twice = e.grids["code"].duplicated(keep=False).to_numpy()
    disorder = np.zeros(len(e.grids), dtype=int)

    def fault(row: int, kind: str, zh: str, en: str, *, fault: bool = True) -> None:
        found.add(
            kind,
            community=int(at[row]),
            fault=fault,
            zh=zh,
            en=en,
            grids=(found.codes[row],),
            where=e.grids.geometry.iloc[row],
        )

    for row in np.flatnonzero(twice).tolist():
        wrong[row] = 1
        fault(row, "duplicate", "网格编码重复", "grid code is used twice")
    for number, prefix in enumerate(e.communities["code"].fillna("").astype(str)):
        rows = np.flatnonzero(at == number).tolist()
        serials: dict[int, int] = {}
        for row in rows:
            try:
                serials[row] = _serial(str(found.codes[row]), prefix)
            except CodeError as error:
                wrong[row] = 1
                fault(row, "malformed", error.reason_zh, error.reason_en)
        order = grid_order(e.grids.geometry.iloc[rows])
        for row, wanted in zip(rows, order.tolist(), strict=True):
            if row in serials and serials[row] != wanted:
                disorder[row] = 1
                zh = f"顺序号应为{wanted}（由西向东、由北向南）"
                en = f"serial should be {wanted} (west to east, north to south)"
                fault(row, "order", zh, en, fault=not kept)
    for row in np.flatnonzero(at < 0).tolist():
        wrong[row] = 1
        fault(row, "community", "所属社区不存在", "names a community the plan lacks")
    found.count("codes", e.per_community(at, np.ones(len(at))))
    found.count("bad_codes", e.per_community(at, wrong))
    found.count("out_of_order", e.per_community(at, disorder))
    return found


def _serial(code: str, prefix: str) -> int:
    """Return the serial of a grid code of a community."""
    for position, (given, wanted) in enumerate(
        zip(code.ljust(len(prefix)), prefix, strict=False), start=1
    ):
        if given != wanted:
            raise CodeError(
                code, position, f"应以{prefix}开头", f"must begin with {prefix}"
            )
    if prefix and not prefix.endswith("-"):
        parse_division_code(prefix)
    serial = code[len(prefix) :]
    if len(serial) < 3:
        raise CodeError(code, len(code) + 1, "顺序号不足3位", "serial has < 3 digits")
    for position, digit in enumerate(serial, start=len(prefix) + 1):
        if digit not in "0123456789":
            raise CodeError(
                code, position, f"“{digit}”不是数字", f"{digit!r} is no digit"
            )
    return int(serial)
