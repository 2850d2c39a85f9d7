"""`wangge serve` opens for others by HTTPS, once somebody can sign in."""

from __future__ import annotations

import datetime as dt
import http.client
import json
import re
import signal
import socket
import ssl
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace
from http.cookies import SimpleCookie
from os import environ
from pathlib import Path
from threading import Thread

import pytest
from click.testing import CliRunner, Result

from data.authority.keeping import Keeper
from data.authority.pairs import read_pair
from data.cluster import Cluster, Store
from data.demo_accounts import FILE_NAME, Login
from data.errors import ParameterError
from data.migrations import upgrade
from scripts.cli import wangge
from scripts.listening import listening_at

NOW = dt.datetime.now(dt.UTC)
NAMES = ("wangge.jd.lan", "192.168.7.5")
GOOD = "correct battery of grids"

Wangge = Callable[..., Result]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "sheets"
    made.mkdir()
    (made / "小城.html").write_text("<title>小城</title>", encoding="utf-8")
    return made


@pytest.fixture
def keeper(tmp_path: Path) -> Keeper:
    made = Keeper.below(tmp_path)
    made.issue(NAMES, now=NOW)
    return made


@pytest.fixture
def serve(tmp_path: Path) -> Wangge:
    runner = CliRunner(env={"WANGGE_STATE": str(tmp_path), "WANGGE_DATABASE_URL": ""})

    def call(*words: str | Path) -> Result:
        return runner.invoke(wangge, ["--lang", "en", "serve", *map(str, words)])

    return call


def pair(keeper: Keeper) -> tuple[str | Path, ...]:
    return ("--cert", keeper.certificate, "--key", keeper.key)


def test_check_comes_by_https_and_takes_that_certificate_alone(
    serve: Wangge, keeper: Keeper, folder: Path
) -> None:
    result = serve(folder, "--check", *pair(keeper))
    assert result.exit_code == 0, result.output
    home, sheet = result.output.splitlines()
    assert home.startswith("✓ https://wangge.jd.lan:")
    assert sheet == "✓ 小城  0.0 MB"


@pytest.mark.parametrize("host", ["0.0.0.0", "10.0.0.1", "::"])
def test_without_a_certificate_no_other_machine_gets_in(
    host: str, serve: Wangge, folder: Path
) -> None:
    refused = serve(folder, "--host", host)
    assert refused.exit_code == 2
    assert "run wangge cert first" in refused.output


@pytest.mark.parametrize("host", ["example.com", ""])
def test_a_name_is_no_address_to_listen_on(
    host: str, keeper: Keeper, folder: Path
) -> None:
    with pytest.raises(ParameterError, match="no IP address"):
        listening_at(host, None, None, keeper)


def test_without_accounts_no_other_machine_gets_in(
    serve: Wangge, keeper: Keeper, folder: Path
) -> None:
    refused = serve(folder, "--host", "0.0.0.0")
    assert (refused.exit_code, "--store" in refused.output) == (2, True)


def test_the_certificate_of_wangge_cert_is_taken_beyond_this_machine_only(
    keeper: Keeper,
) -> None:
    assert listening_at("127.0.0.1", None, None, keeper).pair is None
    beyond = listening_at("0.0.0.0", None, None, keeper)
    assert beyond.certificate == keeper.certificate
    assert beyond.authority == keeper.authority
    assert beyond.hosts == (
        *("wangge.jd.lan", "localhost"),
        *("192.168.7.5", "127.0.0.1", "[::1]"),
    )
    assert beyond.home(8000) == "https://wangge.jd.lan:8000/"
    assert listening_at("127.0.0.1", None, None, keeper).hosts == (
        "127.0.0.1",
        "localhost",
    )


def test_the_authority_is_shown_only_for_a_certificate_it_signed(
    keeper: Keeper, tmp_path: Path
) -> None:
    other = Keeper(tmp_path / "other")
    other.issue(NAMES, now=NOW)
    at = listening_at("0.0.0.0", other.certificate, other.key, keeper)
    assert at.authority is None


@pytest.mark.parametrize("only", ["--cert", "--key"])
def test_certificate_and_key_go_together(
    only: str, serve: Wangge, keeper: Keeper, folder: Path
) -> None:
    refused = serve(folder, only, keeper.key)
    assert (refused.exit_code, "go together" in refused.output) == (2, True)


def test_a_key_that_does_not_belong_is_refused(
    serve: Wangge, keeper: Keeper, folder: Path, tmp_path: Path
) -> None:
    other = Keeper(tmp_path / "other")
    other.issue(NAMES, now=NOW)
    refused = serve(folder, "--cert", keeper.certificate, "--key", other.key)
    assert (refused.exit_code, "does not belong" in refused.output) == (2, True)


def test_an_ended_certificate_is_refused(
    serve: Wangge, keeper: Keeper, folder: Path
) -> None:
    keeper.issue(NAMES, now=NOW - dt.timedelta(days=30), days=20, new_authority=True)
    refused = serve(folder, *pair(keeper))
    assert (refused.exit_code, "ended on" in refused.output) == (2, True)


def test_an_open_key_and_a_near_end_are_warned_of(
    serve: Wangge, keeper: Keeper, folder: Path
) -> None:
    assert "warning" not in serve(folder, "--check", *pair(keeper)).stderr
    keeper.issue(NAMES, now=NOW, days=20)
    keeper.key.chmod(0o644)
    told = serve(folder, "--check", *pair(keeper)).stderr
    assert f"chmod 600 {keeper.key}" in told
    assert "ends in 19 days" in told
    assert read_pair(keeper.certificate, keeper.key, now=NOW).key_is_open


def test_hsts_is_for_https(serve: Wangge, folder: Path) -> None:
    refused = serve(folder, "--hsts", "1")
    assert (refused.exit_code, "needs HTTPS" in refused.output) == (2, True)


@contextmanager
def served(*words: str | Path, **environment: str) -> Iterator[tuple[int, str]]:
    """A server as a user starts it; gives its port and what it says first."""
    code = "from scripts.cli import main; main()"
    process = subprocess.Popen(
        [sys.executable, "-c", code, "--lang", "en", "serve", *map(str, words)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**environ, **environment},
    )
    try:
        assert process.stdout is not None
        told = process.stdout.readline()
        found = re.search(r"https://[^:]+:(\d+)/", told)
        assert found is not None, (told, process.communicate())
        yield int(found[1]), told
    finally:
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=60)
    assert (process.returncode, err) == (0, "")


def handshake(port: int, authority: Path, version: ssl.TLSVersion) -> str:
    """Shake hands by one version of TLS only."""
    context = ssl.create_default_context(cafile=str(authority))
    # The library itself shuns old versions; the question is what the server does.
    context.set_ciphers("DEFAULT:@SECLEVEL=0")
    context.minimum_version = context.maximum_version = version
    with (
        socket.create_connection(("127.0.0.1", port), 30) as plain,
        context.wrap_socket(plain, server_hostname=NAMES[0]) as shaken,
    ):
        return str(shaken.version())


@contextmanager
def lax_server(keeper: Keeper) -> Iterator[int]:
    """A server that takes TLS 1.1, for one handshake; gives its port."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(keeper.certificate, keeper.key)
    context.set_ciphers("DEFAULT:@SECLEVEL=0")
    context.minimum_version = ssl.TLSVersion.TLSv1_1
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def answer() -> None:
            plain, _ = listener.accept()
            context.wrap_socket(plain, server_side=True).close()

        thread = Thread(target=answer)
        thread.start()
        yield listener.getsockname()[1]
        thread.join()


def test_a_handshake_needs_tls_1_2_and_the_name(keeper: Keeper, folder: Path) -> None:
    with served(folder, *pair(keeper), WANGGE_STATE=str(folder.parent)) as (port, said):
        assert said.startswith("sheets at https://wangge.jd.lan:")
        for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
            assert handshake(port, keeper.authority, version)
        with (
            pytest.warns(DeprecationWarning, match="TLSv1_1"),
            pytest.raises(ssl.SSLError, match=r"(?i)eof occurred|protocol version"),
        ):
            handshake(port, keeper.authority, ssl.TLSVersion.TLSv1_1)
        # It is the server that says no: another would take the same greeting.
        with (
            pytest.warns(DeprecationWarning, match="TLSv1_1"),
            lax_server(keeper) as lax,
        ):
            assert handshake(lax, keeper.authority, ssl.TLSVersion.TLSv1_1) == "TLSv1.1"
        status, _, _ = asked(port, keeper, "GET", "/sheets/")
        assert status == 200
        status, _, body = asked(port, keeper, "GET", "/sheets/", host="evil.example")
        assert (status, json.loads(body)["code"]) == (421, "wrong_host")
        # Who comes by plain HTTP gets nothing at all.
        plain = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        plain.request("GET", "/sheets/")
        with pytest.raises((http.client.HTTPException, ConnectionError)):
            plain.getresponse()


def asked(
    port: int,
    keeper: Keeper,
    method: str,
    path: str,
    body: object = None,
    *,
    host: str = "",
) -> tuple[int, http.client.HTTPMessage, bytes]:
    """Ask as a browser that trusts the authority."""
    context = ssl.create_default_context(cafile=str(keeper.authority))
    address = NAMES[0] if host == "" else host
    with (
        socket.create_connection(("127.0.0.1", port), 30) as plain,
        context.wrap_socket(plain, server_hostname=NAMES[0]) as shaken,
    ):
        connection = http.client.HTTPConnection(address, port)
        connection.sock = shaken
        sent = None if body is None else json.dumps(body)
        headers = {"Host": f"{address}:{port}", "Content-Type": "application/json"}
        connection.request(method, path, sent, headers)
        answer = connection.getresponse()
        return answer.status, answer.headers, answer.read()


@pytest.fixture
def state(place: Path, postgis: None) -> Iterator[Path]:
    """A record that runs, with a certificate for it."""
    cluster = Cluster(place / "state", runtime=place)
    store: Store = cluster.start(tied=True)
    upgrade(store.url())
    Keeper.below(place / "state").issue(NAMES, now=NOW)
    yield place / "state"
    cluster.stop()


@pytest.mark.postgis
def test_it_opens_for_others_once_somebody_can_sign_in(state: Path) -> None:
    environment = {"WANGGE_STATE": str(state), "WANGGE_DATABASE_URL": ""}
    runner = CliRunner(env=environment)
    keeper = Keeper.below(state)

    def call(*words: str, given: str | None = None) -> Result:
        return runner.invoke(wangge, ["--lang", "en", *words], input=given)

    nobody = call("serve", "--host", "0.0.0.0")
    assert nobody.exit_code == 2
    assert "wangge user add admin --role administrator" in nobody.output
    # Neither a password without a role nor a role that is locked will do.
    call("user", "add", "idle")
    call("user", "add", "gone", "--role", "guest")
    call("user", "lock", "gone")
    assert call("serve", "--host", "0.0.0.0").exit_code == 2
    words = ("user", "add", "lin", "--role", "administrator", "--password-stdin")
    assert call(*words, "--keep", given=GOOD).exit_code == 0
    login = Login("lin", GOOD, "林", "administrator", "")
    for told in (replace(login, password="another one altogether"), login):
        kept = json.dumps({"accounts": [asdict(told)]})
        (state / FILE_NAME).write_text(kept, encoding="utf-8")
        checked = call("serve", "--host", "0.0.0.0", "--check")
        assert "✓ https://wangge.jd.lan:" in checked.output
        assert checked.exit_code == (0 if told == login else 1), checked.output
    assert checked.output.endswith("/login  lin\n")

    with served("--host", "0.0.0.0", **environment) as (port, said):
        assert said.startswith("community grids at https://wangge.jd.lan:")
        status, headers, _ = asked(port, keeper, "GET", "/plan")
        assert (status, headers["location"]) == (303, "/login?next=%2Fplan")
        assert "strict-transport-security" not in headers
        assert asked(port, keeper, "GET", "/trust")[0] == 200
        person = {"name": "lin", "password": GOOD}
        status, headers, _ = asked(port, keeper, "POST", "/api/v1/session", person)
        assert status == 201
        cookies = SimpleCookie("; ".join(headers.get_all("set-cookie") or ()))
        for name in ("wangge_session", "wangge_csrf"):
            assert cookies[name]["secure"], name
            assert cookies[name]["samesite"] == "lax"
        assert cookies["wangge_session"]["httponly"]
