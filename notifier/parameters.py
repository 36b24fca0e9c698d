"""What the text of an option may be: each makes its value, or raises click.BadParameter with what would be right."""

import re
from datetime import timedelta
from pathlib import Path
from typing import NoReturn
from zoneinfo import ZoneInfo

import click

from notifier import selectors

_SERVICE_ACCOUNT = Path("/var/run/secrets/kubernetes.io/serviceaccount")
_ADDRESS = r"(\[(?P<ipv6>[^\s\[\]]+)\]|(?P<host>[^\s\[\]:/]+)):(?P<port>[0-9]{1,5})"
_DURATION = "".join(rf"((?P<{unit}>[0-9]{{1,7}}){unit[0]})?" for unit in ("days", "hours", "minutes", "seconds"))


class Text(click.ParamType[str, str]):
    """A text that a pattern matches whole; `wanted` says in an error what that would be."""

    def __init__(self, metavar: str, pattern: str, wanted: str) -> None:
        self.name, self._pattern, self._wanted = metavar, re.compile(pattern, re.ASCII), wanted

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The text as it is. Raises click.BadParameter."""
        return value if self._pattern.fullmatch(value) else self.fail(f"{value!r} is not {self._wanted}.", param, ctx)


NAME = Text("name", r"[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?", "a Kubernetes name")
LABEL_VALUE = Text("label_value", r"([A-Za-z0-9]([\w.-]{0,61}[A-Za-z0-9])?)?", "a label's value")


def label_selector(text: str) -> str:
    """A label selector, as it is."""
    try:
        selectors.parse(text)
    except ValueError:
        _reject(text, "a label selector, such as team=shop,tier in (web,api),!legacy")
    return text


def names(text: str) -> tuple[str, ...]:
    """Names of Kubernetes objects, with commas or white space between them."""
    return tuple(map(NAME, texts(text)))


def texts(text: str) -> tuple[str, ...]:
    """Texts with commas or white space between them."""
    return tuple(part for part in re.split(r"[,\s]+", text) if part)


def count(text: str) -> int:
    """A number of things, above 0."""
    return int(text) if re.fullmatch(r"[1-9][0-9]{0,8}", text) else _reject(text, "a whole number above 0")


def url(text: str) -> str:
    """A URL without credentials, or ""."""
    if text and not re.fullmatch(r"https?://[^\s/@?#]+(/[^\s@?#]*)?", text):
        raise click.BadParameter("it is not http[s]://HOST[:PORT]; user and password have no place in it.")
    return text


def file(text: str) -> str:
    """The path of a file that is there, or ""."""
    if text and not Path(text).is_file():
        _reject(text, "a file")
    return text


def time_zone(text: str) -> str:
    """The name of a time zone."""
    try:
        ZoneInfo(text)
    except (ValueError, OSError, LookupError):
        _reject(text, "a time zone, such as Europe/Berlin")
    return text


def host_and_port(text: str) -> tuple[str, int]:
    """An address to listen on."""
    found = re.fullmatch(_ADDRESS, text)
    if not found or int(found["port"]) >= 2**16:
        _reject(text, "an address, such as 0.0.0.0:8080 or [::]:8080")
    return found["ipv6"] or found["host"], int(found["port"])


def page_address(text: str) -> tuple[str, int] | None:
    """An address to listen on, None for `none`."""
    return None if text == "none" else host_and_port(text)


def duration(text: str) -> float:
    """Seconds, above 0, in `45s`, `1h30m` or `30d`."""
    found = re.fullmatch(_DURATION, text)
    length = timedelta(**{unit: int(n) for unit, n in found.groupdict("0").items()}) if found else timedelta()
    return length.total_seconds() or _reject(text, "a duration above 0, such as 45s, 1h30m or 30d")


def _reject(text: str, wanted: str) -> NoReturn:
    raise click.BadParameter(f"{text!r} is not {wanted}.")


def namespace_name(text: str, service_account: Path = _SERVICE_ACCOUNT) -> str:
    """A namespace; for "" the one of the pod's service account, argo-rollouts where there is none."""
    try:
        return NAME(text or (service_account / "namespace").read_text(encoding="ascii").strip())
    except OSError:
        return "argo-rollouts"
