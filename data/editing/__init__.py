"""Edits of plans in the record: done, taken back, made again, told."""

from data.editing.ahead import Ahead
from data.editing.apply import apply_edit, preview_edit
from data.editing.errors import (
    KeyReusedError,
    NotDraftError,
    NothingToDoError,
    StaleError,
)
from data.editing.holding import Held, Hold, hold_plan
from data.editing.log import REDO, UNDO, changes_since, list_edits
from data.editing.model import Actor, Change, Head, Outcome, Side, State
from data.editing.replay import redo_edit, undo_edit
from data.editing.state import find_state, read_head
from data.editing.steps import Terms

__all__ = [
    "REDO",
    "UNDO",
    "Actor",
    "Ahead",
    "Change",
    "Head",
    "Held",
    "Hold",
    "KeyReusedError",
    "NotDraftError",
    "NothingToDoError",
    "Outcome",
    "Side",
    "StaleError",
    "State",
    "Terms",
    "apply_edit",
    "changes_since",
    "find_state",
    "hold_plan",
    "list_edits",
    "preview_edit",
    "read_head",
    "redo_edit",
    "undo_edit",
]
