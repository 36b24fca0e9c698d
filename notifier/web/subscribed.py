"""Who is told what: the subscriptions of all Rollouts, and for one of them why and why not."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from itertools import groupby
from typing import Any

from aiohttp import web

from notifier.config.schema import Config
from notifier.explain import Answer as Why, Explanation, Subject, Verdict, explain
from notifier.model import Object
from notifier.outbox.protocol import Filter
from notifier.rollouts.interpret import UnreadableError
from notifier.web.answers import Answer
from notifier.web.roster import Outline, Roster, digest_of
from notifier.web.sources import Sources

_EVENTS, _DELIVERIES = 200, 200
"""How much of a Rollout's past is looked at: the newest."""


class Subscribed:
    """Answers for `/subscriptions`."""

    def __init__(self, sources: Sources, roster: Roster) -> None:
        self._sources, self._roster = sources, roster

    async def show(self, request: web.Request) -> Answer:
        """What is configured for all and, where a Rollout is named, who is told about it. Raises StoreError."""
        asked = request.query.get("rollout", "").strip()
        found = await self.find(asked)
        configured = self._sources.configured
        config = configured.of(found.namespace) if found else configured.config
        explanation, fault = await self._explained(found, config) if found else (None, _unknown(asked))
        data = {"for_all": _for_all(config), "explanation": explanation}
        more = {"asked": asked, "fault": fault, "told": _told(explanation), "triggers": _triggers(config)}
        return Answer("subscriptions.html.j2", data, more, 200 if found or not asked else 404)

    async def find(self, asked: str) -> Outline | None:
        """The Rollout that `namespace/name` names, None where there is none."""
        namespace, _, name = asked.partition("/")
        found = await self._roster.find(namespace, name) if name else None
        return found[0] if found else None

    async def subject(self, outline: Outline, rollout: Object) -> Subject:
        """What is known of a Rollout, its past included."""
        reader, live = self._sources.reader, self._sources.live
        which = Filter(namespace=outline.namespace, name=outline.name, limit=_DELIVERIES)
        story = await reader.story(outline.namespace, outline.name, limit=_EVENTS)
        return Subject(
            rollout=rollout,
            relatives=live.family(outline.uid),
            digest=digest_of(await reader.digest(outline.uid)),
            events=[one.event for one in reversed(story)],
            deliveries=await reader.deliveries(which),
        )

    async def _explained(self, outline: Outline, config: Config) -> tuple[Explanation | None, str]:
        rollout = self._sources.live.get(outline.uid)
        if rollout is None:
            return None, f"{outline.namespace}/{outline.name} is in the store, but this process has not seen it yet"
        subject = await self.subject(outline, rollout)
        try:
            return await asyncio.to_thread(explain, subject, config, self._sources.clock()), ""
        except UnreadableError as error:
            return None, f"{outline.namespace}/{outline.name} cannot be read: {error}"


def _unknown(asked: str) -> str:
    return f"There is no Rollout {asked}: write namespace/name, as in the list of Rollouts" if asked else ""


def _told(explanation: Explanation | None) -> list[tuple[str, str, Sequence[Why]]]:
    """Answers by service and recipient, what merely waits at last."""
    answers = explanation.answers if explanation else ()
    told = groupby(answers, lambda one: (one.service, one.recipient))
    return [(*who, sorted(some, key=lambda one: one.verdict is Verdict.WAITS)) for who, some in told]


def _for_all(config: Config) -> list[dict[str, Any]]:
    """The global subscriptions."""
    return [
        {
            "origin": entry.origin,
            "recipients": [f"{to.service}:{to.recipient}" if to.recipient else to.service for to in entry.destinations],
            "triggers": entry.triggers or config.default_triggers,
        }
        for entry in config.subscriptions
    ]


def _triggers(config: Config) -> list[dict[str, Any]]:
    """Every trigger, with what it waits for."""
    return [
        {
            "name": trigger.name,
            "description": trigger.description,
            "reasons": sorted(trigger.on),
            "conditions": [c.when.source for c in trigger.conditions if c.when],
        }
        for trigger in sorted(config.triggers.values(), key=lambda one: one.name)
    ]
