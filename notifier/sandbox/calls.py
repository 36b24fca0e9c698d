"""What a request asks of the API: its path, verb and parameters read once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

from notifier.sandbox.kinds import BY_PATH
from notifier.sandbox.selecting import Selection, field_matchers, label_matchers
from notifier.sandbox.status import bad_request, method_not_allowed, unknown_path

if TYPE_CHECKING:
    from aiohttp import web

    from notifier.sandbox.kinds import Resource

Verb = Literal["list", "watch", "get", "create", "update", "patch", "delete", "deletecollection"]

_COLLECTION_VERBS: dict[str, Verb] = {"GET": "list", "POST": "create", "DELETE": "deletecollection"}
_OBJECT_VERBS: dict[str, Verb] = {"GET": "get", "PUT": "update", "PATCH": "patch", "DELETE": "delete"}


class Target(NamedTuple):
    """What a path names: a kind, and within it a namespace, an object, a subresource ("" where it names none)."""

    resource: Resource
    namespace: str = ""
    name: str = ""
    subresource: str = ""


class Call(NamedTuple):
    """One request to the API."""

    request: web.Request
    verb: Verb
    target: Target

    @property
    def resource(self) -> Resource:
        """The kind it is about."""
        return self.target.resource

    @property
    def as_table(self) -> bool:
        """Whether the client would rather have rows and columns, as kubectl does."""
        return "as=Table" in self.request.headers.get("Accept", "")

    def text(self, parameter: str) -> str:
        """Return a query parameter, "" if it is not given."""
        return self.request.query.get(parameter, "")

    def number(self, parameter: str) -> int:
        """Return a query parameter that is a natural number, 0 if it is not given; ApiError 400 if it is none."""
        text = self.text(parameter) or "0"
        if not text.isascii() or not text.isdigit():
            raise bad_request(f"{parameter}: not a natural number: {text!r}")
        return int(text)

    def flag(self, parameter: str) -> bool:
        """Return whether a query parameter is set."""
        return self.text(parameter).lower() in ("true", "1")

    def selection(self) -> Selection:
        """Return which objects it is about; ApiError 400 if a selector cannot be read."""
        fields = field_matchers(self.text("fieldSelector"), self.resource.selectable)
        return Selection(self.target.namespace, label_matchers(self.text("labelSelector")), fields)


def call_of(request: web.Request) -> Call:
    """Read a request; ApiError 404 if its path names nothing that is served, 405 if its method does not fit."""
    target = target_of(request.path)
    verbs = _OBJECT_VERBS if target.name else _COLLECTION_VERBS
    if request.method not in verbs or (target.subresource and request.method in ("POST", "DELETE")):
        raise method_not_allowed()
    call = Call(request, verbs[request.method], target)
    return call._replace(verb="watch") if call.verb == "list" and call.flag("watch") else call


def target_of(path: str) -> Target:
    """Read a path; ApiError 404 if it names nothing that is served."""
    match path.strip("/").split("/"):
        case ["api", version, *rest]:
            return _target(version, rest)
        case ["apis", group, version, *rest]:
            return _target(f"{group}/{version}", rest)
    raise unknown_path()


def _target(api_version: str, rest: list[str]) -> Target:
    match rest:
        case ["namespaces", namespace, plural, *names] if (api_version, plural) in BY_PATH:
            return _named(BY_PATH[api_version, plural], namespace, names)
        case [plural, *names] if (api_version, plural) in BY_PATH:
            return _named(BY_PATH[api_version, plural], "", names)
    raise unknown_path()


def _named(resource: Resource, namespace: str, names: list[str]) -> Target:
    in_place = bool(namespace) == resource.namespaced
    match names:
        case [] if in_place or resource.namespaced:
            return Target(resource, namespace)
        case [name] if in_place:
            return Target(resource, namespace, name)
        case [name, "status"] if in_place and resource.has_status:
            return Target(resource, namespace, name, "status")
    raise unknown_path()
