"""The configurations in force and the services they name: each replaced as a whole when it changes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from notifier import subscriptions
from notifier.config.load import OptionsCheck, Source, load, without_secrets
from notifier.config.schema import Config, ServiceEntry, scope_of
from notifier.config.tenancy import Terms, admitted, combined, few
from notifier.errors import ConfigError
from notifier.model import Problem
from notifier.services import SERVICES, Service
from notifier.services.egress import Egress, parse
from notifier.services.http import Client
from notifier.settings import SelfServiceSettings


def _check(service: type[Service]) -> OptionsCheck:
    return lambda options: service.options_model.read(options).warnings()


CHECKS = {kind: _check(service) for kind, service in SERVICES.items()}
"""How the options of each service type are read."""


_NO_WORD = 12
"""How many characters a secret of a namespace has that is masked in everybody's log lines."""


class Given(NamedTuple):
    """What the cluster (or a file) holds: a ConfigMap's data and a Secret's, None where there is none."""

    config_map: Source | None = None
    secrets: Mapping[str, str] | None = None


class _Tenant(NamedTuple):
    """A namespace's own configuration; `said` are the keys of its ConfigMap that may be in force."""

    own: Config
    said: frozenset[str]
    source: str


def rules(own: SelfServiceSettings) -> tuple[Terms, Egress]:
    """What namespaces may configure for themselves, and what that may reach. Raises ConfigError."""
    terms = Terms(
        types=frozenset(own.types),
        offered=frozenset(own.offered),
        entries=own.entries,
        messages=own.messages,
        size=own.size,
    )
    return terms, parse(allow=own.reachable, deny=own.internal, only=own.only)


class Directory:
    """Services by name, made of the configurations in force: the central one, and those that namespaces have.

    What namespaces have is used under `terms`, and reaches what `egress` allows.
    """

    def __init__(
        self, client: Client, *, zone: str = "UTC", terms: Terms | None = None, egress: Egress | None = None
    ) -> None:
        self._client, self._zone, self._terms = client, zone, terms or Terms()
        self._restricted = client.restricted(egress or Egress())
        self._services: dict[str, Service] = {}
        self._replaced: list[Service] = []
        self._tenants: dict[str, _Tenant] = {}
        self._problems: dict[str, tuple[Problem, ...]] = {}
        self.config = load(None, {}, CHECKS, zone=zone)
        self.tenants: dict[str, Config] = {}

    @property
    def secrets(self) -> Mapping[str, str]:
        """The values that placeholders in messages stand for."""
        own = (config.secrets for config in self.tenants.values())
        return {name: value for secrets in (self.config.secrets, *own) for name, value in secrets.items()}

    @property
    def masked(self) -> frozenset[str]:
        """What nobody may read in a log; of namespaces' secrets the long ones: short ones may be everybody's words."""
        own = {v for c in self.tenants.values() for k, v in c.secrets.items() if scope_of(k) and len(v) >= _NO_WORD}
        return frozenset(self.config.secrets.values()) | own

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What cannot work, in all configurations."""
        return tuple(problem for problems in self._problems.values() for problem in problems)

    def problems_in(self, namespace: str) -> tuple[Problem, ...]:
        """What cannot work in the configuration of a namespace, "" is the central one."""
        return self._problems.get(namespace, ())

    def of(self, namespace: str) -> Config:
        """What is in force in a namespace."""
        return self.tenants.get(namespace, self.config)

    def service(self, name: str) -> Service | None:
        """A configured service; those of namespaces by their scoped names."""
        return self._services.get(name)

    def replace(self, given: Given) -> None:
        """Put a new central configuration in force. All that can fail happens before anything changes."""
        source = given.config_map or Source("ConfigMap", {})
        config = load(source, given.secrets or {}, CHECKS, self.config, zone=self._zone)
        services, problems = self._built(config.services.values(), config, source.object)
        faults = (Problem(source.object, key, why) for key, why in subscriptions.global_faults(config))
        self.config, self._problems[""] = config, (*config.problems, *problems, *faults)
        self._put("", services)
        self.tenants = {name: self._combined(name, tenant) for name, tenant in self._tenants.items()}

    def replace_in(self, namespace: str, given: Given) -> None:
        """Put a namespace's own configuration in force, or none where it has no ConfigMap any more."""
        if given.config_map is None:
            self._forget(namespace)
            return
        source, refused = admitted(given.config_map, self._terms)
        before = self._tenants[namespace].own if namespace in self._tenants else None
        checks = {kind: check for kind, check in CHECKS.items() if kind in self._terms.types}
        secrets = few(given.secrets or {}, self._terms)
        own = load(source, secrets, checks, before, zone=self._zone, offered=self._terms.offered)
        tenant = _Tenant(own, frozenset(source.data), source.object)
        config = self._combined(namespace, tenant)
        entries = [entry for name, entry in config.services.items() if scope_of(name) == namespace]
        services, problems = self._built(entries, own, source.object)
        faults = (Problem(source.object, key, why) for key, why in subscriptions.global_faults(own))
        self._tenants[namespace], self.tenants[namespace] = tenant, config
        self._problems[namespace] = (*refused, *own.problems, *problems, *faults)
        self._put(namespace, services)

    async def tidy(self) -> None:
        """Close the services that are not in force any more."""
        while self._replaced:
            await self._replaced.pop().close()

    async def close(self) -> None:
        """Close all services."""
        self._replaced += self._services.values()
        self._services = {}
        await self.tidy()

    def _combined(self, namespace: str, tenant: _Tenant) -> Config:
        return combined(self.config, tenant.own, namespace, tenant.said, self._terms)

    def _forget(self, namespace: str) -> None:
        for known in (self._tenants, self.tenants, self._problems):
            known.pop(namespace, None)
        self._put(namespace, {})

    def _put(self, namespace: str, services: Mapping[str, Service]) -> None:
        """Have these services of a configuration, and no others of it."""
        old = {name: service for name, service in self._services.items() if scope_of(name) == namespace}
        self._replaced += [service for name, service in old.items() if services.get(name) is not service]
        self._services = {k: v for k, v in self._services.items() if k not in old} | dict(services)

    def _built(
        self, entries: Iterable[ServiceEntry], config: Config, source: str
    ) -> tuple[dict[str, Service], list[Problem]]:
        services, problems = {}, []
        for entry in entries:
            try:
                services[entry.name] = self._build(entry, config)
            except ConfigError as error:
                message = without_secrets(error.message, config.secrets)
                problems.append(Problem(source, entry.key, message, error.line))
                if entry.name in self._services:
                    services[entry.name] = self._services[entry.name]
        return services, problems

    def _build(self, entry: ServiceEntry, config: Config) -> Service:
        client = self._restricted if scope_of(entry.name) else self._client
        return SERVICES[entry.type].from_config(entry.options, client, frozenset(config.secrets.values()))
