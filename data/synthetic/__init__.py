"""Seeded made-up towns; `docs/made-up-town.md` shows how they are made."""

from data.synthetic.names import division_names
from data.synthetic.town import MadeUpTown, made_up_town

__all__ = ["MadeUpTown", "division_names", "made_up_town"]
