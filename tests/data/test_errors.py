from __future__ import annotations

import pickle

import pytest

from data.errors import ConflictError, ImportFormatError, NotFoundError
from gis.errors import CommunityGridError


@pytest.mark.parametrize("kind", [NotFoundError, ConflictError, ImportFormatError])
def test_an_error_speaks_chinese_then_english(kind: type[ImportFormatError]) -> None:
    error = kind("文件损坏", "file is damaged")
    assert str(error) == "文件损坏\nfile is damaged"
    assert (error.message_zh, error.message_en) == ("文件损坏", "file is damaged")
    assert isinstance(error, CommunityGridError)


def test_an_error_comes_back_whole_from_a_worker_process() -> None:
    error = pickle.loads(pickle.dumps(ImportFormatError("甲", "a")))
    assert (error.message_zh, error.message_en) == ("甲", "a")
