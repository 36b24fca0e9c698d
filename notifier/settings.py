"""What `rollouts-notifier run` can be told from outside: as options, or in the environment as ROLLOUTS_NOTIFIER_<NAME>.

Each setting is a field below and stands nowhere else: what it means, its default and what it means to leave it empty
make the option and its help. Whoever is handed `Settings` need not check them again.
"""

from collections.abc import Callable, Sequence
from dataclasses import Field, dataclass, field, fields
from typing import Any, Literal, Self, TypeVar

import click

from notifier.parameters import (
    LABEL_VALUE,
    NAME,
    count,
    duration,
    file,
    host_and_port,
    label_selector,
    names,
    namespace_name,
    page_address,
    texts,
    time_zone,
    url,
)

INSTANCE_LABEL = "argo-rollouts.argoproj.io/controller-instance-id"
"""The label that says which of several controllers a Rollout belongs to."""

_Function = TypeVar("_Function", bound=Callable[..., object])


def _setting(option: str, kind: Callable[[str], object], default: str, meaning: str, *also: str) -> Any:
    """A field made of an option: `kind` makes the value of a text or raises click.BadParameter.

    `default` is such a text, `also` are more variables of the environment. Its `meaning` says what "" does.
    """
    attributes = {"type": kind, "default": default, "show_default": bool(default), "help": meaning}
    return field(default_factory=lambda: kind(default), metadata=_metadata(option, attributes, *also))


def _switch(option: str, meaning: str) -> Any:
    """A field that is off unless its option, which takes no value, is given."""
    return field(default=False, metadata=_metadata(option, {"is_flag": True, "help": meaning}))


def _metadata(option: str, attributes: dict[str, Any], *also: str) -> dict[str, Any]:
    parameter = option.removeprefix("--").replace("-", "_")
    variables = [f"ROLLOUTS_NOTIFIER_{parameter.upper()}", *also]
    return {"option": option, "parameter": parameter, "attributes": {**attributes, "envvar": variables}}


@dataclass(frozen=True)
class ClusterSettings:
    """Where the API server is."""

    kubeconfig: str = _setting(
        "--kubeconfig",
        str,
        "",
        "A kubeconfig, or several with colons between; empty: the service account.",
        "KUBECONFIG",
    )
    context: str = _setting("--context", str, "", "A context of the kubeconfig; empty: its current one.")
    server: str = _setting("--server", url, "", "The API server's URL, instead of a kubeconfig; empty: none.")

    def __post_init__(self) -> None:
        if self.context and not self.kubeconfig:
            raise click.BadOptionUsage("context", "'--context' is of a kubeconfig: say which with '--kubeconfig'.")


@dataclass(frozen=True)
class WatchSettings:
    """Which Rollouts are told about."""

    namespaces: tuple[str, ...] = _setting(
        "--namespaces", names, "", "Where to look, commas between; empty: everywhere."
    )
    excluded: tuple[str, ...] = _setting(
        "--excluded-namespaces", names, "", "Where not to look if that is everywhere else; empty: no exceptions."
    )
    labels: str = _setting(
        "--selector", label_selector, "", "Tell only about Rollouts with such labels; empty: about all."
    )
    instance_id: str = _setting(
        "--instance-id", LABEL_VALUE, "", f"Tell only about Rollouts with this {INSTANCE_LABEL}; empty: about all."
    )

    def __post_init__(self) -> None:
        if self.namespaces and self.excluded:
            raise click.BadOptionUsage("excluded_namespaces", "'--excluded-namespaces' goes without '--namespaces'.")

    @property
    def selector(self) -> str:
        """Labels and instance id as one selector of Rollouts, "" for all."""
        instance = f"{INSTANCE_LABEL}={self.instance_id}" if self.instance_id else ""
        return ",".join(filter(None, (self.labels, instance)))


@dataclass(frozen=True)
class ConfigSettings:
    """Where services, triggers, templates and subscriptions are read."""

    config_map: str = _setting(
        "--config-map-name", NAME, "rollouts-notifier-config", "The ConfigMap of services, triggers and templates."
    )
    secret: str = _setting("--secret-name", NAME, "rollouts-notifier-secret", "The Secret with what it calls $names.")
    namespace: str = _setting(
        "--config-namespace",
        namespace_name,
        "",
        "Where both are; empty: the pod's own, else argo-rollouts.",
        "POD_NAMESPACE",
    )
    config_map_file: str = _setting("--config-map", file, "", "A file instead of the ConfigMap; empty: none.")
    secret_file: str = _setting("--secret", file, "", "A file instead of the Secret; empty: none.")
    zone: str = _setting("--time-zone", time_zone, "UTC", "What messages show times in.")


@dataclass(frozen=True)
class SelfServiceSettings:
    """What namespaces may configure for themselves."""

    enabled: bool = _switch(
        "--self-service", "Let namespaces have a ConfigMap and a Secret of these names for their own Rollouts."
    )
    types: tuple[str, ...] = _setting(
        "--self-service-types", names, "email,slack,webhook", "The types of services they may have of their own."
    )
    offered: tuple[str, ...] = _setting(
        "--self-service-offers", names, "", "Central services their own triggers may tell as well; empty: none."
    )
    reachable: tuple[str, ...] = _setting(
        "--self-service-egress",
        texts,
        "",
        "Internal receivers they may reach: hosts, *.domains, networks, with or without :port; empty: none.",
    )
    internal: tuple[str, ...] = _setting(
        "--self-service-egress-deny", texts, "", "More that is internal, such as public pod networks; empty: nothing."
    )
    only: tuple[str, ...] = _setting(
        "--self-service-egress-only", texts, "", "The only other receivers they may reach; empty: all in public."
    )
    entries: int = _setting("--self-service-entries", count, "200", "How many entries such a ConfigMap may have.")
    size: int = _setting("--self-service-size", count, "100000", "How many characters such a ConfigMap may have.")
    messages: int = _setting(
        "--self-service-messages", count, "1000", "How many messages each may cause in an hour; more are suppressed."
    )


@dataclass(frozen=True)
class DeliverySettings:
    """How messages are sent; durations are in seconds."""

    horizon: float = _setting(
        "--retry-horizon", duration, "24h", "The age at which a delivery that fails becomes a dead letter."
    )
    grace: float = _setting(
        "--shutdown-grace", duration, "20s", "How long attempts under way may take when the daemon stops."
    )
    ca_file: str = _setting(
        "--ca-file", file, "", "PEM certificates to trust receivers by, besides the system's; empty: none."
    )
    shadow: bool = _switch("--shadow", "Send nothing: record what would be sent.")
    sent_in: tuple[str, ...] = _setting(
        "--shadow-except", names, "", "With --shadow: namespaces to send for all the same; empty: none."
    )

    def __post_init__(self) -> None:
        if self.sent_in and not self.shadow:
            raise click.BadOptionUsage("shadow_except", "'--shadow-except' goes with '--shadow' only.")

    @property
    def sends(self) -> bool:
        """Whether anything may be sent at all."""
        return not self.shadow or bool(self.sent_in)


@dataclass(frozen=True)
class StoreSettings:
    """Where deliveries and events are kept, and for how many seconds."""

    path: str = _setting(
        "--store", click.Path(dir_okay=False), "rollouts-notifier.db", "The SQLite file; it must outlive the pod."
    )
    keep_deliveries: float = _setting(
        "--keep-deliveries", duration, "30d", "How long to keep what is delivered or suppressed; dead letters stay."
    )
    keep_events: float = _setting("--keep-events", duration, "30d", "How long to keep what happened.")


@dataclass(frozen=True)
class ViewSettings:
    """How the daemon is looked into."""

    address: tuple[str, int] = _setting(
        "--address", host_and_port, "0.0.0.0:8080", "Where /healthz, /readyz and /metrics are; port 0 takes a free one."
    )
    log_format: Literal["json", "console"] = _setting(
        "--log-format", click.Choice(["json", "console"], case_sensitive=False), "json", "For machines or for people."
    )
    log_level: str = _setting(
        "--log-level",
        click.Choice(["debug", "info", "warning", "error"], case_sensitive=False),
        "info",
        "The least severity to log.",
    )


@dataclass(frozen=True)
class PageSettings:
    """The page for people who look."""

    address: tuple[str, int] | None = _setting(
        "--page-address",
        page_address,
        "127.0.0.1:8081",
        "Where the page is; it asks nobody who they are. Port 0 takes a free one, none turns it off.",
    )
    hosts: tuple[str, ...] = _setting(
        "--page-hosts", names, "", "Names it is reached by, such as an ingress's, commas between; empty: no others."
    )
    actions: bool = _switch("--web-actions", "Let whoever sees the page send dead letters again, and drop deliveries.")


@dataclass(frozen=True)
class Settings:
    """Everything `run` is told; `Settings()` is all defaults."""

    cluster: ClusterSettings = field(default_factory=ClusterSettings, metadata={"title": "Cluster"})
    watch: WatchSettings = field(default_factory=WatchSettings, metadata={"title": "What to watch"})
    config: ConfigSettings = field(default_factory=ConfigSettings, metadata={"title": "Configuration"})
    self_service: SelfServiceSettings = field(
        default_factory=SelfServiceSettings, metadata={"title": "Self-service of namespaces"}
    )
    delivery: DeliverySettings = field(default_factory=DeliverySettings, metadata={"title": "Delivery"})
    store: StoreSettings = field(default_factory=StoreSettings, metadata={"title": "Store"})
    view: ViewSettings = field(default_factory=ViewSettings, metadata={"title": "Health, metrics and logs"})
    page: PageSettings = field(default_factory=PageSettings, metadata={"title": "Page"})

    @classmethod
    def of(cls, **values: Any) -> Self:
        """The settings in options' values, by parameter; what is not given is left at its default.

        Raises click.UsageError where options contradict one another, TypeError for a value that is no option's.
        """
        given: dict[str, dict[str, Any]] = {}
        for section, setting in _settings():
            if (parameter := setting.metadata["parameter"]) in values:
                given.setdefault(section.name, {})[setting.name] = values.pop(parameter)
        if values:
            raise TypeError(f"no settings: {', '.join(values)}")
        return cls(**{section.name: section.type(**given.get(section.name, {})) for section in _sections()})


def _sections() -> Any:
    return fields(Settings)


def _settings() -> list[tuple[Field[Any], Field[Any]]]:
    """Every section with every setting in it."""
    return [(section, setting) for section in _sections() for setting in fields(section.type)]


def options(command: _Function) -> _Function:
    """Decorate a `GroupedCommand` with an option for every setting; its arguments are for `Settings.of`."""
    for section, setting in reversed(_settings()):
        option, attributes = setting.metadata["option"], setting.metadata["attributes"]
        command = click.option(option, cls=_Option, section=section.metadata["title"], **attributes)(command)
    return command


class _Option(click.Option):
    """An option in a section of the help."""

    def __init__(self, declarations: Sequence[str], *, section: str, **attributes: Any) -> None:
        super().__init__(declarations, show_envvar=True, **attributes)
        self.section = section


class GroupedCommand(click.Command):
    """A command whose help shows the settings by section."""

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write a list of options for each section."""
        shown: dict[str, list[tuple[str, str]]] = {}
        for param in self.get_params(ctx):
            if record := param.get_help_record(ctx):
                shown.setdefault(getattr(param, "section", "Options"), []).append(record)
        for section, records in shown.items():
            with formatter.section(section):
                formatter.write_dl(records)
