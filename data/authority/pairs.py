"""A certificate with its key, as a server is given them: read, tried, judged."""

from __future__ import annotations

import datetime as dt
import ssl
import stat
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509

from data.authority.errors import KeyPairError
from data.authority.names import from_certificate

__all__ = ["SOON", "KeyPair", "fingerprint", "read_certificate", "read_pair"]

SOON = dt.timedelta(days=30)
"""How long before its end a certificate is to be renewed."""


@dataclass(frozen=True, slots=True)
class KeyPair:
    """A certificate that fits its key and holds now."""

    certificate: Path
    key: Path
    names: tuple[str, ...]
    ends: dt.datetime
    key_is_open: bool

    def days_left(self, now: dt.datetime) -> int:
        """Return the whole days until it ends."""
        return (self.ends - now).days

    def ends_soon(self, now: dt.datetime) -> bool:
        """Tell whether it is time to renew it."""
        return self.ends - now < SOON


def read_pair(certificate: Path, key: Path, *, now: dt.datetime) -> KeyPair:
    """Return what a server is to be opened with, or refuse it with the reason.

    Raises
    ------
    KeyPairError
        If a file cannot be read, the two do not belong together, or the certificate
        does not hold now or names nothing.
    """
    found = read_certificate(certificate)
    try:
        open_to_others = key.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO)
        key.read_bytes()
    except OSError as error:
        raise _unreadable(key, error) from error
    _try_out(certificate, key)
    if now >= found.not_valid_after_utc:
        raise KeyPairError(
            f"证书 {certificate} 已于 {_day(found.not_valid_after_utc)} 过期；"
            "运行 wangge cert 换一张",
            f"the certificate {certificate} ended on "
            f"{_day(found.not_valid_after_utc)}; wangge cert makes another",
        )
    if now < found.not_valid_before_utc:
        raise KeyPairError(
            f"证书 {certificate} 到 {_day(found.not_valid_before_utc)} 才生效；"
            "请核对本机时钟",
            f"the certificate {certificate} holds from "
            f"{_day(found.not_valid_before_utc)} only; check the clock of this machine",
        )
    names = from_certificate(found)
    if not names:
        raise KeyPairError(
            f"证书 {certificate} 没有写明主机名 (subjectAltName)，浏览器不接受；"
            "运行 wangge cert 换一张",
            f"the certificate {certificate} names no host (subjectAltName), so no "
            "browser takes it; wangge cert makes another",
        )
    return KeyPair(
        certificate, key, names, found.not_valid_after_utc, bool(open_to_others)
    )


def read_certificate(path: Path) -> x509.Certificate:
    """Return the first certificate of a PEM file: that of the server itself."""
    try:
        return x509.load_pem_x509_certificate(path.read_bytes())
    except OSError as error:
        raise _unreadable(path, error) from error
    except ValueError as error:
        raise KeyPairError(
            f"{path} 不是 PEM 格式的证书（以 -----BEGIN CERTIFICATE----- 开头）",
            f"{path} is no certificate in PEM form (-----BEGIN CERTIFICATE-----)",
        ) from error


def fingerprint(certificate: x509.Certificate) -> str:
    """Return the SHA-256 of a certificate, as phones show it."""
    from cryptography.hazmat.primitives import hashes

    return certificate.fingerprint(hashes.SHA256()).hex(":").upper()


def _try_out(certificate: Path, key: Path) -> None:
    """Load both as the server will; what it refuses is refused here, in words."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)

    def no_password() -> str:
        raise KeyPairError(
            f"私钥 {key} 有口令；请先去掉：openssl pkey -in {key} -out 新文件",
            f"the key {key} has a password; take it off first: openssl pkey -in {key} "
            "-out NEW",
        )

    try:
        context.load_cert_chain(certificate, key, no_password)
    except ssl.SSLError as error:
        if error.reason == "KEY_VALUES_MISMATCH":
            raise KeyPairError(
                f"私钥 {key} 不是证书 {certificate} 的；请核对两个文件",
                f"the key {key} does not belong to the certificate {certificate}; "
                "check both files",
            ) from error
        raise KeyPairError(
            f"证书 {certificate} 或私钥 {key} 不能用（{error.reason or error}）；"
            "都要 PEM 格式",
            f"the certificate {certificate} or the key {key} will not do "
            f"({error.reason or error}); both are PEM files",
        ) from error


def _unreadable(path: Path, error: OSError) -> KeyPairError:
    return KeyPairError(
        f"读不了 {path}：{error.strerror}", f"{path} cannot be read: {error.strerror}"
    )


def _day(moment: dt.datetime) -> str:
    return f"{moment:%Y-%m-%d}"
