"""How certificates and keys are refused."""

from __future__ import annotations

from data.errors import ParameterError

__all__ = ["AuthorityError", "KeyPairError"]


class AuthorityError(ParameterError):
    """Our authority cannot sign what it is asked to."""


class KeyPairError(ParameterError):
    """A certificate or a key that a server cannot be opened with."""
