"""What a certificate says: findings, checks, and the whole."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from gis.certificate_text import TITLES, certificate_text

__all__ = ["Certificate", "Check", "Finding"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing a check found, with its place.

    Attributes
    ----------
    kind : str
        Stable word: gap, overlap, outside, vertex, edge, parts, …
    zh, en : str
        The sentence.
    grids : tuple of str
        Codes of the grids concerned.
    measure : float
        m², metres or households, as the kind has it; 0 where nothing is measured.
    xy : tuple of float or None
        Place in the metric CRS.
    lonlat : tuple of float or None
        Place in degrees (EPSG:4326).
    """

    kind: str
    zh: str
    en: str
    grids: tuple[str, ...]
    measure: float
    xy: tuple[float, float] | None
    lonlat: tuple[float, float] | None

    def to_dict(self) -> dict[str, object]:
        """Return the finding as JSON-serialisable values."""
        return {
            "kind": self.kind,
            "zh": self.zh,
            "en": self.en,
            "grids": list(self.grids),
            "measure": self.measure,
            "xy": None if self.xy is None else list(self.xy),
            "lonlat": None if self.lonlat is None else list(self.lonlat),
        }


@dataclass(frozen=True, slots=True)
class Check:
    """One check of a certificate.

    Attributes
    ----------
    code : str
        seamless, connected, households, bounds, seams or codes.
    ok : bool
        Whether there is no fault.
    figures : dict of str to float
        What was counted and measured.
    fault_count, remark_count : int
        How many there are.
    faults : tuple of Finding
        What makes the check fail, largest first, at most 200.
    remarks : tuple of Finding
        What is worth knowing and no fault: explained exceptions, enclaves,
        off-street stretches; largest first, at most 200.
    """

    code: str
    ok: bool
    figures: dict[str, float]
    fault_count: int
    remark_count: int
    faults: tuple[Finding, ...]
    remarks: tuple[Finding, ...]

    def to_dict(self) -> dict[str, object]:
        """Return the check as JSON-serialisable values."""
        rule, zh, en = TITLES[self.code]
        return {
            "code": self.code,
            "rule": rule,
            "title_zh": zh,
            "title_en": en,
            "ok": self.ok,
            "figures": dict(self.figures),
            "fault_count": self.fault_count,
            "remark_count": self.remark_count,
            "faults": [finding.to_dict() for finding in self.faults],
            "remarks": [finding.to_dict() for finding in self.remarks],
        }


@dataclass(frozen=True)
class Certificate:
    """What was proven of a plan.

    Attributes
    ----------
    code, name : str
        Community; both empty for a plan of several.
    low, high : int
        Household band of resident grids.
    checks : tuple of Check
        The six, in the order of the document.
    plan_hash : str
        SHA-256 of the grids, see `plan_hash`.
    inputs_digest : str
        SHA-256 of the sources, as the caller gave it.
    crs : str
        Name of the CRS everything was measured in.
    communities : tuple of Certificate
        One per community if there are several.
    """

    code: str
    name: str
    low: int
    high: int
    checks: tuple[Check, ...]
    plan_hash: str
    inputs_digest: str
    crs: str
    communities: tuple[Certificate, ...] = field(default=())

    @property
    def ok(self) -> bool:
        """Whether all checks passed."""
        return all(check.ok for check in self.checks)

    @property
    def exceptions(self) -> int:
        """Number of resident grids outside the band that carry a reason."""
        return int(self["bounds"].figures["explained"])

    @property
    def verdict(self) -> Literal["valid", "valid_with_exceptions", "invalid"]:
        """The result in one word."""
        if not self.ok:
            return "invalid"
        return "valid_with_exceptions" if self.exceptions else "valid"

    def __getitem__(self, code: str) -> Check:
        """Return a check by its code."""
        return next(check for check in self.checks if check.code == code)

    def to_dict(self) -> dict[str, object]:
        """Return the certificate as JSON-serialisable values."""
        return {
            "code": self.code,
            "name": self.name,
            "ok": self.ok,
            "verdict": self.verdict,
            "exceptions": self.exceptions,
            "low": self.low,
            "high": self.high,
            "crs": self.crs,
            "plan_hash": self.plan_hash,
            "inputs_digest": self.inputs_digest,
            "checks": [check.to_dict() for check in self.checks],
            "communities": [each.to_dict() for each in self.communities],
        }

    def to_text(
        self,
        lang: Literal["zh", "en"] = "zh",
        *,
        plan: str = "",
        date: str = "",
        made_up: bool = False,
    ) -> str:
        """Return the certificate as a document to print and sign.

        Parameters
        ----------
        lang : {"zh", "en"}, default "zh"
            Language.
        plan : str, optional
            Name and version of the plan.
        date : str, optional
            Date to print; the certificate itself reads no clock.
        made_up : bool, default False
            True for example data; the document then says so.

        Returns
        -------
        str
            Lines of plain text.

        Raises
        ------
        ValueError
            If the language is unknown.
        """
        return certificate_text(
            self.to_dict(), lang, plan=plan, date=date, made_up=made_up
        )
