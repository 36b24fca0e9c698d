"""What the services' configuration models share: Argo's spelling, forgiving where Argo is, errors without values."""

import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Annotated, Any, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, ValidationError, model_validator
from pydantic.alias_generators import to_camel
from pydantic_core import ErrorDetails

from notifier.errors import ConfigError
from notifier.services.durations import seconds
from notifier.services.http import Client
from notifier.services.tls import Tls
from notifier.spelling import hint

_LONGEST = 300.0
_SAID = {"missing": "is missing", "greater_than_equal": "at least {ge}", "less_than_equal": "at most {le}"}
"""Our words for pydantic's errors, by their types."""
_HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")


def _headers(value: object) -> object:
    """A mapping of names to values, from one or from Argo's list of {name, value}; of equal names the last wins."""
    pairs: Any = value.items() if isinstance(value, Mapping) else _named(value)
    by_name = {str(name).strip().lower(): (str(name).strip(), str(text).strip()) for name, text in pairs}
    for name, text in by_name.values():
        if not _HEADER_NAME.fullmatch(name) or not text.isprintable():
            raise ValueError("a header's name or value has characters that HTTP does not allow")
    return dict(by_name.values())


def _named(value: object) -> Iterator[tuple[object, object]]:
    for one in value if isinstance(value, list) else [value]:
        given = {str(key).lower(): text for key, text in one.items()} if isinstance(one, Mapping) else {}
        if not {"name", "value"} <= given.keys():
            raise ValueError("a header is {name: …, value: …}")
        yield given["name"], given["value"]


def _url(text: str) -> str:
    """A URL that can be called: any other would fail at every attempt. What urllib says of it may hold its password."""
    with suppress(ValueError):
        parts = urlsplit(text.strip())
        if parts.scheme in {"http", "https"} and parts.hostname and parts.port != 0:
            return text.strip()
    raise ValueError("not an http or https URL with a host")


def _bearable(timeout: float) -> float:
    if not 0 < timeout <= _LONGEST:
        raise ValueError(f"more than 0 and at most {_LONGEST:.0f} seconds")
    return timeout


Headers = Annotated[dict[str, str], BeforeValidator(_headers)]
HttpUrl = Annotated[str, AfterValidator(_url)]
Seconds = Annotated[float, BeforeValidator(seconds)]


class Options(BaseModel):
    """The base of every service's options. Keys are camelCase in any capitals; unknown ones are kept for `warnings`."""

    model_config = ConfigDict(
        alias_generator=to_camel, coerce_numbers_to_str=True, extra="allow", frozen=True, hide_input_in_errors=True
    )

    @classmethod
    def read(cls, config: Mapping[str, Any]) -> Self:
        """The options in a service's configuration, its secrets filled in. Raises ConfigError, without values."""
        try:
            return cls.model_validate(config)
        except ValidationError as error:
            problems = [f"{'.'.join(map(str, one['loc'])) or 'options'}: {_said(one)}" for one in error.errors()]
        raise ConfigError("; ".join(problems))

    @staticmethod
    def recipient_fault(recipient: str) -> str:
        """Why nothing can be delivered to a recipient, whatever the options say; "" where something can."""
        del recipient
        return ""

    @model_validator(mode="before")
    @classmethod
    def _as_go_reads(cls, config: object) -> object:
        """Go's decoder ignores a key's capitals and takes null for absent, so configurations rely on it."""
        if not isinstance(config, Mapping):
            return config
        names = {name.lower(): name for name in cls.known_keys()}
        return {names.get(str(key).lower(), str(key)): value for key, value in config.items() if value is not None}

    @classmethod
    def known_keys(cls) -> list[str]:
        """The keys that are understood, as they are spelled in configuration."""
        return [field.alias or name for name, field in cls.model_fields.items()]

    def warnings(self) -> list[str]:
        """One text for each key that is not understood, with the nearest one that is."""
        return [_unknown(key, self.known_keys()) for key in self.model_extra or ()]

    def __repr_args__(self) -> Iterator[tuple[str | None, Any]]:
        """Nothing: most options are secret or lead to one."""
        return iter(())


def _said(error: ErrorDetails) -> str:
    ours = _SAID.get(error["type"])
    return ours.format(**error.get("ctx", {})) if ours else error["msg"].removeprefix("Value error, ")


def _unknown(key: str, known: list[str]) -> str:
    return f"unknown key {key!r} is ignored{hint(key, known)}"


class HttpOptions(Options):
    """Options of a service that speaks HTTP; Argo's about connections mean nothing here."""

    timeout: Annotated[Seconds, AfterValidator(_bearable)] = 10.0
    insecure_skip_verify: bool = False
    ca: str = ""
    ca_file: str = ""
    certificate: str = ""
    key: str = ""
    max_idle_conns: Any = None
    max_idle_conns_per_host: Any = None
    max_conns_per_host: Any = None
    idle_conn_timeout: Any = None

    def tls(self, client: Client) -> Tls:
        """The TLS settings, `caFile` read. Raises ConfigError if it cannot be, or if it is a namespace that asks."""
        if self.ca_file and not client.egress.everything:
            raise ConfigError("caFile: namespace configurations read no files: put the certificates into `ca`")
        return Tls(self.ca + self._ca_file(), self.certificate, self.key, insecure=self.insecure_skip_verify)

    def _ca_file(self) -> str:
        try:
            return "\n" + Path(self.ca_file).read_text(encoding="ascii") if self.ca_file else ""
        except (OSError, ValueError):
            raise ConfigError(f"caFile: cannot read {self.ca_file}") from None

    @model_validator(mode="after")
    def _certificate_and_key(self) -> Self:
        if bool(self.certificate) != bool(self.key):
            raise ValueError("certificate and key belong together")
        return self
