"""The playground: a template and an object, and what every service would be told. Nothing is sent or kept."""

from __future__ import annotations

import asyncio
import dataclasses
import secrets
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from aiohttp import web

from notifier.config import yamltext
from notifier.config.load import shipped
from notifier.config.schema import Config, ServiceEntry, Template, scope_of
from notifier.config.templates import read_template
from notifier.errors import ConfigError, NotifierError
from notifier.explain import Subject
from notifier.explain.subject import Situation, situation
from notifier.model import Destination, Event, Kind, Message
from notifier.reasons import STATE_REASONS
from notifier.scene import Said
from notifier.services import SERVICES
from notifier.validation import made
from notifier.web.answers import Answer, path
from notifier.web.seen import Seen, seen
from notifier.web.sources import Sources
from notifier.web.subscribed import Subscribed
from notifier.web.views import framed

_FIELDS = ("rollout", "object", "template", "text", "reason", "recipient")
_MAILS = 16
"""How many mails are kept for their frames."""


class Tried(NamedTuple):
    """What one service would be told; `frame` is where a mail's HTML is."""

    service: str
    type: str
    message: Message
    faults: tuple[str, ...]
    seen: Seen
    frame: str = ""


class Playground:
    """Answers for `/playground`; one trial runs at a time, in a thread, within the budgets of templates."""

    def __init__(self, sources: Sources, subscribed: Subscribed) -> None:
        self._sources, self._subscribed = sources, subscribed
        self._mails: OrderedDict[str, str] = OrderedDict()
        self._busy = asyncio.Lock()

    async def show(self, request: web.Request) -> Answer:
        """The form, filled in as far as the query says."""
        return self._answer({field: request.query.get(field, "") for field in _FIELDS})

    async def run(self, request: web.Request) -> Answer:
        """What the form comes to."""
        form = await request.post()
        given = {field: str(form.get(field, "")).replace("\r\n", "\n") for field in _FIELDS}
        try:
            subject = await self._subject(given)
            metadata = subject.rollout.get("metadata")
            namespace = str(metadata.get("namespace", "")) if isinstance(metadata, dict) else ""
            config = self._sources.configured.of(namespace)
            async with self._busy:
                trial = _Trial(given, subject, config, self._sources)
                tried = [self._framed(one) for one in await asyncio.to_thread(trial.run)]
        except ConfigError as error:
            line = f" (line {error.line})" if error.line else ""
            return self._answer(given, fault=f"{error.message}{line}")
        except NotifierError as error:
            return self._answer(given, fault=str(error))
        return self._answer(given, tried)

    async def mail(self, request: web.Request) -> web.Response:
        """The HTML part of a mail that was tried. Raises web.HTTPNotFound."""
        html = self._mails.get(request.match_info["id"])
        if html is None:
            raise web.HTTPNotFound(text="this trial is over: try the template again")
        return framed(html)

    async def _subject(self, given: Mapping[str, str]) -> Subject:
        """The object to render. Raises ConfigError, StoreError."""
        if given["object"].strip():
            return _pasted(given["object"])
        outline = await self._subscribed.find(given["rollout"].strip())
        if outline is None:
            raise ConfigError("choose a Rollout that is there, as namespace/name, or paste one")
        rollout = self._sources.live.get(outline.uid)
        if rollout is None:
            raise ConfigError("this process has not seen that Rollout yet")
        return await self._subscribed.subject(outline, rollout)

    def _framed(self, one: Tried) -> Tried:
        if one.seen.letter is None or not one.seen.letter.html:
            return one
        name = secrets.token_urlsafe(12)
        self._mails[name] = one.seen.letter.html
        while len(self._mails) > _MAILS:
            self._mails.popitem(last=False)
        return one._replace(frame=path("playground", "mail", name))

    def _answer(self, given: Mapping[str, str], tried: list[Tried] | None = None, fault: str = "") -> Answer:
        rendered = [{key: getattr(one, key) for key in ("service", "type", "message", "faults")} for one in tried or ()]
        templates = sorted(self._sources.configured.config.templates)
        more = {"given": given, "templates": templates, "reasons": STATE_REASONS, "tried": tried}
        data = {"rendered": rendered, "fault": fault}
        return Answer("playground.html.j2", data, more, 422 if fault else 200)


class _Trial:
    """One rendering for all services. All that can be wrong with it raises NotifierError."""

    def __init__(self, given: Mapping[str, str], subject: Subject, config: Config, sources: Sources) -> None:
        self._given, self._subject, self._config = given, subject, config
        self._zone, self._now = sources.zone, sources.clock()

    def run(self) -> list[Tried]:
        template = self._template()
        config, kinds = self._config, dict(_services(self._config))
        config = dataclasses.replace(
            config,
            templates={**config.templates, template.name: template},
            services={name: ServiceEntry(name, kind, "", {}) for name, kind in kinds.items()},
        )
        here = situation(self._subject, config, self._now)
        event = _event(self._given["reason"], here)
        return [self._tried(template, here, event, *service) for service in kinds.items()]

    def _template(self) -> Template:
        text, name = self._given["text"], self._given["template"]
        if text.strip():
            return read_template("playground", text, shipped(self._zone).language, _hear)
        if name not in self._config.templates:
            raise ConfigError("choose a template, or write one")
        return dataclasses.replace(self._config.templates[name], name=name)

    def _tried(self, template: Template, here: Situation, event: Event, name: str, kind: str) -> Tried:
        recipient = self._given["recipient"].strip() or "recipient"
        whose = template.name if scope_of(template.name) else name
        said = Said(whose, [template.name], event)
        message, faults = here.scene.message(said, Destination(name, recipient), self._now)
        return Tried(name, kind, message, faults, seen(message, name, recipient, self._config))


def _hear(remark: str, line: int) -> None:
    raise ConfigError(remark, line)


def _pasted(text: str) -> Subject:
    """A Rollout and what it owns, in YAML or JSON. Raises ConfigError."""
    found = [one for one in yamltext.documents(text) if isinstance(one, dict)]
    rollout = next((one for one in found if one.get("kind") == Kind.ROLLOUT), None)
    if rollout is None:
        raise ConfigError("what is pasted holds no Rollout: it begins with `apiVersion: argoproj.io/v1alpha1`")
    return Subject(rollout, [one for one in found if one is not rollout])


def _event(reason: str, here: Situation) -> Event:
    """An event of a reason: as it happened last, as things are now, or made up. Raises ConfigError."""
    if reason and reason not in STATE_REASONS:
        raise ConfigError(f"there is no reason {reason}")
    last = here.last(lambda known: known == reason or not reason)
    event = last or here.present.get(reason or "RolloutUpdated")
    event = event or made.event(here.digest, reason or "RolloutUpdated", "")
    if event is None:
        raise ConfigError(f"nothing can be made up for {reason}: choose another reason")
    return event


def _services(config: Config) -> Iterator[tuple[str, str]]:
    """Every configured service by name and type; where there are none of a type, one that is called like it."""
    yield from ((entry.name, entry.type) for entry in config.services.values())
    types = {entry.type for entry in config.services.values()}
    yield from ((kind, kind) for kind in SERVICES if kind not in types)
