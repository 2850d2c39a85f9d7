"""The register: what lies in a community, from sources and back to files."""

from __future__ import annotations

from data.registers.exporting import export_registers
from data.registers.importing import (
    RegisterImport,
    Taken,
    import_registers,
    preview_registers,
)
from data.registers.merging import Change
from data.registers.names import read_division_names
from data.registers.runs import read_report, read_runs

__all__ = [
    "Change",
    "RegisterImport",
    "Taken",
    "export_registers",
    "import_registers",
    "preview_registers",
    "read_division_names",
    "read_report",
    "read_runs",
]
