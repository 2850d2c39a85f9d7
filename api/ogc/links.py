"""Links between the documents, absolute as clients expect them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from fastapi import Request

__all__ = ["GEOJSON", "JSON", "OPENAPI", "SCHEMA", "Links", "link_header"]

JSON = "application/json"
GEOJSON = "application/geo+json"
SCHEMA = "application/schema+json"
OPENAPI = "application/vnd.oai.openapi+json;version=3.0"


@dataclass(frozen=True, slots=True)
class Links:
    """Makes links below the root of the service."""

    root: str

    @classmethod
    def of(cls, request: Request) -> Links:
        """Return links as the caller addresses this service."""
        place = request.url.replace(path=request.scope["root_path"], query="")
        return cls(str(place))

    def to(
        self,
        path: str,
        rel: str,
        media_type: str = JSON,
        *,
        title: str = "",
        query: Mapping[str, str] | None = None,
    ) -> dict[str, str]:
        """Return a link to a path of the service."""
        asked = f"?{urlencode(query)}" if query else ""
        made = {"href": f"{self.root}{path}{asked}", "rel": rel, "type": media_type}
        return {**made, "title": title} if title else made

    def template(self, path: str, rel: str, media_type: str) -> dict[str, str | bool]:
        """Return a link whose path has places to fill."""
        return {**self.to(path, rel, media_type), "templated": True}


def link_header(links: Iterable[Mapping[str, str]]) -> str:
    """Return links as the header `Link`."""
    return ", ".join(
        f'<{link["href"]}>; rel="{link["rel"]}"; type="{link["type"]}"'
        for link in links
    )
