"""What the ConfigMaps of namespaces may say, where the daemon lets them have their own."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from notifier.config.schema import Config, ServiceEntry
from notifier.config.tenancy import Terms
from notifier.errors import ConfigError, Permanent
from notifier.services import SERVICES
from notifier.services.egress import Egress

_PORTS = {"http": 80, "https": 443}
_MAIL_PORT = 587


class SelfService(NamedTuple):
    """How the daemon lets namespaces configure for themselves: all but the central one, under terms."""

    central: str
    terms: Terms = Terms()
    egress: Egress = Egress()

    def is_tenant(self, namespace: str) -> bool:
        """Whether a namespace's ConfigMap is the namespace's own; without a name it may be meant for the central."""
        return namespace not in ("", self.central)

    def beneath(self, central: Config) -> Config:
        """The central configuration under that of a namespace; where it is not at hand, with the services offered."""
        if central.given:
            return central
        offered = {name: ServiceEntry(name, "", "", {}) for name in self.terms.offered}
        return dataclasses.replace(central, services={**offered, **central.services})


def unreachable(entries: Iterable[ServiceEntry], egress: Egress) -> Iterator[tuple[str, str]]:
    """The keys of services that say themselves that they are where namespaces may not send to, and why."""
    for entry in entries:
        for host, port in _places(entry.type, entry.options):
            try:
                egress.check(host, port)
            except Permanent as error:
                yield entry.key, str(error)


def _places(kind: str, options: Mapping[str, Any]) -> Iterator[tuple[str, int]]:
    try:
        read = SERVICES[kind].options_model.read(options)
    except (KeyError, ConfigError):
        return
    for url in (getattr(read, name, "") for name in ("url", "api_url")):
        parts = urlsplit(url)
        if parts.hostname:
            yield parts.hostname, parts.port or _PORTS[parts.scheme]
    if host := getattr(read, "host", ""):
        yield host, getattr(read, "port", None) or _MAIL_PORT
