"""Answers: the same data as a page for people and as JSON for programs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote, urlencode
from zoneinfo import ZoneInfo

import msgspec
from aiohttp import web
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from notifier import __version__, times

_FOLDER = Path(__file__).parent / "templates"
_JSON, _HTML = "application/json", "text/html"


class Answer(NamedTuple):
    """What a path answers: `data` is the JSON, and with `more` what the template sees."""

    template: str
    data: Mapping[str, Any]
    more: Mapping[str, Any] = {}
    status: int = 200


def wants_json(request: web.Request) -> bool:
    """Whether a program asks: it accepts JSON, and does not prefer HTML."""
    accepted = [part.partition(";")[0].strip().lower() for part in request.headers.get("Accept", "").split(",")]
    return _JSON in accepted and (_HTML not in accepted or accepted.index(_JSON) < accepted.index(_HTML))


def as_json(answer: Answer) -> web.Response:
    """The answer for a program."""
    body = msgspec.json.format(msgspec.json.encode(answer.data), indent=2) + b"\n"
    return web.Response(body=body, status=answer.status, content_type=_JSON, headers={"Vary": "Accept"})


class Paper:
    """Draws answers for people; everything in them is escaped but what is Markup. Times are shown in a zone."""

    def __init__(self, zone: str, clock: Callable[[], float]) -> None:
        self._zone, self._clock = ZoneInfo(zone), clock
        self._environment = Environment(
            loader=FileSystemLoader(_FOLDER),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._environment.globals |= {"path": path, "query": query, "version": __version__}
        self._environment.filters |= {"moment": self.moment, "age": self.age, "json": _json}

    def draw(self, answer: Answer, shell: Mapping[str, Any]) -> web.Response:
        """The answer in its shell: what every page shows around it."""
        html = self._environment.get_template(answer.template).render({**answer.data, **answer.more, **shell})
        return web.Response(text=html, status=answer.status, content_type=_HTML, headers={"Vary": "Accept"})

    def moment(self, at: str | float | None) -> Markup:
        """A time; the date is left out where it is today's."""
        return self._time(at, "")

    def age(self, at: str | float | None) -> Markup:
        """A time of which people want to know how long ago it is: the script says so where there is one."""
        return self._time(at, "age")

    def _time(self, at: str | float | None, kind: str) -> Markup:
        seconds = times.seconds(at) if isinstance(at, str) else at
        if seconds is None:
            return Markup("")
        there = datetime.fromtimestamp(seconds, self._zone)
        today = datetime.fromtimestamp(self._clock(), self._zone).date() == there.date()
        shown = there.strftime("%H:%M:%S" if today else "%d %b %H:%M")
        whole = there.strftime("%d %b %Y %H:%M:%S %Z")
        utc = datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        return Markup('<time datetime="{}" title="{}" class="{}">{}</time>').format(utc, whole, kind, shown)


def path(*parts: object) -> str:
    """A path of this page."""
    return "/" + "/".join(quote(str(part), safe="") for part in parts)


def query(given: Mapping[str, Any], **changed: object) -> str:
    """A query string: what was given, changed; what is empty is left out."""
    pairs = {key: value for key, value in {**given, **changed}.items() if value not in ("", None, 0)}
    return f"?{urlencode(pairs)}" if pairs else "?"


def _json(value: object) -> str:
    return msgspec.json.format(msgspec.json.encode(value), indent=2).decode()
