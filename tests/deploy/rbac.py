"""Rights as Kubernetes' RBAC grants them, put before the sandbox's API server."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from notifier.sandbox.access import Access
from notifier.sandbox.calls import Call
from notifier.sandbox.status import forbidden
from tests.deploy.rendering import Manifest, Rendered

_BY_NAME = "metadata.name="


class Grant(NamedTuple):
    """One verb on one kind; `namespace` is "" for all, `name` is "" for any object."""

    namespace: str
    group: str
    plural: str
    verb: str
    name: str

    def allows(self, call: Call) -> bool:
        """Whether it covers a request, as the API server's authorizer sees that."""
        asked = (call.resource.group, call.resource.plural, call.verb)
        return (
            asked == (self.group, self.plural, self.verb)
            and self.namespace in ("", call.target.namespace)
            and self.name in ("", _named(call))
        )


def grants(rendered: Rendered) -> set[Grant]:
    """What the daemon's service account is bound to."""
    account = {
        "kind": "ServiceAccount",
        "name": rendered.pod["spec"]["serviceAccountName"],
        "namespace": rendered.one("Deployment")["metadata"]["namespace"],
    }
    return {
        grant
        for binding in (*rendered.of("ClusterRoleBinding"), *rendered.of("RoleBinding"))
        if account in binding["subjects"]
        for rule in _rules(rendered, binding)
        for grant in _granted(rule, binding["metadata"].get("namespace", ""))
    }


def _rules(rendered: Rendered, binding: Manifest) -> list[Manifest]:
    namespace, role = binding["metadata"].get("namespace"), binding["roleRef"]
    (found,) = (
        each
        for each in rendered.of(role["kind"])
        if (each["metadata"].get("namespace"), each["metadata"]["name"]) == (namespace, role["name"])
    )
    return list(found["rules"])


def _granted(rule: Manifest, namespace: str) -> Iterator[Grant]:
    for group in rule["apiGroups"]:
        for plural in rule["resources"]:
            for verb in rule["verbs"]:
                for name in rule.get("resourceNames", [""]):
                    yield Grant(namespace, group, plural, verb, name)


def _named(call: Call) -> str:
    """The name a request is about: a list or watch has one if its field selector says so."""
    fields = call.text("fieldSelector")
    return call.target.name or (fields.removeprefix(_BY_NAME) if fields.startswith(_BY_NAME) else "")


class Rbac(Access):
    """Allows what is granted; `used` is what it took, `refused` what was asked for besides."""

    def __init__(self, granted: set[Grant]) -> None:
        super().__init__()
        self._granted = granted
        self.used: set[Grant] = set()
        self.refused: list[str] = []

    def authorize(self, call: Call) -> None:
        """Check a request; ApiError 403 if nothing grants it."""
        super().authorize(call)
        allowing = {grant for grant in self._granted if grant.allows(call)}
        if not allowing:
            self.refused.append(f"{call.verb} {call.resource} in {call.target.namespace or 'all namespaces'}")
            raise forbidden(call.resource, call.verb, call.target.name)
        self.used |= allowing
