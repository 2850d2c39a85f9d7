"""Colours can be told apart, and text can be read on them."""

from __future__ import annotations

from itertools import combinations

import pytest

from maps.theme import TINTS, TOKENS, css_variables


def luminance(color: str) -> float:
    """Relative luminance by WCAG 2."""
    parts = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [
        p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(a: str, b: str) -> float:
    light, dark = sorted((luminance(a), luminance(b)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("role", ["ink", "muted", "accent", "above", "below", "warn"])
@pytest.mark.parametrize("ground", ["paper", "canvas"])
def test_text_reads_on_every_ground(role: str, ground: str) -> None:
    assert contrast(TOKENS[role], TOKENS[ground]) >= 4.5


def test_tints_are_soft_and_four() -> None:
    assert len(TINTS) == 4
    assert all(contrast(tint, TOKENS["ink"]) >= 10 for tint in TINTS)


def test_tints_differ_from_each_other() -> None:
    for a, b in combinations(TINTS, 2):
        steps = [abs(int(a[i : i + 2], 16) - int(b[i : i + 2], 16)) for i in (1, 3, 5)]
        assert sum(steps) >= 18


def test_every_role_is_a_css_variable() -> None:
    rules = css_variables()
    assert all(f"--{name}:{value};" in rules for name, value in TOKENS.items())
