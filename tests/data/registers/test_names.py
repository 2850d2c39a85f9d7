"""Names of streets and districts come from the lists of the statistics office."""

from __future__ import annotations

from pathlib import Path

import pytest

from data.errors import ImportFormatError
from data.registers import read_division_names

LIST = """统计用区划代码,名称
370115000000,济阳区
370115001000,济阳街道
370115001002,东郭居委会
"""


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_codes_filled_with_zeros_mean_what_is_above(
    tmp_path: Path, encoding: str
) -> None:
    path = tmp_path / "区划.csv"
    path.write_text(LIST, encoding=encoding)
    assert read_division_names(path) == {
        "370115": "济阳区",
        "370115001": "济阳街道",
        "370115001002": "东郭居委会",
    }


@pytest.mark.parametrize("content", ["", "a,b\n1,2\n", "code\n370115\n"])
def test_a_table_of_something_else_is_refused(tmp_path: Path, content: str) -> None:
    path = tmp_path / "x.csv"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(ImportFormatError, match="code and a name"):
        read_division_names(path)
