"""Who may do what, changeable while the server runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from notifier.sandbox.status import forbidden, unauthorized, unknown_path

if TYPE_CHECKING:
    from notifier.sandbox.calls import Call
    from notifier.sandbox.kinds import Resource


class Access:
    """The tokens that are accepted (None: everybody is), the kinds whose CRD is missing, and what is forbidden.

    `forbidden` holds pairs of a verb as RBAC names it, or "*", and a kind.
    """

    def __init__(self) -> None:
        self.tokens: set[str] | None = None
        self.missing: set[Resource] = set()
        self.forbidden: set[tuple[str, Resource]] = set()

    def authenticate(self, authorization: str) -> None:
        """Check an Authorization header; ApiError 401 if its bearer token is not accepted now."""
        if self.tokens is not None and authorization.removeprefix("Bearer ") not in self.tokens:
            raise unauthorized()

    def authorize(self, call: Call) -> None:
        """Check a request; ApiError 404 if the kind's CRD is missing, 403 if the permission is."""
        if call.resource in self.missing:
            raise unknown_path()
        if self.forbidden & {(call.verb, call.resource), ("*", call.resource)}:
            raise forbidden(call.resource, call.verb, call.target.name)
