"""What the API server says when it refuses: Kubernetes `Status` objects."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from notifier.errors import NotifierError

if TYPE_CHECKING:
    from notifier.model import Object
    from notifier.sandbox.kinds import Resource


class ApiError(NotifierError):
    """A refusal: the HTTP status, Kubernetes' word for why, and a message."""

    def __init__(self, code: int, reason: str, message: str, details: dict[str, Any] | None = None) -> None:
        self.code, self.reason, self.message, self.details = code, reason, message, details or {}
        super().__init__(message)

    @property
    def status(self) -> Object:
        """The `Status` object that a client gets."""
        return {
            "kind": "Status",
            "apiVersion": "v1",
            "metadata": {},
            "status": "Failure",
            "message": self.message,
            "reason": self.reason,
            "details": self.details,
            "code": self.code,
        }


def _details(resource: Resource, name: str = "") -> dict[str, Any]:
    return {"name": name, "group": resource.group, "kind": resource.plural}


def bad_request(message: str) -> ApiError:
    """400: the request makes no sense."""
    return ApiError(400, "BadRequest", message)


def unauthorized() -> ApiError:
    """401: no token, or not one of those accepted now."""
    return ApiError(401, "Unauthorized", "Unauthorized")


def forbidden(resource: Resource, verb: str, name: str) -> ApiError:
    """403: the permission is missing."""
    message = f'{resource} "{name}" is forbidden: the sandbox does not allow to {verb} {resource}'
    return ApiError(403, "Forbidden", message, _details(resource, name))


def unknown_path() -> ApiError:
    """404: nothing is served there, for instance because the CRD is missing."""
    return ApiError(404, "NotFound", "the server could not find the requested resource")


def not_found(resource: Resource, name: str) -> ApiError:
    """404: no such object."""
    return ApiError(404, "NotFound", f'{resource} "{name}" not found', _details(resource, name))


def method_not_allowed() -> ApiError:
    """405: the path is right and the method is not."""
    return ApiError(405, "MethodNotAllowed", "the server does not allow this method on the requested resource")


def not_acceptable() -> ApiError:
    """406: the client wants something that is not JSON."""
    return ApiError(406, "NotAcceptable", "only the following media types are accepted: application/json")


def already_exists(resource: Resource, name: str) -> ApiError:
    """409: created twice."""
    return ApiError(409, "AlreadyExists", f'{resource} "{name}" already exists', _details(resource, name))


def conflict(resource: Resource, name: str, why: str) -> ApiError:
    """409: somebody else was faster, or a precondition does not hold."""
    message = f'Operation cannot be fulfilled on {resource} "{name}": {why}'
    return ApiError(409, "Conflict", message, _details(resource, name))


def expired(message: str) -> ApiError:
    """410: what was asked for has been compacted away."""
    return ApiError(410, "Expired", message)


def unsupported_media_type(accepted: str) -> ApiError:
    """415: the body is in a language that is not understood."""
    message = f"the body of the request was in an unknown format - accepted media types include: {accepted}"
    return ApiError(415, "UnsupportedMediaType", message)


def invalid(resource: Resource, name: str, why: str) -> ApiError:
    """422: understood, and against the rules."""
    return ApiError(422, "Invalid", f'{resource} "{name}" is invalid: {why}', _details(resource, name))


def too_large_resource_version(asked: int, current: int) -> ApiError:
    """504: the client has seen a future that this server has not."""
    cause = {"reason": "ResourceVersionTooLarge", "message": "Too large resource version"}
    message = f"Timeout: Too large resource version: {asked}, current: {current}"
    return ApiError(504, "Timeout", message, {"causes": [cause], "retryAfterSeconds": 1})
