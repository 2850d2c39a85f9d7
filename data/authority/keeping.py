"""Where the authority, its key and the certificate of this server are kept."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from data.authority.errors import AuthorityError
from data.authority.making import LONGEST_DAYS, make_authority, sign_server
from data.authority.names import LOCAL, from_certificate
from data.authority.pairs import read_certificate

__all__ = ["Issued", "Keeper"]

_ENCODING = serialization.Encoding


@dataclass(frozen=True, slots=True)
class Issued:
    """A certificate that was just signed, and the authority that did it."""

    authority: x509.Certificate
    certificate: x509.Certificate
    new_authority: bool


@dataclass(frozen=True, slots=True)
class Keeper:
    """The folder with the keys; only its owner may enter."""

    folder: Path

    @classmethod
    def below(cls, state: Path) -> Keeper:
        """Return the keeper of a state folder."""
        return cls(state / "tls")

    @property
    def authority(self) -> Path:
        """Certificate of the authority; this one is for everybody."""
        return self.folder / "ca.crt"

    @property
    def authority_key(self) -> Path:
        """Key of the authority; it never leaves this machine."""
        return self.folder / "ca.key"

    @property
    def certificate(self) -> Path:
        """Certificate of the server."""
        return self.folder / "server.crt"

    @property
    def key(self) -> Path:
        """Key of the server."""
        return self.folder / "server.key"

    @property
    def has_pair(self) -> bool:
        """Whether a certificate was made here."""
        return self.certificate.is_file() and self.key.is_file()

    def names(self) -> tuple[str, ...]:
        """Return the names of the present certificate but those of every one."""
        if not self.certificate.is_file():
            return ()
        found = from_certificate(read_certificate(self.certificate))
        return tuple(name for name in found if name not in LOCAL)

    def issue(
        self,
        names: Sequence[str],
        *,
        now: dt.datetime,
        days: int = LONGEST_DAYS,
        new_authority: bool = False,
    ) -> Issued:
        """Sign a certificate for this server, by a new authority where there is none.

        Nothing is written unless all of it could be made.
        """
        fresh = new_authority or not self.authority_key.is_file()
        if fresh:
            key, authority = make_authority(names, now=now)
        else:
            key, authority = self._read_authority(now)
        own, certificate = sign_server(key, authority, names, now=now, days=days)
        # The server of the database has to get through the state folder.
        self.folder.parent.mkdir(parents=True, exist_ok=True, mode=0o755)
        self.folder.mkdir(exist_ok=True, mode=0o700)
        self.folder.chmod(0o700)
        if fresh:
            _write(self.authority_key, _private(key), 0o600)
            _write(self.authority, authority.public_bytes(_ENCODING.PEM), 0o644)
        _write(self.key, _private(own), 0o600)
        _write(self.certificate, certificate.public_bytes(_ENCODING.PEM), 0o644)
        return Issued(authority, certificate, fresh)

    def _read_authority(
        self, now: dt.datetime
    ) -> tuple[ec.EllipticCurvePrivateKey, x509.Certificate]:
        authority = read_certificate(self.authority)
        try:
            key = serialization.load_pem_private_key(
                self.authority_key.read_bytes(), None
            )
        except (ValueError, TypeError) as error:
            raise _spoilt(self.authority_key) from error
        if not isinstance(key, ec.EllipticCurvePrivateKey) or (
            key.public_key() != authority.public_key()
        ):
            raise _spoilt(self.authority_key)
        if now >= authority.not_valid_after_utc:
            raise AuthorityError(
                f"CA 已于 {authority.not_valid_after_utc:%Y-%m-%d} 过期；"
                "wangge cert --new-authority 新建一个（每台设备都要重新安装）",
                f"the authority ended on {authority.not_valid_after_utc:%Y-%m-%d}; "
                "wangge cert --new-authority makes another, which every device has to "
                "install",
            )
        return key, authority


def _spoilt(path: Path) -> AuthorityError:
    return AuthorityError(
        f"{path} 不是 CA 的私钥；请从备份恢复，或用 wangge cert --new-authority 新建",
        f"{path} is not the key of the authority; bring it back from a backup, or make "
        "another by wangge cert --new-authority",
    )


def _private(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        _ENCODING.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


def _write(path: Path, content: bytes, mode: int) -> None:
    """Write a file that is there whole or not at all, never open for a moment."""
    part = path.with_name(f".{path.name}.part")
    with suppress(FileNotFoundError):
        part.unlink()
    opened = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(opened, "wb") as stream:
        stream.write(content)
        os.fchmod(stream.fileno(), mode)
        os.fsync(stream.fileno())
    part.replace(path)
