"""The register: what lies in a community, from sources and back to files."""

from __future__ import annotations

from data.registers.importing import RegisterImport, Taken, import_registers
from data.registers.merging import Change
from data.registers.runs import read_report, read_runs

__all__ = [
    "Change",
    "RegisterImport",
    "Taken",
    "import_registers",
    "read_report",
    "read_runs",
]
