"""What `rollouts-notifier run` can be told from outside: as options, or in the environment as ROLLOUTS_NOTIFIER_<NAME>.

Each setting is a field below and stands nowhere else: its help, its default and what it means to leave it empty make
the option. Whoever holds a `Settings` need not check anything again.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import Field, dataclass, field, fields
from datetime import timedelta
from pathlib import Path
from typing import Any, NoReturn, Self, TypeVar
from zoneinfo import ZoneInfo

import click

PREFIX = "ROLLOUTS_NOTIFIER_"
INSTANCE_LABEL = "argo-rollouts.argoproj.io/controller-instance-id"
"""The label that says which of several controllers a Rollout belongs to."""

_SERVICE_ACCOUNT = Path("/var/run/secrets/kubernetes.io/serviceaccount")
_NAME = re.compile(r"[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?")
_LABEL_VALUE = re.compile(r"([A-Za-z0-9]([\w.-]{0,61}[A-Za-z0-9])?)?", re.ASCII)
_REQUIREMENT = r"\s*(![\w./-]+|[\w./-]+(\s*(==?|!=)\s*[\w.-]*|\s+(in|notin)\s*\([^()]*\))?)\s*"
_SELECTOR = re.compile(f"({_REQUIREMENT}(,{_REQUIREMENT})*)?", re.ASCII)
_URL = re.compile(r"(https?://[^\s/@?#]+(/[^\s@?#]*)?)?")
_ADDRESS = re.compile(r"(\[(?P<ipv6>[^\s\[\]]+)\]|(?P<host>[^\s\[\]:/]+)):(?P<port>\d{1,5})", re.ASCII)
_DURATION = re.compile(
    r"((?P<days>\d{1,5})d)?((?P<hours>\d{1,7})h)?((?P<minutes>\d{1,7})m)?((?P<seconds>\d{1,9})s)?", re.ASCII
)

_Function = TypeVar("_Function", bound=Callable[..., object])


def url(text: str) -> str:
    """A URL without credentials and without a slash at its end, or ""."""
    return _matching(_URL, text, "http[s]://HOST[:PORT], without user and password").rstrip("/")


def file(text: str) -> str:
    """The path of a file that is there, or ""."""
    if text and not Path(text).is_file():
        _reject(text, "a file")
    return text


def name(text: str) -> str:
    """The name of a Kubernetes object."""
    return _matching(_NAME, text, "a Kubernetes name")


def names(text: str) -> tuple[str, ...]:
    """Names between commas or white space."""
    return tuple(name(part) for part in re.split(r"[,\s]+", text) if part)


def label(text: str) -> str:
    """The value of a Kubernetes label, or ""."""
    return _matching(_LABEL_VALUE, text, "a label's value")


def selector(text: str) -> str:
    """A Kubernetes label selector, or ""."""
    return _matching(_SELECTOR, text, "a label selector, such as team=shop,tier in (web,api),!legacy")


def zone(text: str) -> str:
    """The name of a time zone."""
    try:
        ZoneInfo(text)
    except (ValueError, OSError, LookupError):
        _reject(text, "a time zone, such as Europe/Berlin")
    return text


def address(text: str) -> tuple[str, int]:
    """Host and port to listen on."""
    found = _ADDRESS.fullmatch(text)
    if not found or int(found["port"]) > 65535:
        _reject(text, "HOST:PORT, such as 0.0.0.0:8080 or [::]:8080")
    return found["ipv6"] or found["host"], int(found["port"])


def duration(text: str) -> float:
    """Seconds, above 0, in `45s`, `1h30m` or `30d`."""
    found = _DURATION.fullmatch(text)
    seconds = timedelta(**{unit: int(number) for unit, number in found.groupdict("0").items()}) if found else None
    if not seconds:
        _reject(text, "a duration above 0, such as 45s, 1h30m or 30d")
    return seconds.total_seconds()


def own_namespace(service_account: Path = _SERVICE_ACCOUNT) -> str:
    """The namespace this pod's service account is in; argo-rollouts where there is none."""
    try:
        return (service_account / "namespace").read_text(encoding="ascii").strip()
    except OSError:
        return "argo-rollouts"


def _matching(pattern: re.Pattern[str], text: str, wanted: str) -> str:
    return text if pattern.fullmatch(text) else _reject(text, wanted)


def _reject(text: str, wanted: str) -> NoReturn:
    raise click.BadParameter(f"{text!r} is not {wanted}.")


def _setting(  # noqa: ANN202 - a field stands in for a value of any type
    option: str,
    kind: Callable[[str], object],
    meaning: str,
    *,
    default: str | Callable[[], str] = "",
    empty: str | bool = True,
    also: tuple[str, ...] = (),
):
    """A field made of an option: what it means, its default as a user writes it, or in words what `empty` does.

    `kind` turns text into the value or raises click.BadParameter; `also` are further variables of the environment.
    """
    make = default if callable(default) else lambda: default
    variables = [PREFIX + option.removeprefix("--").upper().replace("-", "_"), *also]
    attributes = {"type": kind, "help": meaning, "default": default, "show_default": empty, "envvar": variables}
    return field(default_factory=lambda: kind(make()), metadata={"option": option, "attributes": attributes})
