"""What every request gets: an id, a log line, headers, and problems that help."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from api.logs import JsonLines, write_log
from api.main import create_app
from api.problems import PROBLEMS
from api.settings import Settings

SECRET = "/secret/folder"


@pytest.fixture
def app() -> FastAPI:
    app = create_app(Settings())

    @app.get("/broken", include_in_schema=False)
    def broken() -> None:
        raise RuntimeError(SECRET)

    return app


@pytest.fixture
def client(app: FastAPI) -> TestClient:
    return TestClient(app, raise_server_exceptions=False)


def test_a_request_keeps_the_id_it_came_with(client: TestClient) -> None:
    answer = client.get("/healthz", headers={"X-Request-ID": "trace-1.a_b"})
    assert answer.headers["x-request-id"] == "trace-1.a_b"


@pytest.mark.parametrize("given", ["", "a b", "<script>", "a" * 65, 'x"y'])
def test_an_id_that_is_no_plain_word_is_replaced(
    given: str, client: TestClient
) -> None:
    answer = client.get("/healthz", headers={"X-Request-ID": given})
    assert answer.headers["x-request-id"] not in ("", given)


def test_a_problem_has_the_form_of_the_standard(client: TestClient) -> None:
    answer = client.get("/absent", headers={"X-Request-ID": "one"})
    assert answer.headers["content-type"] == "application/problem+json"
    body = answer.json()
    assert set(body) == {
        *("type", "title", "status", "code", "detail", "detail_zh", "detail_en"),
        "instance",
    }
    assert (body["status"], body["code"], body["instance"]) == (404, "not_found", "one")
    kinds = client.get(body["type"]).json()
    assert body["code"] in [kind["code"] for kind in kinds]
    assert len(kinds) == len(PROBLEMS)


@pytest.mark.parametrize(
    ("language", "field"),
    [("en-GB,en;q=0.9", "detail_en"), ("zh-CN", "detail_zh"), ("", "detail_zh")],
)
def test_a_problem_speaks_the_language_of_the_caller(
    language: str, field: str, client: TestClient
) -> None:
    body = client.get("/absent", headers={"Accept-Language": language}).json()
    assert body["detail"] == body[field]


@pytest.mark.parametrize(
    ("path", "word"),
    [
        ("/healthz?x=1", "x"),
        ("/api/v1/sheets?limits=5&b=1", "b, limits"),
        ("/metrics?%3Cb%3E", "<b>"),
    ],
)
def test_a_parameter_nobody_knows_is_refused(
    path: str, word: str, client: TestClient
) -> None:
    answer = client.get(path)
    assert (answer.status_code, answer.json()["code"]) == (400, "unknown_parameter")
    assert word in answer.json()["detail_en"]


def ours(caplog: pytest.LogCaptureFixture) -> list[logging.LogRecord]:
    return [record for record in caplog.records if record.name.startswith("wangge")]


def test_a_failure_is_told_to_the_log_alone(
    client: TestClient, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, "wangge"):
        answer = client.get("/broken", headers={"X-Request-ID": "one"})
    assert (answer.status_code, answer.json()["code"]) == (500, "internal")
    assert SECRET not in answer.text
    assert answer.headers["content-security-policy"].startswith("default-src")
    failed, seen = ours(caplog)
    line = json.loads(JsonLines().format(failed))
    assert SECRET in line["error"]
    assert line["request_id"] == "one"
    assert json.loads(JsonLines().format(seen))["status"] == 500


def test_each_request_is_one_line_without_its_path(
    client: TestClient, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, "wangge"):
        client.get("/sheets/姓名.html", headers={"X-Request-ID": "one"})
    (record,) = ours(caplog)
    line = json.loads(JsonLines().format(record))
    assert (line["route"], line["status"], line["request_id"]) == (
        *("/sheets/{name}", 404),
        "one",
    )
    assert 0 <= line["ms"] < 10_000
    assert "姓名" not in json.dumps(line, ensure_ascii=False)


@pytest.fixture
def logged(tmp_path: Path) -> Iterator[Path]:
    root, ours = logging.getLogger(), logging.getLogger("wangge")
    level, before = ours.level, list(root.handlers)
    write_log(tmp_path / "log")
    yield tmp_path / "log"
    for handler in set(root.handlers) - set(before):
        root.removeHandler(handler)
        handler.close()
    ours.setLevel(level)


def routes(log: Path) -> list[str]:
    lines = log.read_text(encoding="utf-8").splitlines()
    return [json.loads(line)["route"] for line in lines]


def test_the_log_goes_to_a_file_that_may_be_moved_away(
    logged: Path, client: TestClient
) -> None:
    client.get("/healthz")
    moved = logged.rename(logged.with_suffix(".1"))
    client.get("/absent")
    assert routes(moved) == ["/healthz"]
    assert routes(logged) == ["none"]


def test_head_is_get_without_its_body(client: TestClient) -> None:
    for path in ("/healthz", "/sheets/", "/absent", "/openapi.json"):
        whole, head = client.get(path), client.head(path)
        assert head.status_code == whole.status_code
        assert head.content == b""
        assert head.headers["content-length"] == whole.headers["content-length"]


def test_large_answers_are_compressed_and_small_ones_are_not(
    client: TestClient,
) -> None:
    assert client.get("/openapi.json").headers["content-encoding"] == "gzip"
    assert "content-encoding" not in client.get("/healthz").headers


def test_requests_are_counted_by_route(client: TestClient) -> None:
    for _ in range(3):
        client.get("/sheets/absent.html")
    client.get("/no/such/path")
    text = client.get("/metrics").text
    route = 'route="/sheets/{name}"'
    assert f'wangge_requests_total{{method="GET",{route},status="404"}} 3.0' in text
    assert 'route="none",status="404"} 1.0' in text
    assert f'wangge_request_seconds_count{{method="GET",{route}}} 3.0' in text
    assert "no/such" not in text


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("127.0.0.1", 200),
        ("127.0.0.1:8000", 200),
        ("localhost:1", 200),
        ("evil.example", 421),
        ("evil.example:8000", 421),
        ("localhost.evil.example", 421),
        ("", 421),
    ],
)
def test_only_its_own_names_are_answered(host: str, status: int) -> None:
    settings = Settings(hosts=("127.0.0.1", "localhost"))
    client = TestClient(create_app(settings))
    answer = client.get("/healthz", headers={"Host": host})
    assert answer.status_code == status
    assert "content-security-policy" in answer.headers


@pytest.mark.parametrize(
    ("path", "policy"),
    [
        ("/api/v1/sheets", "default-src 'none'; base"),
        ("/sheets/", "script-src 'unsafe-inline'"),
        ("/plan", "default-src 'self'"),
    ],
)
def test_each_kind_of_answer_has_its_policy(
    path: str, policy: str, client: TestClient
) -> None:
    assert policy in client.get(path).headers["content-security-policy"]
