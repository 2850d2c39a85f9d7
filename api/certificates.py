"""A renewed certificate, taken up by a server that goes on running."""

from __future__ import annotations

import logging
import ssl
from pathlib import Path

__all__ = ["Renewal"]

log = logging.getLogger("wangge.tls")


class Renewal:
    """Looks whether the files of a certificate have changed, and loads them.

    Connections that are open keep what they were made with; whoever comes after gets
    the new certificate. A pair that does not fit, half of it written perhaps, is left
    alone until it does.
    """

    def __init__(self, context: ssl.SSLContext, certificate: Path, key: Path) -> None:
        self._context = context
        self._certificate, self._key = certificate, key
        self._taken = self._refused = self._stamp()

    def look(self) -> bool:
        """Take the certificate up if it is another by now; tell whether it was."""
        stamp = self._stamp()
        if stamp is None or stamp == self._taken:
            return False
        try:
            # A context that was given half of a pair would be of no use to anybody.
            trial = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            for context in (trial, self._context):
                context.load_cert_chain(self._certificate, self._key)
        except (ssl.SSLError, OSError) as error:
            if stamp != self._refused:
                log.warning("certificate not taken up: %s", error)
            self._refused = stamp
            return False
        self._taken = stamp
        log.info("a renewed certificate is in use")
        return True

    def _stamp(self) -> tuple[tuple[int, int, int], ...] | None:
        """Return what changes when a file is written; None where one is away."""
        try:
            found = [path.stat() for path in (self._certificate, self._key)]
        except OSError:
            return None
        return tuple((one.st_ino, one.st_mtime_ns, one.st_size) for one in found)
