"""The six checks of a plan, each on all communities at once."""

from gis.checks.bounds import check_bounds
from gis.checks.codes import check_codes
from gis.checks.connected import check_connected
from gis.checks.households import check_households
from gis.checks.seamless import check_seamless
from gis.checks.seams import check_seams

__all__ = [
    "check_bounds",
    "check_codes",
    "check_connected",
    "check_households",
    "check_seamless",
    "check_seams",
]
