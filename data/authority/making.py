"""Make an authority for one closed network, and certificates for its servers.

An authority that phones trust could speak for any site on earth if its key were stolen.
This one is bound by name constraints to private addresses, to names that exist in no
public zone, and to what it was made for.
"""

from __future__ import annotations

import datetime as dt
import ipaddress
from collections.abc import Iterable, Sequence

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from data.authority.errors import AuthorityError
from data.authority.names import LOCAL, parse_name

__all__ = ["LONGEST_DAYS", "made_for", "make_authority", "may_sign", "sign_server"]

LONGEST_DAYS = 397
"""What browsers take from a server, in days."""
AUTHORITY_YEARS = 10
_EARLY = dt.timedelta(hours=1)
"""Clocks of phones go wrong; a new certificate holds a little before now."""

_PRIVATE_ZONES = ("lan", "local", "internal", "intranet", "home.arpa", "localhost")
_PRIVATE_NETWORKS = (
    *("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"),
    *("127.0.0.0/8", "169.254.0.0/16", "100.64.0.0/10"),
    *("::1/128", "fc00::/7", "fe80::/10"),
)

Key = ec.EllipticCurvePrivateKey


def make_authority(
    names: Iterable[str], *, now: dt.datetime
) -> tuple[Key, x509.Certificate]:
    """Return the key and certificate of a new authority for these names and their like.

    Keys are on P-256, which every browser of the last ten years takes.
    """
    key = ec.generate_private_key(ec.SECP256R1())
    serial = x509.random_serial_number()
    # The name carries a part of the serial: two authorities in one list of trusted
    # ones can be told apart, and a phone does not mix them up.
    subject = _subject(f"社区网格 Wangge CA {f'{serial:040x}'[:8]}")
    usage = _usage(key_cert_sign=True, crl_sign=True)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(serial)
        .not_valid_before(now - _EARLY)
        .not_valid_after(now + dt.timedelta(days=365 * AUTHORITY_YEARS))
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(_key_id(key), critical=False)
        .add_extension(_constraints(names), critical=True)
        .sign(key, hashes.SHA256())
    )
    return key, certificate


def sign_server(
    key: Key,
    authority: x509.Certificate,
    names: Sequence[str],
    *,
    now: dt.datetime,
    days: int = LONGEST_DAYS,
) -> tuple[Key, x509.Certificate]:
    """Return the key and certificate of a server that goes by `names`.

    Raises
    ------
    AuthorityError
        If there is no name, one is none, or the authority is not for it.
    """
    wanted = [parse_name(name) for name in dict.fromkeys((*names, *LOCAL))]
    if not names:
        raise AuthorityError("请给出服务器的名字或地址", "name the server")
    for name in wanted:
        if not may_sign(authority, name):
            raise AuthorityError(
                f"现有 CA 不能为 {name.value} 签发；wangge cert --new-authority "
                "新建一个（每台设备都要重新安装）",
                f"the authority may not sign for {name.value}; wangge cert "
                "--new-authority makes another, which every device has to install",
            )
    own = ec.generate_private_key(ec.SECP256R1())
    began = now - _EARLY
    ends = min(began + dt.timedelta(days=days), authority.not_valid_after_utc)
    issuer_id = authority.extensions.get_extension_for_class(x509.SubjectKeyIdentifier)
    certificate = (
        x509.CertificateBuilder()
        # With a blank the common name is no host: some clients would test it as one.
        .subject_name(_subject(f"Wangge {names[0]}"[:64]))
        .issuer_name(authority.subject)
        .public_key(own.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(began)
        .not_valid_after(ends - dt.timedelta(seconds=1))
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(digital_signature=True), critical=True)
        .add_extension(
            x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False
        )
        .add_extension(x509.SubjectAlternativeName(wanted), critical=False)
        .add_extension(_key_id(own), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(
                issuer_id.value
            ),
            critical=False,
        )
        .sign(key, hashes.SHA256())
    )
    return own, certificate


def may_sign(authority: x509.Certificate, name: x509.DNSName | x509.IPAddress) -> bool:
    """Tell whether a name lies within the constraints of an authority."""
    bounds = authority.extensions.get_extension_for_class(x509.NameConstraints).value
    return any(_holds(bound, name) for bound in bounds.permitted_subtrees or ())


def made_for(authority: x509.Certificate) -> tuple[str, ...]:
    """Return the names an authority was made for, beside what is private anyway."""
    try:
        bounds = authority.extensions.get_extension_for_class(x509.NameConstraints)
    except x509.ExtensionNotFound:
        return ()
    private = {*_PRIVATE_ZONES, *_PRIVATE_NETWORKS}
    names = (str(bound.value) for bound in bounds.value.permitted_subtrees or ())
    return tuple(
        name.removesuffix("/32").removesuffix("/128")
        for name in names
        if name not in private
    )


def _holds(bound: x509.GeneralName, name: x509.DNSName | x509.IPAddress) -> bool:
    if isinstance(name, x509.IPAddress):
        return isinstance(bound, x509.IPAddress) and name.value in bound.value  # type: ignore[operator]
    return isinstance(bound, x509.DNSName) and f".{name.value}".endswith(
        f".{bound.value}"
    )


def _constraints(names: Iterable[str]) -> x509.NameConstraints:
    """Return what an authority may speak for: private things, and `names`."""
    bounds: list[x509.GeneralName] = [x509.DNSName(zone) for zone in _PRIVATE_ZONES]
    bounds += [
        x509.IPAddress(ipaddress.ip_network(network)) for network in _PRIVATE_NETWORKS
    ]
    for word in names:
        name = parse_name(word)
        if isinstance(name, x509.IPAddress):
            name = x509.IPAddress(ipaddress.ip_network(name.value))
        if name not in bounds:
            bounds.append(name)
    return x509.NameConstraints(permitted_subtrees=bounds, excluded_subtrees=None)


def _subject(name: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Wangge"),
            x509.NameAttribute(NameOID.COMMON_NAME, name),
        ]
    )


def _key_id(key: Key) -> x509.SubjectKeyIdentifier:
    return x509.SubjectKeyIdentifier.from_public_key(key.public_key())


def _usage(
    *,
    digital_signature: bool = False,
    key_cert_sign: bool = False,
    crl_sign: bool = False,
) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=digital_signature,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=key_cert_sign,
        crl_sign=crl_sign,
        encipher_only=False,
        decipher_only=False,
    )
