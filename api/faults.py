"""What is wrong with a parameter, in Chinese and English."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

__all__ = ["fault_messages"]

_ZH = {
    "missing": "缺少",
    "int_parsing": "应为整数",
    "float_parsing": "应为数字",
    "bool_parsing": "应为 true 或 false",
    "date_from_datetime_parsing": "应为日期 YYYY-MM-DD",
    "date_parsing": "应为日期 YYYY-MM-DD",
    "greater_than_equal": "不能小于 {ge}",
    "less_than_equal": "不能大于 {le}",
    "string_too_long": "最多 {max_length} 个字符",
    "string_too_short": "至少 {min_length} 个字符",
    "string_pattern_mismatch": "格式不对，应符合 {pattern}",
    "literal_error": "只能是 {expected}",
    "enum": "只能是 {expected}",
}
"""Kind of fault of Pydantic → Chinese; any other is told in general words."""


def fault_messages(faults: Sequence[Mapping[str, Any]]) -> tuple[str, str]:
    """Return what Pydantic found wrong, as one line in each language."""
    zh, en = [], []
    for fault in faults:
        where = ".".join(str(part) for part in fault["loc"][1:]) or str(fault["loc"][0])
        said = _ZH.get(fault["type"], "值不对").format(**fault.get("ctx") or {})
        zh.append(f"{where}：{said}")
        en.append(f"{where}: {fault['msg']}")
    return "；".join(zh), "; ".join(en)
