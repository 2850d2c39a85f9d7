"""What a draft lacks before somebody else should look at it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, text

from data.versions.errors import NotReadyError

__all__ = ["missing", "require_ready"]

Sentence = tuple[str, str]

_SERIAL = 3
_TOLD = 3
"""Faults of a check that are told; the certificate has the rest."""


def require_ready(
    connection: Connection, plan: int, certificate: Mapping[str, Any]
) -> None:
    """Refuse a plan whose certificate is not valid, and say what is missing."""
    free = connection.scalar(_FREE, {"plan": plan}) or 0
    found = missing(certificate["checks"], free=int(free))
    if found:
        raise NotReadyError(
            "还不能送审：" + "；".join(zh for zh, _ in found),
            "it cannot be sent for review yet: " + "; ".join(en for _, en in found),
        )


def missing(checks: Sequence[Mapping[str, Any]], *, free: int) -> list[Sentence]:
    """Say what a certificate lacks; `free` cells have no grid."""
    found: list[Sentence] = []
    if free:
        found.append(
            (
                f"还有 {free} 个单元未划入网格",
                f"{free} cell{'s' * (free > 1)} without a grid",
            )
        )
    for check in checks:
        if check["ok"]:
            continue
        faults = check["faults"][:_TOLD]
        more = check["fault_count"] - len(faults)
        zh = "、".join(
            _where(fault) + str(fault["zh"]).rstrip("。") for fault in faults
        )
        en = ", ".join(_where(fault) + str(fault["en"]).rstrip(".") for fault in faults)
        if more > 0:
            zh, en = f"{zh} 等 {check['fault_count']} 处", f"{en} and {more} more"
        found.append((f"{check['title_zh']}（{zh}）", f"{check['title_en']} ({en})"))
    return found


def _where(fault: Mapping[str, Any]) -> str:
    """Return the last digits of the grids of a fault, to stand before its sentence."""
    serials = [str(code)[-_SERIAL:] for code in fault["grids"][:2]]
    return "–".join(serials) + " " if serials else ""


_FREE = text(
    """
    select count(*) from plan p
    join cell c on c.cell_set = p.cell_set
    left join plan_cell k on k.plan = p.id and k.cell = c.number
    where p.id = :plan and k.cell is null
    """
)
