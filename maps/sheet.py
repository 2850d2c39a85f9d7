"""The map sheet of a plan: one HTML file that opens from disk, without network."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import folium
from branca.element import Element, Figure
from folium.template import Template as FoliumTemplate
from geopandas import GeoDataFrame
from jinja2 import Environment, PackageLoader, StrictUndefined, Template
from markupsafe import Markup

from maps.assets import (
    inline_css,
    read_static,
    read_vendored,
    require_local,
    script_hash,
)
from maps.catalogue import read_texts
from maps.certificate import certificate_view
from maps.encode import Frame
from maps.escape import to_html, to_script_json
from maps.parcels import GROUND, PAINTING
from maps.payload import plan_payload
from maps.theme import css_variables, map_theme

__all__ = ["plan_sheet"]

_SCRIPTS: Final = (
    *PAINTING,
    "list",
    "alternatives",
    "card",
    "certificate",
    "legend",
    "print",
    "sheet",
)
_PAPERS: Final = {"a4": "A4 landscape", "a3": "A3 landscape"}
_CERTIFICATE_PAGE: Final = "@page certificate{size:A4 portrait;margin:18mm}"
_BAND: Final = (300, 500)


def plan_sheet(
    layers: Mapping[str, GeoDataFrame],
    *,
    streets: GeoDataFrame,
    footprints: GeoDataFrame,
    certificate: Mapping[str, Any],
    title: str,
    made_up: bool,
    attribution: str,
    alternatives: Sequence[Mapping[str, Any]] = (),
    lang: str = "zh",
) -> str:
    """Return the sheet of a plan as one self-contained HTML page.

    Parameters
    ----------
    layers : mapping of str to GeoDataFrame
        The layers of a plan file: grids, cells, communities, seams, buildings.
    streets : GeoDataFrame
        Streets with `class`, `name` and, if known, `tunnel`.
    footprints : GeoDataFrame
        Outlines of buildings; `id` links them to the households of the plan.
    certificate : mapping
        `Certificate.to_dict()`; empty where a plan has none.
    title : str
        Heading of the page and of the print.
    made_up : bool
        Whether the town is generated; the page then says so everywhere.
    attribution : str
        Whose data is shown, e.g. "© OpenStreetMap contributors".
    alternatives : sequence of mapping
        What the metadata of the plan tells of its alternatives; their grids are the
        layer `alternatives`.
    lang : {"zh", "en"}
        Language the page opens in; a switch on it changes to the other.

    Raises
    ------
    CRSError
        If a layer is not in EPSG:4326.
    FileNotFoundError
        If the browser libraries were not vendored.
    ValueError
        If `lang` is neither zh nor en.
    """
    if lang not in {"zh", "en"}:
        msg = f"lang is {lang!r}; give 'zh' or 'en'"
        raise ValueError(msg)
    data = plan_payload(
        layers, streets=streets, footprints=footprints, alternatives=alternatives
    )
    band = certificate.get("low", _BAND[0]), certificate.get("high", _BAND[1])
    data |= {
        "title": title,
        "lang": lang,
        "made_up": bool(made_up),
        "attribution": attribution,
        "low": int(band[0]),
        "high": int(band[1]),
        "theme": map_theme(),
        "texts": read_texts("sheet"),
        "certificate": certificate_view(certificate, Frame(*data["origin"])),
    }
    return _page(data, title=title, attribution=attribution, lang=lang)


class _Verbatim(Element):
    """A piece of the page that is written as it is.

    branca takes the text of a plain `Element` for a Jinja template, so braces in
    a script, or in a name from the data, would be run on the server.
    """

    _template = Template("{{ this.text }}")

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text = text


class _SheetFigure(Figure):
    """A page with a language, whose policy names each of its scripts by hash."""

    _template = Template(
        "<!DOCTYPE html>\n"
        '<html lang="{{ this.language }}">\n'
        "<head>\n{{ this.header.render(**kwargs) }}\n</head>\n"
        "<body>\n{{ this.html.render(**kwargs) }}\n"
        "<script>{{ this.script.render(**kwargs) }}</script>\n"
        "</body>\n</html>\n"
    )

    def __init__(self, language: str) -> None:
        super().__init__()
        self.language = language
        self.header = Element()
        self.header._parent = self


class _SheetMap(folium.Map):
    """A folium map that links nothing: no tiles, no CDN, a zoomable viewport."""

    default_js: list[tuple[str, str]] = []  # noqa: RUF012
    default_css: list[tuple[str, str]] = []  # noqa: RUF012

    _template = FoliumTemplate(
        """
        {% macro script(this, kwargs) %}
        const {{ this.get_name() }} = L.map(
            {{ this.get_name()|tojson }},
            Object.assign({
                center: {{ this.location|tojson }},
                crs: L.CRS.EPSG3857,
                zoomAnimation: !Wangge.isCalm(),
                inertia: !Wangge.isCalm(),
            }, {{ this.options|tojavascript }}));
        Wangge.start({{ this.get_name() }});
        {% endmacro %}
        """
    )

    def __init__(self) -> None:
        super().__init__(
            location=(0.0, 0.0),
            zoom_start=2,
            tiles=None,
            zoom_control=False,
            attributionControl=False,
            zoomSnap=0,
            wheelPxPerZoomLevel=90,
            maxZoom=21,
            boxZoom=False,
        )
        self._id = "plan"  # folium draws a random one, and pages must repeat


def _page(data: Mapping[str, Any], *, title: str, attribution: str, lang: str) -> str:
    """Put the page together and prove that nothing in it points outside."""
    chart = _SheetMap()
    figure = _SheetFigure("zh-CN" if lang == "zh" else "en")
    figure.add_child(chart)
    library = read_vendored("leaflet", "dist/leaflet.js")
    library = library.replace("//# sourceMappingURL=leaflet.js.map", "")
    library = f"/*!\n{read_vendored('leaflet', 'LICENSE')}*/\n{library}"
    own = "\n".join(read_static(f"js/{name}.js") for name in _SCRIPTS)
    styles = (
        inline_css("leaflet", "dist/leaflet.css"),
        *(read_static(name) for name in (*GROUND, "css/sheet.css")),
    )
    style = "\n".join((css_variables(), *styles))
    papers = {
        name: f"@page{{size:{size};margin:10mm}}{_CERTIFICATE_PAGE}"
        for name, size in _PAPERS.items()
    }
    body = _template("sheet.html").render(
        title=title,
        attribution=attribution,
        texts=read_texts("sheet"),
        lang_index=0 if lang == "zh" else 1,
        map=chart.get_name(),
        data=Markup(to_script_json(data)),
    )
    figure.html.add_child(_Verbatim(body), name="body")
    start = figure.script
    chart.render()  # type: ignore[no-untyped-call]
    script = start.render()
    head = [
        '<meta charset="utf-8">',
        _policy([library, own, script], [style, *papers.values()]),
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>{to_html(title)}</title>",
        f"<style>{style}</style>",
        *(
            f'<style id="page-{name}" media="{"print" if name == "a4" else "not all"}">'
            f"{rule}</style>"
            for name, rule in papers.items()
        ),
        f"<script>{library}</script>",
        f"<script>{own}</script>",
    ]
    figure.header.add_child(_Verbatim("\n".join(head)), name="head")
    html = str(figure.render())
    require_local(html)
    return html


def _policy(scripts: list[str], styles: list[str]) -> str:
    """Return the policy that lets these scripts run and nothing else."""
    rules = {
        "default-src": "'none'",
        "script-src": " ".join(map(script_hash, scripts)),
        "style-src": " ".join(map(script_hash, styles)),
        "img-src": "data: blob:",
        "base-uri": "'none'",
        "form-action": "'none'",
    }
    policy = "; ".join(f"{name} {value}" for name, value in rules.items())
    return f'<meta http-equiv="Content-Security-Policy" content="{policy}">'


def _template(name: str) -> Any:
    environment = Environment(
        loader=PackageLoader("maps"), autoescape=True, undefined=StrictUndefined
    )
    return environment.get_template(name)
