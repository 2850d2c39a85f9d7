"""`wangge cert` makes an authority bound to private names, and renews by it."""

from __future__ import annotations

import datetime as dt
import json
import socket
import ssl
import stat
from collections.abc import Callable
from pathlib import Path
from threading import Thread

import pytest
from click.testing import CliRunner, Result
from cryptography import x509
from cryptography.hazmat.primitives import serialization

from data.authority import making
from data.authority.errors import AuthorityError, KeyPairError
from data.authority.keeping import Keeper
from data.authority.making import sign_server
from data.authority.names import from_certificate, parse_name
from data.authority.pairs import fingerprint, read_certificate, read_pair
from scripts.cli import wangge

NAMES = ("wangge.jd.lan", "192.168.7.5")
NOW = dt.datetime.now(dt.UTC)

Cert = Callable[..., Result]


@pytest.fixture
def keeper(tmp_path: Path) -> Keeper:
    return Keeper.below(tmp_path)


@pytest.fixture
def cert(tmp_path: Path) -> Cert:
    """`wangge cert` on a state folder of its own."""
    runner = CliRunner(env={"WANGGE_STATE": str(tmp_path), "WANGGE_DATABASE_URL": ""})

    def call(*words: str) -> Result:
        return runner.invoke(wangge, ["--lang", "en", "cert", *words])

    return call


def shaken(certificate: Path, key: Path, authority: Path, name: str) -> str:
    """Shake hands as a browser that trusts `authority`; returns the version of TLS."""
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(certificate, key)
    here, there = socket.socketpair()

    def answer() -> None:
        try:
            server.wrap_socket(here, server_side=True).close()
        except ssl.SSLError:
            here.close()

    thread = Thread(target=answer)
    thread.start()
    client = ssl.create_default_context(cafile=str(authority))
    try:
        with client.wrap_socket(there, server_hostname=name) as shaken:
            return str(shaken.version())
    finally:
        there.close()
        thread.join()


def test_who_trusts_the_authority_trusts_the_server_by_each_of_its_names(
    cert: Cert, keeper: Keeper
) -> None:
    assert cert(*NAMES).exit_code == 0
    for name in (*NAMES, "localhost", "127.0.0.1", "::1"):
        assert shaken(keeper.certificate, keeper.key, keeper.authority, name) in (
            "TLSv1.2",
            "TLSv1.3",
        )
    with pytest.raises(ssl.SSLCertVerificationError, match="not valid for"):
        shaken(keeper.certificate, keeper.key, keeper.authority, "other.lan")


def test_nobody_else_reads_the_keys(cert: Cert, keeper: Keeper) -> None:
    cert(*NAMES)
    for path, mode in (
        (keeper.folder, 0o700),
        (keeper.authority_key, 0o600),
        (keeper.key, 0o600),
    ):
        assert stat.S_IMODE(path.stat().st_mode) == mode, path


def test_a_certificate_holds_no_longer_than_browsers_take(
    cert: Cert, keeper: Keeper
) -> None:
    cert(*NAMES)
    made = read_certificate(keeper.certificate)
    held = made.not_valid_after_utc - made.not_valid_before_utc
    assert dt.timedelta(days=396) < held < dt.timedelta(days=397)
    assert "x<=397" in cert(*NAMES, "--days", "398").output


@pytest.mark.parametrize("name", ["bank.example.com", "8.8.8.8"])
def test_a_stolen_key_of_the_authority_cannot_pose_as_another_site(
    cert: Cert,
    keeper: Keeper,
    tmp_path: Path,
    name: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    cert(*NAMES)
    key = serialization.load_pem_private_key(keeper.authority_key.read_bytes(), None)
    authority = read_certificate(keeper.authority)
    # The thief's tools do not ask whether they may.
    monkeypatch.setattr(making, "may_sign", lambda *_: True)
    own, forged = sign_server(key, authority, [name], now=NOW)  # type: ignore[arg-type]
    certificate, own_key = tmp_path / "forged.crt", tmp_path / "forged.key"
    certificate.write_bytes(forged.public_bytes(serialization.Encoding.PEM))
    own_key.write_bytes(
        own.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    with pytest.raises(ssl.SSLCertVerificationError, match="permitted subtree"):
        shaken(certificate, own_key, keeper.authority, name)


def test_renewing_keeps_names_and_authority_but_not_the_key(
    cert: Cert, keeper: Keeper
) -> None:
    cert(*NAMES)
    before = [path.read_bytes() for path in (keeper.authority, keeper.key)]
    assert cert().exit_code == 0
    assert keeper.authority.read_bytes() == before[0]
    assert keeper.key.read_bytes() != before[1]
    assert keeper.names() == NAMES


def test_an_authority_signs_what_is_private_and_refuses_the_rest(
    cert: Cert, keeper: Keeper
) -> None:
    cert(*NAMES)
    assert cert("10.1.2.3", "other.lan").exit_code == 0
    refused = cert("www.example.com")
    assert (refused.exit_code, "--new-authority" in refused.output) == (2, True)
    assert keeper.names() == ("other.lan", "10.1.2.3")
    assert cert("www.example.com", "--new-authority").exit_code == 0
    assert shaken(keeper.certificate, keeper.key, keeper.authority, "www.example.com")


@pytest.mark.parametrize(
    "word", ["https://a.lan", "a.lan:8000", "", "-a.lan", "1.2.3", "a b", "社区.lan"]
)
def test_what_is_no_name_is_refused(word: str, cert: Cert, tmp_path: Path) -> None:
    with pytest.raises(AuthorityError, match="不是主机名"):
        parse_name(word)
    refused = cert("--", word)
    assert (refused.exit_code, "no host name" in refused.output) == (2, True)
    assert list(tmp_path.iterdir()) == []


def test_without_names_likely_ones_are_told(cert: Cert) -> None:
    refused = cert()
    assert refused.exit_code == 2
    assert f"wangge cert {socket.gethostname().lower()}" in refused.output


def test_what_is_handed_out_has_the_certificate_and_guides_but_no_key(
    cert: Cert, keeper: Keeper, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    made = cert(*NAMES, "--out", str(out), "--port", "8443", "--json")
    told = json.loads(made.output)
    files = {path.name: path for path in out.iterdir()}
    assert set(files) == {
        *("wangge-ca.crt", "wangge-ca.pem"),
        *("安装说明.html", "guide.html"),
    }
    authority = read_certificate(keeper.authority)
    der = x509.load_der_x509_certificate(files["wangge-ca.crt"].read_bytes())
    assert der == authority
    assert told["fingerprint"] == fingerprint(authority)
    for name in ("安装说明.html", "guide.html"):
        page = files[name].read_text(encoding="utf-8")
        assert told["fingerprint"][:11] in page
        assert "https://wangge.jd.lan:8443/" in page
        assert "http://" not in page.replace("http://www.w3.org/", "")
        assert "localhost" not in page
    assert all(b"PRIVATE" not in path.read_bytes() for path in files.values())


def test_check_tells_when_to_renew(cert: Cert, keeper: Keeper) -> None:
    assert cert("--check").exit_code == 1
    cert(*NAMES)
    good = cert("--check", "--json")
    assert (good.exit_code, json.loads(good.output)["days_left"]) == (0, 396)
    keeper.issue(NAMES, now=NOW, days=20)
    soon = cert("--check")
    assert (soon.exit_code, "time to renew" in soon.output) == (1, True)


def pair_of(keeper: Keeper, now: dt.datetime = NOW) -> None:
    read_pair(keeper.certificate, keeper.key, now=now)


def test_a_pair_that_will_not_do_is_refused_with_the_reason(
    keeper: Keeper, tmp_path: Path
) -> None:
    keeper.issue(NAMES, now=NOW)
    with pytest.raises(KeyPairError, match="ended on"):
        pair_of(keeper, NOW + dt.timedelta(days=400))
    with pytest.raises(KeyPairError, match="check the clock"):
        pair_of(keeper, NOW - dt.timedelta(days=1))
    other = Keeper(tmp_path / "other")
    other.issue(NAMES, now=NOW)
    with pytest.raises(KeyPairError, match="does not belong"):
        read_pair(keeper.certificate, other.key, now=NOW)
    with pytest.raises(KeyPairError, match="cannot be read"):
        read_pair(keeper.certificate, tmp_path / "absent", now=NOW)
    with pytest.raises(KeyPairError, match="no certificate in PEM"):
        read_pair(keeper.key, keeper.key, now=NOW)
    locked = tmp_path / "locked.key"
    key = serialization.load_pem_private_key(keeper.key.read_bytes(), None)
    locked.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.BestAvailableEncryption(b"secret"),
        )
    )
    with pytest.raises(KeyPairError, match="has a password"):
        read_pair(keeper.certificate, locked, now=NOW)
    keeper.key.write_text("nonsense")
    with pytest.raises(KeyPairError, match="PEM files"):
        pair_of(keeper)


def test_an_authority_that_ended_or_lost_its_key_is_not_used(keeper: Keeper) -> None:
    keeper.issue(NAMES, now=NOW)
    with pytest.raises(AuthorityError, match="ended on"):
        keeper.issue(NAMES, now=NOW + dt.timedelta(days=3651))
    before = keeper.certificate.read_bytes()
    keeper.authority_key.write_bytes(keeper.key.read_bytes())
    with pytest.raises(AuthorityError, match="not the key of the authority"):
        keeper.issue(NAMES, now=NOW)
    assert keeper.certificate.read_bytes() == before
    assert "wangge.jd.lan" in from_certificate(read_certificate(keeper.certificate))
