"""Look at a file before any library does: what it is, how big, what it hides.

Format libraries guess by content and follow what they find (a VRT document named
``x.geojson`` reads any file GDAL can reach). So the format is told here, from the
first bytes, and only a file that is what its name says goes on.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import shutil
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from xml.parsers import expat

from data.errors import ImportFormatError

__all__ = [
    "SUFFIXES",
    "ZIP_ERRORS",
    "Limits",
    "digest_of",
    "expand_zip",
    "file_names",
    "files_in_folder",
    "format_of",
    "require_file",
    "require_harmless_zip",
    "require_no_doctype",
    "require_rows",
    "require_vertices",
    "sniff_format",
]

# GDAL registers its drivers when pyogrio is imported; ``VRT`` alone does not skip
# it. The check of first bytes below is the wall, this is the ditch before it.
os.environ["OGR_SKIP"] = "OGR_VRT"

SUFFIXES: dict[str, str] = {
    ".gpkg": "gpkg",
    ".parquet": "parquet",
    ".geoparquet": "parquet",
    ".geojson": "geojson",
    ".json": "geojson",
    ".shp": "shapefile",
    ".csv": "csv",
    ".txt": "csv",
    ".tsv": "csv",
    ".xlsx": "xlsx",
    ".pbf": "pbf",
    ".zip": "zip",
}
"""File name endings that are read, and as what."""

_MIB = 1 << 20
ZIP_ERRORS = (
    zipfile.BadZipFile,
    EOFError,
    NotImplementedError,
    OSError,
    zlib.error,
)
"""What `zipfile` raises on damaged archives."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Limits:
    """How much one source may hold; beyond is refused, not truncated."""

    file_bytes: int = 4096 * _MIB
    text_bytes: int = 512 * _MIB
    """For formats held in memory whole: GeoJSON, CSV, XLSX, PBF."""
    rows: int = 5_000_000
    vertices: int = 250_000
    """Most vertices of one geometry."""
    zip_entries: int = 2_000
    zip_bytes: int = 4096 * _MIB
    zip_ratio: int = 300
    """Largest expansion of an entry above `zip_free`."""
    zip_free: int = 16 * _MIB
    columns: int = 1_000


def require_file(path: Path, *, limits: Limits) -> None:
    """Refuse what is not a plain, filled, manageable file."""
    try:
        about = path.stat()
    except (OSError, ValueError) as error:
        raise ImportFormatError(
            f"找不到或打不开文件 {path.name}；请检查路径和权限",
            f"cannot find or open {path.name}; check the path and permissions",
        ) from error
    if not stat.S_ISREG(about.st_mode):
        raise ImportFormatError(
            f"{path.name} 不是普通文件；请给出文件、文件夹或 zip",
            f"{path.name} is not a plain file; give a file, a folder or a zip",
        )
    if about.st_size == 0:
        raise ImportFormatError(
            f"{path.name} 是空文件；请重新导出",
            f"{path.name} is empty; export it again",
        )
    if about.st_size > limits.file_bytes:
        raise ImportFormatError(
            f"{path.name} 有 {about.st_size // _MIB} MB，"
            f"超过上限 {limits.file_bytes // _MIB} MB；请按街道拆分",
            f"{path.name} has {about.st_size // _MIB} MB, more than the limit of "
            f"{limits.file_bytes // _MIB} MB; split it by street",
        )


def require_rows(file: str, rows: int, *, limits: Limits) -> None:
    """Refuse a layer of more rows than the limit, claimed or real."""
    if rows > limits.rows:
        raise ImportFormatError(
            f"{file} 声称有 {rows:,} 行，超过上限 {limits.rows:,} 行；请按街道拆分",
            f"{file} claims {rows:,} rows, more than the limit of {limits.rows:,}; "
            "split it by street",
        )


def require_vertices(file: str, row: object, vertices: int, *, limits: Limits) -> None:
    """Refuse a geometry of more vertices than the limit."""
    if vertices > limits.vertices:
        raise ImportFormatError(
            f"{file} 第 {row} 行的图形有 {vertices:,} 个顶点，"
            f"超过上限 {limits.vertices:,} 个；请先简化",
            f"{file} row {row}: geometry has {vertices:,} vertices, more than the "
            f"limit of {limits.vertices:,}; simplify it first",
        )


def sniff_format(path: Path) -> str:
    """Return the format of a file; its first bytes must agree with its name."""
    named = SUFFIXES.get(path.suffix.lower())
    if named is None:
        raise ImportFormatError(
            f"{path.name} 的格式不支持；可用 {' '.join(SUFFIXES)}",
            f"{path.name} has no format that can be read; use {' '.join(SUFFIXES)}",
        )
    with path.open("rb") as file:
        head = file.read(4096)
    found = format_of(head)
    fits = named == found or (named == "xlsx" and found == "zip")
    if not fits:
        raise ImportFormatError(
            f"{path.name} 的内容不是 {named}（像是 {_ZH[found]}）；"
            "请用原软件重新导出，或改正扩展名",
            f"{path.name} is not {named} inside (it looks like {_EN[found]}); "
            "export it again or correct its ending",
        )
    return named


_EN = {
    "gpkg": "GeoPackage or SQLite",
    "parquet": "Parquet",
    "geojson": "JSON",
    "shapefile": "Shapefile",
    "csv": "plain text",
    "xml": "XML or VRT",
    "zip": "zip",
    "pbf": "OSM PBF",
    "binary": "unknown data",
}
_ZH = _EN | {"csv": "纯文本", "binary": "未知数据", "xml": "XML 或 VRT"}


def format_of(head: bytes) -> str:
    """Tell a format from the first bytes."""
    if head.startswith(b"SQLite format 3\0"):
        return "gpkg"
    if head.startswith(b"PAR1"):
        return "parquet"
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return "zip"
    if len(head) >= 4 and struct.unpack(">i", head[:4])[0] == 9994:
        return "shapefile"
    if b"OSMHeader" in head[:32]:
        return "pbf"
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "csv"  # UTF-16, as Excel saves "Unicode text"
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if text.startswith((b"{", b"[")):
        return "geojson"
    if text.startswith(b"<"):
        return "xml"
    return "binary" if b"\0" in head else "csv"


def digest_of(paths: list[Path]) -> str:
    """Return the SHA-256 of the contents of files and folders, in this order."""
    whole = hashlib.sha256()
    for path in paths:
        files = (
            sorted(p for p in path.rglob("*") if p.is_file())
            if path.is_dir()
            else [path]
        )
        for file in files:
            with file.open("rb") as stream:
                whole.update(hashlib.file_digest(stream, "sha256").digest())
    return whole.hexdigest()


def file_names(layers: Iterable[str]) -> dict[str, str]:
    """Return a file name for each layer name: no paths, no signs, no doubles."""
    names: dict[str, str] = {}
    for layer in layers:
        plain = re.sub(r'[\\/:*?"<>|\x00-\x1f]', "_", layer).strip(". ")[:80]
        plain = unique = plain or "layer"
        number = 2
        while unique.lower() in (taken.lower() for taken in names.values()):
            unique = f"{plain}_{number}"
            number += 1
        names[layer] = unique
    return names


def files_in_folder(folder: Path, *, limits: Limits) -> list[Path]:
    """List the readable files of a folder; links that lead out are refused."""
    root = folder.resolve()
    found = []
    for path in sorted(folder.rglob("*")):
        if path.is_symlink() and not path.resolve().is_relative_to(root):
            raise ImportFormatError(
                f"{path.relative_to(folder)} 是指向文件夹之外的链接；请放入文件本身",
                f"{path.relative_to(folder)} links out of the folder; "
                "put the file itself there",
            )
        if path.is_file() and not path.name.startswith("."):
            found.append(path)
        if len(found) > limits.zip_entries:
            raise ImportFormatError(
                f"文件夹 {folder.name} 超过 {limits.zip_entries} 个文件；请只放要用的",
                f"folder {folder.name} holds more than {limits.zip_entries} files; "
                "keep only those to be read",
            )
    return found


def expand_zip(path: Path, target: Path, *, limits: Limits) -> None:
    """Unpack a zip into an empty folder, or refuse it whole."""
    try:
        with zipfile.ZipFile(path) as archive:
            for entry, name in _checked_entries(path.name, archive, limits):
                place = target / name
                place.parent.mkdir(parents=True, exist_ok=True)
                with archive.open(entry) as source, place.open("xb") as sink:
                    shutil.copyfileobj(source, sink)
    except ZIP_ERRORS as error:
        raise ImportFormatError(
            f"{path.name} 压缩包已损坏；请重新压缩",
            f"{path.name} is a damaged zip; pack it again",
        ) from error


def require_harmless_zip(path: Path, *, limits: Limits) -> list[str]:
    """Check a zip that a library will open (XLSX); return the entry names."""
    try:
        with zipfile.ZipFile(path) as archive:
            return [name for _, name in _checked_entries(path.name, archive, limits)]
    except ZIP_ERRORS as error:
        raise ImportFormatError(
            f"{path.name} 已损坏；请重新导出",
            f"{path.name} is damaged; export it again",
        ) from error


def require_no_doctype(path: Path) -> None:
    """Refuse a workbook whose XML declares entities, which may grow without end."""

    def stop(*_: object) -> None:
        raise StopIteration

    def refuse(*_: object) -> None:
        raise ImportFormatError(
            f"{path.name} 的 XML 声明了实体，疑似攻击；已拒绝",
            f"{path.name} declares entities in its XML like an attack; refused",
        )

    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            if not name.lower().endswith((".xml", ".rels", ".vml")):
                continue
            parser = expat.ParserCreate()
            parser.StartDoctypeDeclHandler = refuse
            parser.StartElementHandler = stop  # a DTD can only stand before
            with (
                archive.open(name) as stream,
                contextlib.suppress(StopIteration, expat.ExpatError),
            ):
                while chunk := stream.read(65_536):
                    parser.Parse(chunk)


def _checked_entries(
    file: str, archive: zipfile.ZipFile, limits: Limits
) -> Iterator[tuple[zipfile.ZipInfo, str]]:
    """Yield the entries of a zip with a clean name, after checking all of them."""
    entries = [e for e in archive.infolist() if not e.orig_filename.endswith("/")]
    total = sum(entry.file_size for entry in entries)
    if len(entries) > limits.zip_entries or total > limits.zip_bytes:
        raise ImportFormatError(
            f"{file} 解开后有 {len(entries)} 个文件、{total // _MIB} MB，超过上限；"
            "请只压缩要用的文件",
            f"{file} unpacks to {len(entries)} files and {total // _MIB} MB, more than "
            "the limit; pack only the files to be read",
        )
    checked: dict[str, zipfile.ZipInfo] = {}
    for entry in entries:
        name = _entry_name(entry)
        swollen = entry.file_size > limits.zip_free and (
            entry.file_size > limits.zip_ratio * max(entry.compress_size, 1)
        )
        if swollen:
            times = entry.file_size // max(entry.compress_size, 1)
            raise ImportFormatError(
                f"{file} 中的 {name} 解开后膨胀 {times} 倍，疑似压缩炸弹；已拒绝",
                f"{file}: {name} expands {times} times like a zip bomb; refused",
            )
        parts = PurePosixPath(name).parts
        bad_path = (
            name.startswith("/")
            or "\\" in name
            or ":" in name
            or ".." in parts
            or not parts
        )
        linked = stat.S_ISLNK(entry.external_attr >> 16)
        if (
            bad_path
            or linked
            or "\0" in name
            or entry.flag_bits & 0x1
            or name in checked
        ):
            raise ImportFormatError(
                f"{file} 中的 {name!r} 是链接、加密、重名或指向包外的路径；"
                "请用普通方式重新压缩",
                f"{file}: {name!r} is a link, encrypted, doubled or a path out of the "
                "zip; pack it again in the plain way",
            )
        checked[name] = entry
    for name, entry in checked.items():
        yield entry, name


def _entry_name(entry: zipfile.ZipInfo) -> str:
    """Return an entry's name; Chinese Windows writes it in GBK without saying so."""
    if entry.flag_bits & 0x800:
        return entry.orig_filename
    try:
        return entry.orig_filename.encode("cp437").decode("gb18030")
    except (UnicodeEncodeError, UnicodeDecodeError):
        return entry.orig_filename
