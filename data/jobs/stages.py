"""How far a drawing is at each of its stages, and what it does there in words."""

from __future__ import annotations

from typing import NamedTuple

__all__ = ["StageWords", "stage_words"]


class StageWords(NamedTuple):
    """Share of the whole, 0–1, and a sentence in each language."""

    share: float
    zh: str
    en: str


_STAGES = {
    "read": (0.0, 0.05, "读取登记资料", "reading the register"),
    "households": (0.05, 0.1, "核对户数", "counting households"),
    "cells": (0.1, 0.3, "切分基本单元", "cutting cells"),
    "partition": (0.3, 0.8, "划分网格", "drawing grids"),
    "plan": (0.8, 0.85, "整理方案", "making the plan"),
    "certify": (0.85, 0.95, "检验", "proving"),
    "write": (0.95, 1.0, "保存草稿", "saving the draft"),
}
"""Where each begins and ends on the way, as measured on common communities."""


def stage_words(stage: str, share: float) -> StageWords:
    """Return how far the whole is, with a stage done to some share."""
    begin, end, zh, en = _STAGES.get(stage, (0.0, 0.0, stage, stage))
    return StageWords(begin + (end - begin) * share, zh, en)
