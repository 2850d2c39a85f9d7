"""The guide that makes a device trust this service: served, or a file to hand out.

It runs no script: it is the first thing an old phone opens, before it trusts us.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from typing import Final

from markupsafe import Markup

from maps.catalogue import LANGUAGES, read_texts
from maps.frame import template
from maps.public import public_files

__all__ = ["file_name", "trust_file", "trust_page"]

_DEVICES: Final = (
    *(("android", 4), ("harmony", 4), ("ios", 3)),
    *(("windows", 3), ("linux", 2)),
)
"""Kinds of devices, and how many steps each takes."""
_GROUP: Final = 12
"""Characters of a fingerprint that stand together: four bytes with their colons."""


def trust_page(
    *,
    lang: str,
    static: str,
    names: Sequence[str],
    addresses: Sequence[str],
    fingerprint: str,
    until: str,
) -> str:
    """Return the guide as the service shows it at `/trust`.

    `names` are those the authority was made for beside private ones.
    """
    other = _other(lang)
    return _render(
        lang,
        static=static,
        styles=None,
        logo=f"{static}/img/wangge.svg",
        files="trust/",
        other=f"trust?lang={other}",
        names=names,
        addresses=addresses,
        fingerprint=fingerprint,
        until=until,
    )


def trust_file(
    *,
    lang: str,
    names: Sequence[str],
    addresses: Sequence[str],
    fingerprint: str,
    until: str,
) -> str:
    """Return the guide as a file that lies beside the certificate, to hand out."""
    public = public_files()
    styles = (public.read("page/trust.css") or b"").decode()
    image = b64encode(public.read("img/wangge.svg") or b"").decode()
    return _render(
        lang,
        static="",
        styles=Markup(styles),
        logo=f"data:image/svg+xml;base64,{image}",
        files="",
        other=file_name(_other(lang)),
        names=names,
        addresses=addresses,
        fingerprint=fingerprint,
        until=until,
    )


def file_name(lang: str) -> str:
    """Return what the guide in a language is called."""
    return "安装说明.html" if lang == "zh" else "guide.html"


def _other(lang: str) -> str:
    return next(each for each in LANGUAGES if each != lang)


def _render(
    lang: str,
    *,
    names: Sequence[str],
    fingerprint: str,
    **more: object,
) -> str:
    index = list(LANGUAGES).index(lang)
    texts = read_texts("trust")
    comma = "、" if lang == "zh" else ", "
    bound = str(texts["trust.bound"][index]).replace("{names}", comma.join(names))
    groups = range(0, len(fingerprint), _GROUP)
    return template("trust.html").render(
        html_lang=LANGUAGES[lang],
        other_lang=LANGUAGES[_other(lang)],
        index=index,
        texts=texts,
        brand=read_texts("gate")["brand.name"],
        devices=_DEVICES,
        bound=bound,
        fingerprint=[fingerprint[i : i + _GROUP].strip(":") for i in groups],
        **more,
    )
