"""What a page loads is made of many files of ours, and leads back to them."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from maps.modules import join_modules, join_scripts, join_sheets, modules_of
from maps.public import public_files

SOURCES = {
    "js/main.js": """// Begins.
import W, { ten } from "./ground.js";
import {
  double,
  Box,
} from "../lib/sums.js";
import "./side.js";

const own = 1;
W.told = [double(ten), new Box().own, own, W.side, import.meta.url];
const late = "export const quoted";
""",
    "js/ground.js": "export const ten = 10;\nexport default window.W;\n",
    "js/side.js": 'import W from "./ground.js";\nW.side = "first";\n',
    "lib/sums.js": """import { ten } from "../js/ground.js";
const own = 2;
export function double(number) {
  return 2 * number;
}
export class Box {
  own = own + ten;
}
export async function later() {}
""",
}


def decoded(mappings: str) -> list[tuple[int, int] | None]:
    """Return the source and its line for each line of a file, None where none is."""
    digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    found: list[tuple[int, int] | None] = []
    file = line = 0
    for segment in mappings.split(";"):
        numbers: list[int] = []
        value = shift = 0
        for letter in segment:
            digit = digits.index(letter)
            value |= (digit & 31) << shift
            shift += 5
            if not digit & 32:
                numbers.append(-(value >> 1) if value & 1 else value >> 1)
                value = shift = 0
        if numbers:
            file, line = file + numbers[1], line + numbers[2]
        found.append((file, line) if numbers else None)
    return found


def test_modules_run_after_those_they_import_from_and_once() -> None:
    order = modules_of("js/main.js", SOURCES.__getitem__)
    assert order == ["js/ground.js", "lib/sums.js", "js/side.js", "js/main.js"]


def test_the_map_leads_every_line_back_to_where_it_was_written() -> None:
    joined = join_modules("js/main.js", SOURCES.__getitem__, to="page/main.js")
    assert joined.code.rstrip().endswith("//# sourceMappingURL=main.js.map")
    told = json.loads(joined.source_map)
    lines = joined.code.split("\n")
    back = decoded(told["mappings"])
    changed = re.compile(r"^(import|export|\} from)\b|import\.meta")
    seen = 0
    for line, origin in zip(lines, back, strict=False):
        if origin is None:
            continue
        source = told["sources"][origin[0]].removeprefix("../")
        written = SOURCES[source].split("\n")[origin[1]]
        assert line == written or changed.search(written)
        seen += 1
    assert seen == sum(text.count("\n") + 1 for text in SOURCES.values())


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ('import { a } from "./other.js";', "each other: js/main.js → js/other.js"),
        ("export let counted = 0;", "export let"),
        ('export { a } from "./other.js";', "export { a }"),
        ("export const { a, b } = c;", "export const"),
        ("import * as all from './other.js';", "import \\* as"),
        ('const late = () => import("./late.js");', "import\\("),
    ],
)
def test_what_cannot_be_joined_is_refused(source: str, told: str) -> None:
    sources = {
        "js/main.js": source,
        "js/other.js": 'import { b } from "./main.js";\nexport const a = b;',
    }
    with pytest.raises(ValueError, match=told):
        join_modules("js/main.js", sources.__getitem__, to="page/main.js")


def test_an_import_under_another_name_is_refused() -> None:
    sources = {
        "js/main.js": 'import { a as b } from "./other.js";',
        "js/other.js": "export const a = 1;",
    }
    with pytest.raises(ValueError, match="a as b"):
        join_modules("js/main.js", sources.__getitem__, to="page/main.js")


def test_scripts_stand_one_below_the_other_without_maps_of_their_own() -> None:
    sources = {"a.js": "(one)()\n//# sourceMappingURL=a.js.map", "b.js": "(two)()"}
    joined = join_scripts(sources, sources.__getitem__, to="page/all.js")
    code = [line for line in joined.code.split("\n") if line]
    assert code == ["(one)()", ";", "(two)()", ";", "//# sourceMappingURL=all.js.map"]


def test_pictures_of_joined_sheets_are_where_they_were() -> None:
    sources = {
        "vendor/map/map.css": ".a { background: url(images/a.png) }",
        "css/b.css": ".b { background: url(data:image/png;base64,AA) url(#b) }",
    }
    joined = join_sheets(sources, sources.__getitem__, to="page/all.css")
    assert "url(../vendor/map/images/a.png)" in joined
    assert sources["css/b.css"] in joined


def test_what_a_page_loads_is_made_of_what_is_public() -> None:
    files = public_files()
    maps = [name for name in files.files if name.endswith(".map")]
    assert {f"page/{name}.js.map" for name in ("planner", "map", "login")} <= set(maps)
    for name in maps:
        sources = json.loads(files.read(name) or b"")["sources"]
        assert sources
        named = {Path(source).as_posix().removeprefix("../") for source in sources}
        assert named <= set(files.files)
