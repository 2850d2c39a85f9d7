"""The process that draws grids for an edit: ``python -m data.editing.drawer``.

It takes one question after the other on stdin and answers on stdout, both as pickles of
our own processes; it ends with the one that asks. Whoever has waited long enough kills
it: it holds nothing but numbers.
"""

from __future__ import annotations

import os
import pickle
import sys

from gis.errors import CommunityGridError

__all__ = ["main"]


def main() -> None:
    """Answer until nobody asks any more."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what libraries print
    while True:
        try:
            draw, positional, named = pickle.load(sys.stdin.buffer)
        except EOFError:
            return
        try:
            told = draw(*positional, **named)
        except (CommunityGridError, ValueError) as error:
            told = error
        pickle.dump(told, answers, protocol=pickle.HIGHEST_PROTOCOL)
        answers.flush()


if __name__ == "__main__":
    main()
