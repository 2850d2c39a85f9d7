"""The pages of signing in, of one's own account and of the administration.

Each is a small shell, as the planner's page is: its modules bring the rest.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from markupsafe import Markup

from maps.catalogue import LANGUAGES, read_texts
from maps.escape import to_script_json
from maps.frame import template

__all__ = ["account_page", "admin_page", "login_page", "refused_page"]

_TABS: Final = ("accounts", "audit", "state")


def login_page(
    *,
    lang: str,
    static: str,
    target: str,
    must_change: bool = False,
    demo: Sequence[Mapping[str, str]] = (),
    guide: bool = False,
) -> str:
    """Return the log-in page; it leads to `target`, a path of this service.

    `demo` are the accounts of a made-up town, each a name and a role. With
    `must_change` somebody is in already and has to choose a password of their own.
    With `guide` it links to how a device is made to trust this service.
    """
    page = {"next": target, "must_change": must_change, "demo": list(demo)}
    return _page("login.html", page, lang=lang, static=static, guide=guide)


def account_page(*, lang: str, static: str) -> str:
    """Return the page of one's own account."""
    frame = {"title": "account.title", "script": "account", "here": "account"}
    return _page("office.html", {}, lang=lang, static=static, tabs=(), **frame)


def admin_page(*, lang: str, static: str) -> str:
    """Return the page of the administration."""
    frame = {"title": "admin.title", "script": "admin", "here": "admin"}
    return _page("office.html", {}, lang=lang, static=static, tabs=_TABS, **frame)


def refused_page(
    *,
    lang: str,
    static: str,
    name: str,
    display: str,
    grants: Sequence[tuple[str, str]],
) -> str:
    """Return the page that says somebody may not open another, and who they are.

    `grants` are roles and the names of divisions, "" where a role holds everywhere.
    """
    texts, index = read_texts("gate"), list(LANGUAGES).index(lang)
    said = [
        f"{texts[f'role.{role}'][index]} · {place or texts['scope.all'][index]}"
        for role, place in grants
    ]
    who = {"name": name, "display": display, "grants": said}
    return _page("refused.html", {}, lang=lang, static=static, **who)


def _page(
    shell: str, page: Mapping[str, object], *, lang: str, static: str, **more: object
) -> str:
    given = {
        "lang": lang,
        "texts": [f"{static}/page/words.json"],
        **page,
    }
    return template(shell).render(
        html_lang=LANGUAGES[lang],
        index=list(LANGUAGES).index(lang),
        static=static,
        texts=read_texts("gate"),
        page=Markup(to_script_json(given)),
        **more,
    )
