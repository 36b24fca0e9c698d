"""The configuration in force and the services it names: replaced as a whole when it changes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from notifier import subscriptions
from notifier.config.load import OptionsCheck, Source, load, without_secrets
from notifier.config.schema import Config, ServiceEntry
from notifier.errors import ConfigError
from notifier.model import Problem
from notifier.services import SERVICES, Service
from notifier.services.http import Client


def _check(service: type[Service]) -> OptionsCheck:
    return lambda options: service.options_model.read(options).warnings()


CHECKS = {kind: _check(service) for kind, service in SERVICES.items()}
"""How the options of each service type are read."""


class Given(NamedTuple):
    """What the cluster (or a file) holds: a ConfigMap's data and a Secret's, None where there is none."""

    config_map: Source | None = None
    secrets: Mapping[str, str] | None = None


class Directory:
    """Services by name, made of the configuration in force."""

    def __init__(self, client: Client, *, zone: str = "UTC") -> None:
        self._client, self._zone = client, zone
        self._services: dict[str, Service] = {}
        self._replaced: list[Service] = []
        self.config = load(None, {}, CHECKS, zone=zone)
        self.problems: tuple[Problem, ...] = ()

    @property
    def secrets(self) -> Mapping[str, str]:
        """The values that placeholders in messages stand for."""
        return self.config.secrets

    def service(self, name: str) -> Service | None:
        """A configured service."""
        return self._services.get(name)

    def replace(self, given: Given) -> Config:
        """Put a new configuration in force. All that can fail happens before anything changes."""
        source = given.config_map or Source("ConfigMap", {})
        config = load(source, given.secrets or {}, CHECKS, self.config, zone=self._zone)
        services, problems = self._built(config, source.object)
        self._replaced += [old for name, old in self._services.items() if services.get(name) is not old]
        unreachable = (Problem(source.object, key, why) for key, why in subscriptions.global_faults(config))
        self.config, self._services, self.problems = config, services, (*config.problems, *problems, *unreachable)
        return config

    async def tidy(self) -> None:
        """Close the services that are not in force any more."""
        while self._replaced:
            await self._replaced.pop().close()

    async def close(self) -> None:
        """Close all services."""
        self._replaced += self._services.values()
        self._services = {}
        await self.tidy()

    def _built(self, config: Config, source: str) -> tuple[dict[str, Service], list[Problem]]:
        services, problems = {}, []
        for entry in config.services.values():
            try:
                services[entry.name] = self._build(entry, config)
            except ConfigError as error:
                message = without_secrets(error.message, config.secrets)
                problems.append(Problem(source, entry.key, message, error.line))
                if entry.name in self._services:
                    services[entry.name] = self._services[entry.name]
        return services, problems

    def _build(self, entry: ServiceEntry, config: Config) -> Service:
        return SERVICES[entry.type].from_config(entry.options, self._client, frozenset(config.secrets.values()))
