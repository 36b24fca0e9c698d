"""Which proxy a request takes: the usual environment variables, read as Go programs read them."""

from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import ip_address, ip_network
from typing import Self
from urllib.parse import urlsplit

from notifier.errors import ConfigError


@dataclass(frozen=True, slots=True)
class Proxies:
    """A proxy's URL for either scheme ("" is none) and what is reached without one."""

    http: str = ""
    https: str = ""
    exceptions: tuple[str, ...] = ()

    @classmethod
    def from_environ(cls, environ: Mapping[str, str]) -> Self:
        """What HTTP_PROXY, HTTPS_PROXY and NO_PROXY (or their lower-case twins) say.

        Raises ConfigError for a proxy that is not reached over HTTP.
        """
        exceptions = (entry.strip().lower() for entry in _variable(environ, "NO_PROXY").split(","))
        return cls(_proxy(environ, "HTTP_PROXY"), _proxy(environ, "HTTPS_PROXY"), tuple(filter(None, exceptions)))

    def route(self, scheme: str, host: str, port: int | None) -> str:
        """The URL of the proxy for a request to `host`, "" to go there directly."""
        proxy = self.https if scheme == "https" else self.http
        if not proxy:
            return ""
        exempt = _is_loopback(host) or any(_covers(entry, host.lower(), port) for entry in self.exceptions)
        return "" if exempt else proxy


def _variable(environ: Mapping[str, str], name: str) -> str:
    return environ.get(name) or environ.get(name.lower()) or ""


def _proxy(environ: Mapping[str, str], name: str) -> str:
    value = _variable(environ, name).strip()
    if not value:
        return ""
    url = value if "://" in value else f"http://{value}"
    if urlsplit(url).scheme not in {"http", "https"}:
        raise ConfigError(f"{name}: only proxies reached over http or https are supported")
    return url


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _covers(entry: str, host: str, port: int | None) -> bool:
    """Whether a NO_PROXY entry ("*", a name and all below it, an address, a CIDR range; ":port") names `host`."""
    name, separator, number = entry.rpartition(":")
    if separator and ":" not in name and number.isdigit():
        return number == str(port) and _covers(name, host, port)
    try:
        return ip_address(host) in ip_network(entry.strip("[]"), strict=False)
    except ValueError:
        suffix = entry.removeprefix("*").lstrip(".")
        return f".{host}".endswith(f".{suffix}" if suffix else "")
