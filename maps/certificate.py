"""The certificate as the sheet tells it: a line per check, its findings on the map."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from gis.certificate_text import figures_text
from maps.encode import Frame

__all__ = ["certificate_view", "check_texts"]

_FAULTS_SHOWN: Final = 20
_REMARKS_SHOWN: Final = 5

_SHORT: Final[dict[str, tuple[str, str]]] = {
    # check: a few words beside its title (中文, English)
    "seamless": (
        "空隙 {gap_area_m2:.2f} · 重叠 {overlap_area_m2:.2f} m²",
        "gap {gap_area_m2:.2f} · overlap {overlap_area_m2:.2f} m²",
    ),
    "connected": ("{grids:,} 格 {parts:,} 块", "{grids:,} grids, {parts:,} parts"),
    "households": (
        "{households_grids:,} = {households_buildings:,} 户",
        "{households_grids:,} = {households_buildings:,}",
    ),
    "bounds": (
        "{in_band:,} 个达标 · {outside:,} 个超限",
        "{in_band:,} in band · {outside:,} out",
    ),
    "seams": ("沿街 {share:.1%}", "{share:.1%} on streets"),
    "codes": ("{codes:,} 个编码", "{codes:,} codes"),
}


def certificate_view(
    certificate: Mapping[str, Any], frame: Frame
) -> dict[str, Any] | None:
    """Return what the page shows of `Certificate.to_dict()`, None if it is empty."""
    if not certificate:
        return None
    return {
        "ok": bool(certificate["ok"]),
        "verdict": certificate["verdict"],
        "exceptions": int(certificate["exceptions"]),
        "crs": certificate["crs"],
        "plan_hash": certificate["plan_hash"],
        "inputs_digest": certificate["inputs_digest"],
        "checks": [_check(check, frame) for check in certificate["checks"]],
        "communities": [
            {key: each[key] for key in ("code", "name", "verdict", "plan_hash")}
            for each in certificate["communities"]
        ],
    }


def check_texts(check: Mapping[str, Any]) -> dict[str, str]:
    """Return what a check found: a sentence and a few words, in both languages."""
    short = _SHORT[check["code"]]
    figures = _short_figures(check)
    return {
        "found_zh": figures_text(check, "zh"),
        "found_en": figures_text(check, "en"),
        "short_zh": short[0].format(**figures),
        "short_en": short[1].format(**figures),
    }


def _check(check: Mapping[str, Any], frame: Frame) -> dict[str, Any]:
    # Grids out of band have their own list in the document.
    remarks = [] if check["code"] == "bounds" else check["remarks"]
    return {
        "code": check["code"],
        "rule": check["rule"],
        "ok": bool(check["ok"]),
        "title_zh": check["title_zh"],
        "title_en": check["title_en"],
        **check_texts(check),
        "faults": _findings(check["faults"], _FAULTS_SHOWN, frame),
        "faults_more": max(0, int(check["fault_count"]) - _FAULTS_SHOWN),
        "remarks": _findings(remarks, _REMARKS_SHOWN, frame),
        "remarks_more": max(0, int(check["remark_count"]) - _REMARKS_SHOWN)
        if remarks
        else 0,
    }


def _short_figures(check: Mapping[str, Any]) -> dict[str, float]:
    figures: dict[str, float] = dict(check["figures"])
    derive: dict[str, Callable[[], dict[str, float]]] = {
        "bounds": lambda: {"outside": figures["resident"] - figures["in_band"]},
        "seams": lambda: {
            "share": figures["street_m"] / figures["seam_m"]
            if figures["seam_m"]
            else 1.0
        },
    }
    return figures | derive.get(check["code"], dict)()


def _findings(
    findings: Sequence[Mapping[str, Any]], most: int, frame: Frame
) -> list[dict[str, Any]]:
    return [_finding(finding, frame) for finding in findings[:most]]


def _finding(finding: Mapping[str, Any], frame: Frame) -> dict[str, Any]:
    place: list[int] | None = None
    if finding["lonlat"] is not None:
        place = frame.place([finding["lonlat"]])[0].tolist()
    return {
        "grids": list(finding["grids"]),
        "zh": finding["zh"],
        "en": finding["en"],
        "place": place,
    }
