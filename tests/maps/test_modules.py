"""A page asks for all its modules at once."""

from __future__ import annotations

import pytest

from maps.modules import modules_behind, page_modules
from maps.public import public_files

SOURCES = {
    "js/main.js": """
        import { a } from "./a.js";
        import {
          one,
          two,
        } from '../lib/b.js';
        import "./side.js";
        const late = () => import("./late.js");
        // import x from nowhere
    """,
    "js/a.js": 'export { b } from "../lib/b.js";\nexport const from = "./not.js";',
    "lib/b.js": 'import W, { L } from "./c.js";\nexport default W;',
    "js/side.js": "",
    "lib/c.js": 'import { main } from "../js/main.js";',
}


def test_what_is_needed_is_found_once_and_nearest_first() -> None:
    found = modules_behind("js/main.js", SOURCES.__getitem__)
    assert found == ["js/a.js", "lib/b.js", "js/side.js", "lib/c.js"]


@pytest.mark.parametrize("entry", ["js/planner/main.js", "js/planner/wizard/main.js"])
def test_every_module_of_a_page_is_there(entry: str) -> None:
    found = page_modules(entry)
    assert {"js/planner/api.js", "js/planner/ground.js"} <= set(found)
    assert set(found) <= set(public_files().files)
    assert len(found) == len(set(found)) > 20
