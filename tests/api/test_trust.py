"""/trust gives everybody the guide and the authority's certificate, never a key."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator

import pytest
from cryptography import x509
from fastapi.testclient import TestClient

from api.headers import content_policy
from api.main import create_app
from api.settings import Settings
from data.authority.keeping import Keeper
from data.authority.pairs import fingerprint, read_certificate
from data.settings import StoreSettings

NAMES = ("wangge.jd.lan", "192.168.7.5")


@pytest.fixture(scope="module")
def keeper(tmp_path_factory: pytest.TempPathFactory) -> Keeper:
    made = Keeper(tmp_path_factory.mktemp("tls"))
    made.issue(NAMES, now=dt.datetime.now(dt.UTC))
    return made


@pytest.fixture(scope="module")
def record(keeper: Keeper) -> StoreSettings:
    """A record that does not run: none of this asks for it."""
    return StoreSettings(state=keeper.folder / "absent")


@pytest.fixture(scope="module")
def client(keeper: Keeper, record: StoreSettings) -> Iterator[TestClient]:
    hosts = (*NAMES, "localhost", "[::1]", "*.jd.lan")
    settings = Settings(store=record, trust=keeper.authority, hosts=hosts)
    with TestClient(create_app(settings), base_url="https://wangge.jd.lan:8000") as on:
        yield on


@pytest.mark.parametrize(
    ("lang", "title"),
    [("zh", "让设备信任本系统"), ("en", "Make a device trust this service")],
)
def test_the_guide_tells_the_fingerprint_and_the_addresses(
    client: TestClient, keeper: Keeper, lang: str, title: str
) -> None:
    page = client.get(f"/trust?lang={lang}")
    assert page.status_code == 200
    assert title in page.text
    assert fingerprint(read_certificate(keeper.authority))[:11] in page.text
    for name in NAMES:
        assert f'href="https://{name}:8000/"' in page.text
    assert "localhost" not in page.text
    assert "https://*." not in page.text
    assert "<script" not in page.text
    assert 'lang="zh-CN"' in page.text
    assert 'lang="en"' in page.text


def test_what_the_guide_links_to_is_there(client: TestClient, keeper: Keeper) -> None:
    der = client.get("/trust/wangge-ca.crt")
    # The type makes a phone offer to install it.
    assert der.headers["content-type"] == "application/x-x509-ca-cert"
    authority = read_certificate(keeper.authority)
    assert x509.load_der_x509_certificate(der.content) == authority
    pem = client.get("/trust/wangge-ca.pem")
    assert x509.load_pem_x509_certificate(pem.content) == authority


@pytest.mark.parametrize("name", ["ca.key", "server.key", "..%2Fca.key", "wangge-ca"])
def test_nothing_else_is_given(client: TestClient, name: str) -> None:
    answer = client.get(f"/trust/{name}")
    assert answer.status_code == 404
    assert "PRIVATE" not in answer.text


def test_without_an_authority_there_is_no_guide(record: StoreSettings) -> None:
    with TestClient(create_app(Settings(store=record))) as plain:
        assert plain.get("/trust").status_code == 404
        assert 'href="trust"' not in plain.get("/login").text


def test_the_log_in_page_leads_to_the_guide(client: TestClient) -> None:
    assert 'href="trust"' in client.get("/login").text


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("wangge.jd.lan", 200),
        ("WANGGE.jd.lan:8000", 200),
        ("192.168.7.5:8000", 200),
        ("[::1]:8000", 200),
        ("other.jd.lan", 200),
        ("a.b.jd.lan", 421),
        ("jd.lan", 421),
        ("evil.example", 421),
        ("", 421),
    ],
)
def test_the_names_of_the_certificate_are_ours_and_no_others(
    client: TestClient, host: str, status: int
) -> None:
    assert client.get("/healthz", headers={"host": host}).status_code == status


def test_browsers_are_told_to_stay_with_https_only_if_asked(
    client: TestClient, keeper: Keeper, record: StoreSettings
) -> None:
    name = "strict-transport-security"
    assert name not in client.get("/trust").headers
    settings = Settings(store=record, trust=keeper.authority, hsts_s=86400)
    with TestClient(create_app(settings)) as strict:
        assert strict.get("/trust").headers[name] == "max-age=86400"


def test_the_guide_loads_its_style_and_nothing_from_elsewhere(
    client: TestClient,
) -> None:
    assert "default-src 'self'" in content_policy("/trust")
    files = re.findall(r'(?:href|src)="(static/[^"]+)"', client.get("/trust").text)
    assert {file.split("/", 2)[2] for file in files} == {
        "img/wangge.svg",
        "page/trust.css",
    }
    for file in files:
        assert client.get(f"/{file}").status_code == 200, file
