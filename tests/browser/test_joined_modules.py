"""Modules that were made one file run as they did apart."""

from __future__ import annotations

from playwright.sync_api import Page, Route

from maps.modules import join_modules
from tests.browser.conftest import Watch

HOME = "http://127.0.0.1:9"
SOURCES = {
    "js/main.js": """
import W, { ten } from "./ground.js";
import {
  double,
  Box,
} from "../lib/sums.js";
import "./side.js";
const own = 1;
W.told = [double(ten), new Box().own, own, W.side, import.meta.url];
""",
    "js/ground.js": "export const ten = 10;\nexport default window.W;\n",
    "js/side.js": 'import W from "./ground.js";\nW.side = "first";\n',
    "lib/sums.js": """
import { ten } from "../js/ground.js";
const own = 2;
export function double(number) {
  return 2 * number;
}
export class Box {
  own = own + ten;
}
""",
}
PAGE = '<script>W = {}</script><script type="module" src="/page/main.js"></script>'


def test_joined_modules_do_what_they_did_apart(page: Page, watch: Watch) -> None:
    joined = join_modules("js/main.js", SOURCES.__getitem__, to="page/main.js")

    def answer(route: Route) -> None:
        if route.request.url == f"{HOME}/page/main.js":
            route.fulfill(body=joined.code, content_type="text/javascript")
        else:
            route.fulfill(body=PAGE, content_type="text/html")

    page.route(f"{HOME}/**", answer)
    page.goto(f"{HOME}/")
    page.wait_for_function("W.told")
    assert page.evaluate("W.told") == [20, 12, 1, "first", f"{HOME}/js/main.js"]
    assert watch.is_clean, watch
