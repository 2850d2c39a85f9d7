"""How sources are to be read: the options of every command that takes them."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from scripts.console import parse_layer_names

__all__ = ["SourceOptions", "source_options", "sources_argument"]

sources_argument = click.argument(
    "sources",
    metavar="SOURCE...",
    nargs=-1,
    required=True,
    type=click.Path(exists=True, path_type=Path),
)
"""One or more files and folders to read."""


@dataclass(frozen=True, slots=True)
class SourceOptions:
    """What the user said of the sources."""

    communities: Path | None
    boundary: Path | str | None
    layer_names: Mapping[str, str]
    crs: str | None
    datum: str | None

    def to_arguments(self) -> dict[str, Any]:
        """Return the arguments of `data.readers.read_sources`."""
        return {name: getattr(self, name) for name in self.__slots__}

    def to_words(self) -> dict[str, Any]:
        """Return what was said, as it is kept with an import: no paths."""
        return {
            "communities": None if self.communities is None else self.communities.name,
            "boundary": None if self.boundary is None else Path(self.boundary).name,
            "layer_names": dict(self.layer_names),
            "crs": self.crs,
            "datum": self.datum,
        }

    def given(self) -> bool:
        """Tell whether the user said anything."""
        return any(self.to_words().values())


_OPTIONS = (
    click.option(
        "--communities",
        type=click.Path(exists=True, path_type=Path),
        help="社区面文件 / file of community polygons.",
    ),
    click.option(
        "--boundary",
        metavar="FILE|hull",
        help="整个范围是一个社区 / one community: a polygon file, or hull, the outline "
        "of the buildings 30 m out.",
    ),
    click.option(
        "--layer",
        "layer_names",
        metavar="ROLE=NAME",
        multiple=True,
        callback=parse_layer_names,
        help="指定图层, 可重复 / which layer has a role, repeatable: buildings=楼栋.",
    ),
    click.option("--crs", help="数据没有声明时的坐标系 / CRS of layers without one."),
    click.option(
        "--datum",
        type=click.Choice(["wgs84", "cgcs2000", "gcj02", "bd09"]),
        help="数据的基准 / datum of the positions.",
    ),
)


def source_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options; the command takes them together as `reading`."""

    @functools.wraps(command)
    def call(*arguments: Any, **options: Any) -> Any:
        told = {name: options.pop(name) for name in SourceOptions.__slots__}
        if told["communities"] is not None and told["boundary"] is not None:
            message = (
                "--communities and --boundary exclude each other; give one of them"
            )
            raise click.UsageError(message)
        told["boundary"] = _boundary(told["boundary"])
        return command(*arguments, reading=SourceOptions(**told), **options)

    for option in reversed(_OPTIONS):
        call = option(call)
    return call


def _boundary(boundary: str | None) -> Path | str | None:
    """Return the word hull as it is and anything else as a file that exists."""
    if boundary is None or boundary == "hull":
        return boundary
    path = Path(boundary)
    if not path.exists():
        message = f"--boundary {boundary}: no such file; give a file, or hull"
        raise click.UsageError(message)
    return path
