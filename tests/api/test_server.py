"""The server has at hand what the first edit would wait for."""

from __future__ import annotations

import subprocess
import sys

READY = """
import gc
import numpy as np
from api.server import get_ready
from gis.partition.graphs import connected_pieces, net_of, pieces_of
from tests.gis.partition.test_repartition_cells import lattice

get_ready().join()
known = list(pieces_of.signatures)
assert len(known) == 1, known
assert gc.get_freeze_count() > 10_000
net = net_of(lattice(1, 3, np.full(3, 100)))
assert connected_pieces(net, np.array([0, 1, 0])).tolist() == [0, 1, 2]
assert list(pieces_of.signatures) == known
"""


def test_what_the_first_edit_needs_is_loaded_before_it_comes() -> None:
    subprocess.run([sys.executable, "-c", READY], check=True, timeout=120)
