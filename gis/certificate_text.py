"""The certificate as a document an official could sign."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

__all__ = ["TITLES", "certificate_text", "figures_text"]

TITLES: dict[str, tuple[str, str, str]] = {
    "seamless": ("003-03", "无缝覆盖", "Seamless"),
    "connected": ("003-06", "边界相连、单块成片", "In one piece"),
    "households": ("", "户数相符", "Households recounted"),
    "bounds": ("003-02", "规模适度", "Size"),
    "seams": ("003-01", "街巷定界", "Seams on streets"),
    "codes": ("", "编码有序", "Codes in order"),
}
"""Rule and titles of the six checks, in the order of the document."""

_FIGURES: dict[str, tuple[str, str]] = {
    "seamless": (
        "空隙{gap_area_m2:.2f}平方米，重叠{overlap_area_m2:.2f}平方米，"
        "越界{outside_area_m2:.2f}平方米；未接合边线{unmatched_edges:,}段，"
        "缺顶点{missing_vertices:,}处；社区之间重叠{community_overlap_m2:.2f}平方米；"
        "单元与网格不符{cell_difference_m2:.2f}平方米、{cell_unmatched_edges:,}段",
        "gaps {gap_area_m2:.2f} m², overlaps {overlap_area_m2:.2f} m², outside "
        "{outside_area_m2:.2f} m²; {unmatched_edges:,} unmatched edges, "
        "{missing_vertices:,} missing vertices; communities overlap by "
        "{community_overlap_m2:.2f} m²; cells differ from grids by "
        "{cell_difference_m2:.2f} m², {cell_unmatched_edges:,} edges",
    ),
    "connected": (
        "网格{grids:,}个，共{parts:,}块；不成一块的{split_grids:,}个；"
        "被单个网格完全包围的{enclaves:,}个",
        "{grids:,} grids in {parts:,} parts; {split_grids:,} not in one piece; "
        "{enclaves:,} wholly inside another grid",
    ),
    "households": (
        "按网格{households_grids:,}户，按单元{households_cells:,}户，"
        "按建筑逐栋复核{households_buildings:,}户；建筑{buildings:,}栋，"
        "位置不符{misplaced_buildings:,}栋，跨线{straddling_buildings:,}栋",
        "{households_grids:,} by grids, {households_cells:,} by cells, "
        "{households_buildings:,} recounted from {buildings:,} buildings; "
        "{misplaced_buildings:,} misplaced, {straddling_buildings:,} straddle a line",
    ),
    "bounds": (
        "居民网格{resident:,}个，其中{in_band:,}个在范围内，"
        "{explained:,}个超出范围并已说明原因，{unexplained:,}个未说明；"
        "专属网格{exclusive:,}个，预留网格{reserved:,}个",
        "{resident:,} resident grids: {in_band:,} in band, {explained:,} outside with "
        "a reason, {unexplained:,} without; {exclusive:,} exclusive, "
        "{reserved:,} reserved",
    ),
    "seams": (
        "接边线总长{seam_m:,.0f}米，沿街巷、河道、围墙等{share:.1%}；"
        "不在街巷上的{off_street_stretches:,}段，长{off_street_m:,.0f}米",
        "{seam_m:,.0f} m of seams, {share:.1%} on streets, rivers, walls and the like; "
        "{off_street_stretches:,} stretches off street, {off_street_m:,.0f} m",
    ),
    "codes": (
        "编码{codes:,}个，不合规或重复{bad_codes:,}个，"
        "未按由西向东、由北向南排列{out_of_order:,}个",
        "{codes:,} codes, {bad_codes:,} malformed or used twice, {out_of_order:,} "
        "not from west to east, north to south",
    ),
}

# Only where the certificate was given the source to compare with.
_WITH_SOURCE = {
    "source_difference_m2": (
        "；社区边界与源数据相差{:.2f}平方米",
        "; communities differ from the source by {:.2f} m²",
    ),
    "off_way_m": (
        "；登记在街巷上而距其超过5米的{:,.0f}米",
        "; {:,.0f} m said to be on a street are more than 5 m from one",
    ),
}

_NUMERALS = "一二三四五六"
_SHOWN = 20


def figures_text(check: Mapping[str, Any], lang: Literal["zh", "en"] = "zh") -> str:
    """Return the figures of a check as one sentence.

    Parameters
    ----------
    check : mapping
        A check of `Certificate.to_dict`.
    lang : {"zh", "en"}, default "zh"
        Language.

    Returns
    -------
    str
        The sentence, without a full stop.

    Examples
    --------
    >>> figures = {"codes": 8, "bad_codes": 0, "out_of_order": 1}
    >>> figures_text({"code": "codes", "figures": figures})
    '编码8个，不合规或重复0个，未按由西向东、由北向南排列1个'
    """
    figures = dict(check["figures"])
    if check["code"] == "seams":
        # A plan without seams has no metre off street.
        whole = figures["seam_m"]
        figures["share"] = figures["street_m"] / whole if whole else 1.0
    text = _FIGURES[check["code"]][lang == "en"].format(**figures)
    for name, words in _WITH_SOURCE.items():
        if name in figures:
            text += words[lang == "en"].format(figures[name])
    return text


def certificate_text(
    certificate: Mapping[str, Any],
    lang: Literal["zh", "en"],
    *,
    plan: str = "",
    date: str = "",
    made_up: bool = False,
) -> str:
    """Return a certificate as a document to print and sign.

    Parameters
    ----------
    certificate : mapping
        What `Certificate.to_dict` gives.
    lang : {"zh", "en"}
        Language.
    plan : str, optional
        Name and version of the plan.
    date : str, optional
        Date to print.
    made_up : bool, default False
        True for example data; the document then says so.

    Returns
    -------
    str
        Lines of plain text.

    Raises
    ------
    ValueError
        If the language is unknown.
    """
    if lang == "zh":
        return "\n".join(_chinese(certificate, plan, date, made_up=made_up)) + "\n"
    if lang == "en":
        return "\n".join(_english(certificate, plan, date, made_up=made_up)) + "\n"
    raise ValueError(f"language {lang!r} is unknown; use 'zh' or 'en'")


def _chinese(c: Mapping[str, Any], plan: str, date: str, *, made_up: bool) -> list[str]:
    lines = ["社区网格划分方案检验证书", ""]
    if made_up:
        lines += ["（示例数据，非真实社区）", ""]
    lines += [
        f"社　　区：{_scope(c, '共{}个社区', '未命名社区')}",
        f"方　　案：{plan or '未命名'}",
        f"日　　期：{date or '　　　　年　　月　　日'}",
        f"户数标准：居民网格每个{c['low']}—{c['high']}户",
        f"量算坐标：{c['crs']}",
        "",
    ]
    for numeral, check in zip(_NUMERALS, c["checks"], strict=True):
        mark = "合格" if check["ok"] else f"不合格（{check['fault_count']}处）"
        rule = f"（规则{check['rule']}）" if check["rule"] else ""
        lines.append(f"{numeral}、{check['title_zh']}{rule}：{mark}")
        lines.append(f"　　{figures_text(check)}。")
        lines += [f"　　· {_finding(f, 'zh')}" for f in check["faults"][:_SHOWN]]
        if check["fault_count"] > _SHOWN:
            lines.append(f"　　· 另有{check['fault_count'] - _SHOWN}处，详见电子证书")
    remarks = _remarks(c)
    if remarks:
        lines += ["", "超出户数标准的网格及原因："]
        lines += [f"　　· {_finding(f, 'zh')}" for f in remarks]
    lines += ["", f"结论：{_verdict_zh(c)}"]
    lines += _table(c, "各社区结论：", ("有效", "有效（有例外）", "无效"))
    lines += [
        "",
        f"方案校验码（SHA-256）：{c['plan_hash']}",
        f"数据校验码（SHA-256）：{c['inputs_digest'] or '未提供'}",
        "",
        "检验人：　　　　　　　　审核人：　　　　　　　　单位（盖章）：",
    ]
    return lines


def _english(c: Mapping[str, Any], plan: str, date: str, *, made_up: bool) -> list[str]:
    lines = ["Certificate of a community grid plan", ""]
    if made_up:
        lines += ["(example data, no real community)", ""]
    lines += [
        f"Community: {_scope(c, '{} communities', 'unnamed')}",
        f"Plan:      {plan or 'unnamed'}",
        f"Date:      {date or '____-__-__'}",
        f"Band:      {c['low']}-{c['high']} households in a resident grid",
        f"Measured:  {c['crs']}",
        "",
    ]
    for number, check in enumerate(c["checks"], start=1):
        mark = "passed" if check["ok"] else f"FAILED ({check['fault_count']})"
        rule = f" (rule {check['rule']})" if check["rule"] else ""
        lines.append(f"{number}. {check['title_en']}{rule}: {mark}")
        lines.append(f"   {figures_text(check, 'en')}.")
        lines += [f"   - {_finding(f, 'en')}" for f in check["faults"][:_SHOWN]]
        if check["fault_count"] > _SHOWN:
            lines.append(f"   - and {check['fault_count'] - _SHOWN} more")
    remarks = _remarks(c)
    if remarks:
        lines += ["", "Grids outside the band, with the reason:"]
        lines += [f"   - {_finding(f, 'en')}" for f in remarks]
    lines += ["", f"Result: {_verdict_en(c)}"]
    words = ("valid", "valid with exceptions", "invalid")
    lines += _table(c, "Result by community:", words)
    lines += [
        "",
        f"Plan SHA-256:  {c['plan_hash']}",
        f"Input SHA-256: {c['inputs_digest'] or 'not given'}",
        "",
        "Checked by: ____________   Reviewed by: ____________   Seal:",
    ]
    return lines


def _scope(c: Mapping[str, Any], several: str, unnamed: str) -> str:
    if c["communities"]:
        return several.format(len(c["communities"]))
    return " ".join(part for part in (c["name"], c["code"]) if part) or unnamed


def _remarks(c: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return the explained exceptions to the band."""
    bounds = next(check for check in c["checks"] if check["code"] == "bounds")
    return list(bounds["remarks"])


def _finding(finding: Mapping[str, Any], lang: str) -> str:
    """Write one finding with its grids and its place."""
    grids = " / ".join(finding["grids"])
    place = ""
    if finding["lonlat"] is not None:
        lon, lat = finding["lonlat"]
        place = (
            f"（{lon:.6f}，{lat:.6f}）" if lang == "zh" else f" at {lon:.6f} {lat:.6f}"
        )
    colon = "：" if lang == "zh" else ": "
    return f"{grids}{colon if grids else ''}{finding[lang]}{place}"


def _verdict_zh(c: Mapping[str, Any]) -> str:
    if c["verdict"] == "valid":
        return "六项检查全部通过，方案有效。"
    if c["verdict"] == "valid_with_exceptions":
        return (
            f"六项检查全部通过，方案有效；另有{c['exceptions']}个网格为已说明的例外。"
        )
    failed = "、".join(check["title_zh"] for check in c["checks"] if not check["ok"])
    return f"方案无效，未通过：{failed}。"


def _verdict_en(c: Mapping[str, Any]) -> str:
    if c["verdict"] == "valid":
        return "all six checks passed; the plan is valid."
    if c["verdict"] == "valid_with_exceptions":
        many = "exceptions" if c["exceptions"] > 1 else "exception"
        return (
            "all six checks passed; the plan is valid, "
            f"with {c['exceptions']} explained {many}."
        )
    failed = ", ".join(check["title_en"] for check in c["checks"] if not check["ok"])
    return f"the plan is invalid; failed: {failed}."


def _table(c: Mapping[str, Any], title: str, words: tuple[str, str, str]) -> list[str]:
    if not c["communities"]:
        return []
    word = dict(zip(("valid", "valid_with_exceptions", "invalid"), words, strict=True))
    rows = [
        f"　　{each['code']} {each['name']} {word[each['verdict']]} "
        f"{each['plan_hash'][:16]}"
        for each in c["communities"]
    ]
    return ["", title, *rows]
