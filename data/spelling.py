"""Chinese names as people type them: folded, in pinyin, by initials."""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

__all__ = ["fold", "initials", "pinyin", "tokens"]

VARIANTS = 8
"""Readings of one name at most; a name with more is found by the others."""

_HAN = re.compile(r"([\u3400-\u9fff\U00020000-\U0003ffff]+)")

POLYPHONES = {
    char: tuple(readings.split())
    for char, readings in {
        "重": "chong zhong",
        "长": "chang zhang",
        "朝": "chao zhao",
        "乐": "le yue",
        "厦": "xia sha",
        "都": "du dou",
        "行": "xing hang",
        "单": "dan shan",
        "解": "jie xie",
        "盛": "sheng cheng",
        "会": "hui kuai",
        "柏": "bai bo",
        "泊": "bo po",
        "堡": "bao pu bu",
        "六": "liu lu",
        "尉": "wei yu",
        "洞": "dong tong",
        "莘": "xin shen",
        "翟": "zhai di",
        "覃": "qin tan",
        "阿": "a e",
        "蔚": "wei yu",
        "铅": "qian yan",
        "番": "fan pan",
        "弄": "nong long",
        "巷": "xiang hang",
        "圩": "wei xu",
        "埔": "pu bu",
        "浒": "hu xu",
        "涌": "yong chong",
        "宿": "su xiu",
        "校": "xiao jiao",
        "藏": "cang zang",
        "荥": "xing ying",
        "曾": "zeng ceng",
        "召": "zhao shao",
        "晟": "sheng cheng",
        "仇": "qiu chou",
    }.items()
}
"""Characters of place names that people read in more than one way."""


def fold(text: str) -> str:
    """Return text as it is compared: half width, lower case, single spaces."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def pinyin(name: str) -> list[str]:
    """Return a folded name in pinyin without tones, the likeliest reading first."""
    return _readings([_sounds(part) for part in _parts(name)])


def initials(name: str) -> list[str]:
    """Return the first letters of a folded name's pinyin, the likeliest first.

    Of 重庆路 they are cql and zql, as some read 重 otherwise. Other writing stays.
    """
    return _readings(
        [
            [_unique(sound[:1] for sound in sounds) for sounds in _sounds(part)]
            if _HAN.match(part)
            else [(part,)]
            for part in _parts(name)
        ]
    )


def tokens(*texts: str) -> list[str]:
    """Return what a text can be found by inside: pairs of characters, and single Han.

    A text holds another only if it has all tokens of the other.
    """
    found: set[str] = set()
    for word in (word for text in texts for word in text.split()):
        found.update(map("".join, itertools.pairwise(word)))
        found.update(char for char in word if _HAN.match(char))
    return sorted(found)


def _parts(name: str) -> list[str]:
    """Cut a name into runs of Chinese characters and of other writing."""
    return [part for part in _HAN.split(name.replace(" ", "")) if part]


def _readings(parts: list[list[tuple[str, ...]]]) -> list[str]:
    choices = [choice for part in parts for choice in part]
    # The last one of a product turns fastest; here the first character should.
    spelled = ("".join(reversed(p)) for p in itertools.product(*reversed(choices)))
    return list(itertools.islice(dict.fromkeys(spelled), VARIANTS))


@lru_cache(maxsize=65536)
def _sounds(part: str) -> list[tuple[str, ...]]:
    """Return the readings of each character, the one that fits the phrase first."""
    if not _HAN.match(part):
        return [(part,)]
    return [
        # Who has no ü on the keyboard types v, or u.
        _unique((sound, *POLYPHONES.get(char, ()), sound.replace("v", "u")))
        for char, sound in zip(part, _syllables(part), strict=True)
    ]


def _syllables(part: str) -> list[str]:
    # Its tables take longer to load than a search; only who writes an index needs them.
    from pypinyin import lazy_pinyin

    # A character nobody knows a sound of stands for itself.
    return lazy_pinyin(part, errors=lambda unknown: list(unknown))  # type: ignore[arg-type,return-value]


def _unique(words: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(words))
