"""The certificate as a document to sign, and pictures of sheets."""

from __future__ import annotations

import zipfile
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from gis.certificate import certify_layers
from maps.atlas import write_certificates, write_picture, write_pictures
from tests.maps.atlas.sheets_fixture import ABOUT, atlas, plan_layers, texts


@pytest.fixture(scope="module")
def certificate() -> dict[str, Any]:
    layers = plan_layers()
    made = certify_layers(
        layers, low=300, high=500, inputs_digest="a" * 64, crs="EPSG:4548"
    )
    return dict(made.to_dict())


def write(certificate: dict[str, Any], *, times: int = 1, lang: Any = "zh") -> bytes:
    out = BytesIO()
    write_certificates(out, [(ABOUT, certificate)] * times, lang=lang)
    return out.getvalue()


def test_the_certificate_can_be_signed(certificate: dict[str, Any]) -> None:
    page = texts(write(certificate))[0].replace("\r\n", "")
    for words in (
        *("社区网格划分方案检验证书", "济阳区 济阳街道 银山社区 370115001023"),
        *("方案第 3 版 · 已发布 · 2026年1月1日 起生效", "一、无缝覆盖"),
        *("六、编码有序", "结论：", certificate["plan_hash"], "虚构示例"),
        *("编制", "审核", "单位（盖章）"),
    ):
        assert words in page


def test_what_fails_is_said_with_the_grid() -> None:
    layers = plan_layers()
    layers["grids"] = layers["grids"].iloc[1:]
    made = certify_layers(layers, low=300, high=500, crs="EPSG:4548").to_dict()
    page = "".join(texts(write(dict(made)))).replace("\r\n", "")
    assert "无缝覆盖（规则 003-03）不合格" in page.replace(" 不", "不")
    assert "方案无效，未通过：无缝覆盖" in page


def test_a_long_certificate_goes_on_overleaf(certificate: dict[str, Any]) -> None:
    fault = {"grids": ["370115001023001"], "zh": "空隙" * 60, "en": "gap " * 90}
    checks = [
        {**check, "ok": False, "faults": [fault] * 18, "fault_count": 40}
        for check in certificate["checks"]
    ]
    told = texts(write({**certificate, "checks": checks}))
    assert len(told) >= 4
    assert all(f"第 {n} 页 / 共 {len(told)} 页" in t for n, t in enumerate(told, 1))
    assert "另有 22 处" in "".join(told)
    assert "单位（盖章）" in told[-1]
    assert "单位（盖章）" not in told[0]


def test_each_community_has_its_own(certificate: dict[str, Any]) -> None:
    assert len(texts(write(certificate, times=3))) == 3


def test_the_certificate_is_also_in_english(certificate: dict[str, Any]) -> None:
    page = texts(write(certificate, lang="en"))[0]
    assert "Certificate of a plan of community grids" in page
    assert "1. Seamless (rule 003-03)" in page


def test_pictures_are_those_of_the_pdf(tmp_path: Path) -> None:
    pdf = tmp_path / "a.pdf"
    pdf.write_bytes(atlas())
    write_picture(pdf, tmp_path / "a.png", dots=100)
    with Image.open(tmp_path / "a.png") as picture:
        assert picture.size == (827, 1170) or picture.size == (827, 1169)
        assert len(picture.convert("RGB").getcolors(1 << 20) or []) > 50
    write_pictures(pdf, tmp_path / "a.zip", ["总图", "001"], dots=50)
    with zipfile.ZipFile(tmp_path / "a.zip") as archive:
        assert archive.namelist() == ["总图.png", "001.png"]
        assert archive.read("001.png")[:4] == b"\x89PNG"
