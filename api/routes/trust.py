"""The guide that makes a device trust this service, and the certificate it installs.

Everybody may open it: it comes before signing in. The key of the authority is never
read here.
"""

from __future__ import annotations

from pathlib import Path

from cryptography.hazmat.primitives.serialization import Encoding
from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from api.routes.page import Language
from api.settings import Settings
from data.authority.making import made_for
from data.authority.names import addresses_of
from data.authority.pairs import fingerprint, read_certificate
from data.errors import NotFoundError
from maps.public import public_files
from maps.trust import trust_page

__all__ = ["trust_router"]

FORMS = {
    "wangge-ca.crt": (Encoding.DER, "application/x-x509-ca-cert"),
    "wangge-ca.pem": (Encoding.PEM, "application/x-pem-file"),
}
"""Phones and Windows install the first by its type; others read the second."""


def trust_router(authority: Path) -> APIRouter:
    """Return the routes of the guide; the certificate is read once."""
    router = APIRouter(include_in_schema=False)
    certificate = read_certificate(authority)
    static = f"static/{public_files().digest}"

    @router.get("/trust", response_class=HTMLResponse)
    def trust(request: Request, lang: Language) -> HTMLResponse:
        """Show how a device is made to trust this service."""
        settings: Settings = request.app.state.settings
        page = trust_page(
            lang=lang,
            static=static,
            names=made_for(certificate),
            addresses=addresses_of(settings.hosts, request.url.port),
            fingerprint=fingerprint(certificate),
            until=f"{certificate.not_valid_after_utc:%Y-%m-%d}",
        )
        return HTMLResponse(page, headers={"Vary": "Cookie"})

    @router.get("/trust/{name}")
    def file(name: str) -> Response:
        """Give the certificate of the authority."""
        form = FORMS.get(name)
        if form is None:
            raise NotFoundError(
                f"这里没有 {name!r}；请打开 /trust",
                f"there is no {name!r} here; open /trust",
            )
        encoding, media_type = form
        return Response(certificate.public_bytes(encoding), media_type=media_type)

    return router
