"""Log lines on standard error, ours and the libraries' alike, as JSON or for people; no secret is in any."""

import logging
import re
import sys
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Literal

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from notifier.redaction import MASK, pattern

SHORTEST = 4
"""Characters of the shortest text that is taken for a secret: shorter ones are in every other word."""

_TALKATIVE = ("aiohttp", "asyncio", "kubernetes_asyncio")
_FIRST = ("timestamp", "level", "logger", "event")


def configure(format: Literal["json", "console"], level: str, secrets: Callable[[], Iterable[str]]) -> None:  # noqa: A002 - as the option is called
    """Send every log line of `level` and above to standard error; a second call replaces the first.

    `secrets` are asked for at every line, so that they may be rotated.
    """
    number = logging.getLevelNamesMapping()[level.upper()]
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(processors=_processors(format, secrets)))
    logging.basicConfig(handlers=[handler], level=number, force=True)
    logging.raiseExceptions = False  # else a line that cannot be written is dumped as it is, secrets and all
    for name in _TALKATIVE:
        logging.getLogger(name).setLevel(max(number, logging.WARNING))
    structlog.configure(
        processors=[structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.stdlib.LoggerFactory(),
    )


def _processors(format: str, secrets: Callable[[], Iterable[str]]) -> list[Processor]:  # noqa: A002 - as above
    return [
        structlog.contextvars.merge_contextvars,
        structlog.processors.format_exc_info,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.ProcessorFormatter.remove_processors_meta,
        Redaction(secrets),
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _in_order,
        structlog.processors.JSONRenderer() if format == "json" else _console(),
    ]


def _console() -> structlog.dev.ConsoleRenderer:
    return structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())


def _in_order(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    return {key: event[key] for key in _FIRST} | dict(event)


class Redaction:
    """A processor that masks secrets wherever in an event they are; of objects it leaves only what `str` shows."""

    def __init__(self, secrets: Callable[[], Iterable[str]]) -> None:
        self._secrets = secrets

    def __call__(self, _logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
        """Return the event without secrets."""
        secret = pattern(frozenset(self._secrets()), SHORTEST)
        return {key: _masked(value, secret) for key, value in event.items()}


def _masked(value: Any, secret: re.Pattern[str]) -> Any:
    match value:
        case Mapping():
            return {_masked(str(key), secret): _masked(item, secret) for key, item in value.items()}
        case list() | tuple() | set() | frozenset():
            return [_masked(item, secret) for item in value]
        case bytes():
            return _masked(value.decode(errors="replace"), secret)
        case None | bool() | int() | float() if not secret.search(str(value)):
            return value
        case _:
            return secret.sub(MASK, str(value))
