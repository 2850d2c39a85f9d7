"""Uploads in the record: part by part in, as a file out again, until they expire."""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import Any

from sqlalchemy import Connection, Row, text

from data.errors import ConflictError, ImportFormatError, NotFoundError
from data.safety import SUFFIXES, format_of

__all__ = [
    "MOST_BYTES",
    "add_part",
    "begin_upload",
    "clean_name",
    "drop_upload",
    "end_upload",
    "keep_choices",
    "list_uploads",
    "upload_row",
    "write_upload",
]

_MIB = 1 << 20
PART = _MIB
MOST_BYTES = 512 * _MIB
"""Of one upload."""
MOST_UPLOADS = 20
MOST_BYTES_HELD = 4 * MOST_BYTES
"""Of all uploads of one account that have not expired."""
_ARRIVES = "2 hours"
_KEPT = "3 days"

_SHOWN = """
    u.id, u.account, u.division, d.name as division_name, u.name, u.state, u.size,
    u.digest, u.made, u.expires, u.inspection, u.choices, u.report
"""


def clean_name(name: str) -> str:
    """Return a name as it is safe to show and to give a file: no path, no signs.

    The ending is one of ours, told by the name; what it holds is looked at later.
    """
    plain = unicodedata.normalize("NFC", name).replace("\\", "/")
    path = PurePosixPath(plain.rsplit("/", 1)[-1] or "x")
    ending = path.suffix.lower()
    if ending not in SUFFIXES:
        endings = " ".join(SUFFIXES)
        raise ImportFormatError(
            f"{_shortened(name)} 的格式不支持；可上传 {endings}",
            f"{_shortened(name)} has no format that can be read; send {endings}",
        )
    stem = re.sub(r"[^\w\- ]+", "_", path.stem).strip("_ ")[:60]
    return (stem or "upload") + ending


def _shortened(name: str) -> str:
    shown = "".join(c for c in name if c.isprintable())
    return shown if len(shown) <= 60 else shown[:59] + "…"


def begin_upload(
    connection: Connection, *, name: str, division: str, account: int | None
) -> int:
    """Make room for an upload, unless the account holds too many; return its number."""
    key = f"uploads of {account}"
    connection.execute(
        text("select pg_advisory_xact_lock(hashtextextended(:key, 0))"), {"key": key}
    )
    held = connection.execute(_HELD, {"account": account}).one()
    if held.files >= MOST_UPLOADS or held.size >= MOST_BYTES_HELD:
        raise ConflictError(
            f"已有 {held.files} 个上传文件，共 {held.size // _MIB} MB，到了上限；"
            "请先删除不用的",
            f"there are {held.files} uploads of {held.size // _MIB} MB, which is the "
            "limit; delete those no longer needed",
        )
    told = {"account": account, "division": division, "name": clean_name(name)}
    number: int = connection.execute(_BEGIN, told).scalar_one()
    return number


_HELD = text("""
    select count(*) as files, coalesce(sum(size), 0)::bigint as size from upload
    where account is not distinct from :account and expires > now()
""")
_BEGIN = text(f"""
    insert into upload (account, division, name, expires)
    values (:account, :division, :name, now() + interval '{_ARRIVES}') returning id
""")


def add_part(connection: Connection, upload: int, number: int, data: bytes) -> None:
    """Keep the next part of a file that is arriving."""
    if number == 0:
        require_known_start(connection, upload, data)
    told = {"upload": upload, "number": number, "data": data, "size": len(data)}
    connection.execute(_PART, told)
    size = connection.execute(_GROW, told).scalar_one_or_none()
    if size is None:
        raise _gone(upload)


_PART = text("""
    insert into upload_part (upload, number, data) values (:upload, :number, :data)
""")
_GROW = text("""
    update upload set size = size + :size where id = :upload and state = 'receiving'
    returning size
""")


def require_known_start(connection: Connection, upload: int, data: bytes) -> None:
    """Refuse at its first bytes a file that is not what its name says."""
    row = connection.execute(_NAME, {"id": upload}).one_or_none()
    if row is None:
        raise _gone(upload)
    named, found = SUFFIXES[Path(row.name).suffix], format_of(data[:4096])
    if named == found or (named == "xlsx" and found == "zip"):
        return
    raise ImportFormatError(
        f"{row.name} 的内容不是 {named}，像是 {found}；请重新导出，或改正扩展名",
        f"{row.name} is not {named} inside but looks like {found}; export it again or "
        "correct its ending",
    )


_NAME = text("select name from upload where id = :id")


def end_upload(connection: Connection, upload: int, digest: str) -> None:
    """Say that a file has arrived whole."""
    told = {"upload": upload, "digest": digest}
    size = connection.execute(_END, told).scalar_one_or_none()
    if size is None:
        raise _gone(upload)
    if size == 0:
        raise ImportFormatError(
            "文件是空的；请重新导出后再上传",
            "the file is empty; export it again and upload that",
        )


_END = text(f"""
    update upload set state = 'stored', digest = :digest,
                      expires = now() + interval '{_KEPT}'
    where id = :upload and state = 'receiving' returning size
""")


def upload_row(connection: Connection, upload: int) -> Row[Any]:
    """Return an upload with what was found in it, and its last job."""
    query = text(f"""
        select {_SHOWN} from upload u left join division d on d.code = u.division
        where u.id = :id and u.expires > now()
    """)
    row = connection.execute(query, {"id": upload}).one_or_none()
    if row is None:
        raise _gone(upload)
    return row


def list_uploads(connection: Connection, account: int | None) -> list[Row[Any]]:
    """Return the uploads of an account, newest first."""
    query = text(f"""
        select {_SHOWN} from upload u left join division d on d.code = u.division
        where u.account is not distinct from :account and u.expires > now()
          and u.state <> 'receiving'
        order by u.id desc limit {2 * MOST_UPLOADS}
    """)
    return list(connection.execute(query, {"account": account}))


def drop_upload(connection: Connection, upload: int) -> None:
    """Take an upload out, unless a job reads it."""
    upload_row(connection, upload)
    if connection.execute(_READ, {"upload": str(upload)}).first() is not None:
        raise ConflictError(
            "这个文件正在被读取；请等任务完成，或先取消任务",
            "a job is reading this file; wait for its end or cancel it first",
        )
    connection.execute(text("delete from upload where id = :id"), {"id": upload})


_READ = text("""
    select 1 from job where state in ('queued', 'running')
    and arguments ->> 'upload' = :upload
""")


def keep_choices(
    connection: Connection, upload: int, choices: Mapping[str, Any]
) -> None:
    """Keep how an upload is to be read; what a check of other choices found goes."""
    told = {"id": upload, "choices": json.dumps(dict(choices), ensure_ascii=False)}
    connection.execute(_CHOOSE, told)


_CHOOSE = text(f"""
    update upload set choices = cast(:choices as jsonb), report = null,
                      expires = now() + interval '{_KEPT}'
    where id = :id
""")


def write_upload(connection: Connection, upload: int, folder: Path) -> Path:
    """Write an upload into a folder under its clean name, and check it is whole."""
    row = upload_row(connection, upload)
    path = folder / clean_name(row.name)
    whole = hashlib.sha256()
    numbers = connection.execute(_NUMBERS, {"id": upload}).scalars().all()
    with path.open("xb") as file:
        for number in numbers:
            told = {"id": upload, "number": number}
            data = bytes(connection.execute(_DATA, told).scalar_one())
            whole.update(data)
            file.write(data)
    if whole.hexdigest() != row.digest:
        raise ImportFormatError(
            f"{row.name} 没有传完整；请重新上传",
            f"{row.name} has not arrived whole; upload it again",
        )
    return path


_NUMBERS = text("select number from upload_part where upload = :id order by number")
_DATA = text("select data from upload_part where upload = :id and number = :number")


def _gone(upload: int) -> NotFoundError:
    return NotFoundError(
        f"没有上传文件 {upload}，可能已过期；请重新上传",
        f"there is no upload {upload}, perhaps it has expired; upload it again",
    )
