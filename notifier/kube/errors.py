"""What can go wrong between us and the API server.

    KubeError
    ├── Unauthorized           401: the credentials are not accepted, freshly read ones neither
    ├── Forbidden              403: the service account may not
    ├── NotFound               404: no such object, or no such kind
    ├── Conflict               409: exists already, or was changed by somebody else
    ├── Gone                   410: the place in the history is no longer kept
    ├── Throttled              429: too many requests
    ├── Unavailable            5xx: the API server, or what is in front of it, cannot answer
    ├── Refused                any other status
    ├── Cut                    no connection, or none any longer
    ├── Silent                 nothing was heard for longer than allowed
    ├── Ended                  a watch is over because its time is
    └── Garbled                what came is not what a Kubernetes API server says
        └── LineTooLong        one line of a watch is over the limit

`refusal` is the one translation of a status. Texts are cut to 256 characters; who holds a token removes it before.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import ClassVar

import msgspec

from notifier.errors import NotifierError

MAX_TEXT = 256
_MAX_RETRY_AFTER = 300.0


class KubeError(NotifierError):
    """The root of the family.

    `reason` is the error's name in metrics. `routine` marks what happens in the life of every watch. `place_lost`
    says that going on from where one was cannot help. `retry_after` is the server's wish in seconds, 0 if it has none.
    """

    reason: ClassVar[str] = "error"
    routine: ClassVar[bool] = False
    place_lost: ClassVar[bool] = False

    def __init__(self, message: str, retry_after: float = 0.0) -> None:
        self.retry_after = retry_after
        super().__init__(message[:MAX_TEXT])


class Unauthorized(KubeError):
    """401: the credentials are not accepted, freshly read ones neither."""

    reason = "unauthorized"


class Forbidden(KubeError):
    """403: the service account may not."""

    reason = "forbidden"


class NotFound(KubeError):
    """404: no such object, or no such kind."""

    reason = "not-found"
    place_lost = True


class Conflict(KubeError):
    """409: exists already, or was changed by somebody else."""

    reason = "conflict"


class Gone(KubeError):
    """410: the place in the history is no longer kept."""

    reason = "expired"
    routine = True
    place_lost = True


class Throttled(KubeError):
    """429: too many requests."""

    reason = "throttled"


class Unavailable(KubeError):
    """5xx: the API server, or what is in front of it, cannot answer."""

    reason = "http-5xx"


class Refused(KubeError):
    """Any other status."""

    reason = "refused"
    place_lost = True


class Cut(KubeError):
    """No connection, or none any longer."""

    reason = "cut"
    routine = True


class Silent(KubeError):
    """Nothing was heard for longer than allowed."""

    reason = "timeout"
    routine = True


class Ended(KubeError):
    """A watch is over because its time is."""

    reason = "ended"
    routine = True


class Garbled(KubeError):
    """What came is not what a Kubernetes API server says."""

    reason = "garbled"
    place_lost = True


class LineTooLong(Garbled):
    """One line of a watch is over the limit."""

    reason = "line-too-long"


class _Cause(msgspec.Struct):
    reason: str = ""


class _Details(msgspec.Struct, rename="camel"):
    retry_after_seconds: float = 0.0
    causes: list[_Cause] | None = None


class _Status(msgspec.Struct):
    """The parts used of a `Status`, which the API server answers in place of an object."""

    kind: str = ""
    code: int = 0
    message: str = ""
    details: _Details | None = None


_BY_STATUS: dict[int, type[KubeError]] = {
    401: Unauthorized,
    403: Forbidden,
    404: NotFound,
    409: Conflict,
    410: Gone,
    429: Throttled,
}


def refusal(status: int, body: bytes, retry_after: str = "") -> KubeError:
    """The error for an HTTP status, its body and its `Retry-After`; for `status` 0 the body's Status tells the code."""
    told = _told(body)
    code = status or told.code
    details = told.details or _Details()
    wait = float(retry_after) if retry_after.isdecimal() else details.retry_after_seconds
    kind = _BY_STATUS.get(code, Unavailable if code >= HTTPStatus.INTERNAL_SERVER_ERROR else Refused)
    if any(cause.reason == "ResourceVersionTooLarge" for cause in details.causes or ()):
        # A 504 in form, but it lasts for ever where etcd was restored from a backup: only a new list helps.
        kind = Gone
    return kind(f"HTTP {code}: {told.message}", min(max(wait, 0.0), _MAX_RETRY_AFTER))


def _told(body: bytes) -> _Status:
    """The Status in `body`; what is none (a load balancer's page, say) becomes the message of one."""
    try:
        status = msgspec.json.decode(body, type=_Status)
    except msgspec.DecodeError:
        status = _Status()
    if status.kind == "Status":
        return status
    return _Status(message=" ".join(body.decode(errors="replace").split()) or "no text")
