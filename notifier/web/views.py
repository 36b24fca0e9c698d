"""What the page shows: one method a path, each from the store or the configuration to an answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from aiohttp import web

from notifier import subscriptions
from notifier.outbox.protocol import Delivery, Filter, State
from notifier.outbox.reading import END, Place
from notifier.rollouts.digests import RolloutDigest
from notifier.web import timeline
from notifier.web.answers import Answer, path
from notifier.web.guard import MAIL_POLICY
from notifier.web.roster import Roster, Wanted, phases, public
from notifier.web.seen import message_of, seen
from notifier.web.sources import Sources

_PAGE = 50
"""Rows and moments a page."""
_STATES = tuple(state.value for state in State)
_FILTERS = ("state", "service", "namespace", "name")


class Told(NamedTuple):
    """A page of deliveries; `older` is where the next begins, 0 where there is none."""

    deliveries: Sequence[Delivery]
    older: int


class Views:
    """Reads only. Every method raises web.HTTPException where what is asked for is not there, or StoreError."""

    def __init__(self, sources: Sources) -> None:
        self._sources, self._reader = sources, sources.reader
        self.roster = Roster(sources.reader)

    async def rollouts(self, request: web.Request) -> Answer:
        """Rollouts now, by namespace, phase and a part of the name."""
        wanted = Wanted(*(request.query.get(field, "").strip() for field in Wanted._fields))
        listed = await self.roster.listed()
        matching = listed.matching(wanted)
        found = [one for one in matching if not wanted.phase or one.phase == wanted.phase]
        pages = max(1, -(-len(found) // _PAGE))
        page = min(max(number(request, "page"), 1), pages)
        shown = found[(page - 1) * _PAGE : page * _PAGE]
        last = await self._reader.last_told([(one.namespace, one.name) for one in shown])
        rows = [
            row | {"last": timeline.delivered(last[key]) if (key := (one.namespace, one.name)) in last else None}
            for row, one in zip(public(shown), shown, strict=True)
        ]
        counts = {"total": len(found), "page": page, "pages": pages, "phases": phases(matching)}
        more = {"wanted": wanted._asdict(), "namespaces": listed.namespaces, "all": len(listed.rollouts)}
        return Answer("rollouts.html.j2", {"rollouts": rows, **counts}, more)

    async def rollout(self, request: web.Request) -> Answer:
        """One Rollout: how it stands, what happened, who was told, and one message as its receiver sees it."""
        namespace, name = request.match_info["namespace"], request.match_info["name"]
        outline, digest = await self.roster.find(namespace, name) or (None, None)
        before = _place(request.query.get("before", ""))
        happened = await self._reader.story(namespace, name, before, _PAGE + 1)
        older, happened = len(happened) > _PAGE, happened[:_PAGE]
        told = await self._reader.told(namespace, name, timeline.span(happened, before, more=older))
        if not outline and not happened and not told and before == END:
            raise web.HTTPNotFound(text=f"nothing is known of a Rollout {name} in namespace {namespace}")
        entries = timeline.timeline(happened, told)
        more = {
            "outline": outline,
            "digest": digest,
            "faults": self._faults(digest),
            "entries": entries,
            "older": "-".join(map(str, happened[-1].place)) if older else "",
            "paged": before != END,
            **self._selected(entries, number(request, "message")),
        }
        data = {"namespace": namespace, "name": name, "rollout": public([outline])[0] if outline else None}
        return Answer("rollout.html.j2", {**data, "timeline": [timeline.public(one) for one in entries]}, more)

    async def deliveries(self, request: web.Request) -> Answer:
        """Deliveries by state, service, namespace and name of the Rollout, the newest first."""
        wanted = {field: request.query.get(field, "").strip() for field in _FILTERS}
        if wanted["state"] and wanted["state"] not in _STATES:
            raise web.HTTPBadRequest(text=f"there is no state {wanted['state']}: it is one of {', '.join(_STATES)}")
        told = await self._told(Filter(**wanted, limit=_PAGE + 1), number(request, "before"))
        return _listed("deliveries.html.j2", told, {"wanted": wanted, "states": _STATES, **self._services()})

    async def dead(self, request: web.Request) -> Answer:
        """Dead letters, the newest first."""
        told = await self._told(Filter(state=State.DEAD, limit=_PAGE + 1), number(request, "before"))
        return _listed("dead.html.j2", told, {"wanted": {}})

    async def delivery(self, request: web.Request) -> Answer:
        """One delivery, whole."""
        found = await self._delivery(request)
        message = message_of(found)
        data = {**timeline.delivered(found), "taken": found.taken, "message": message}
        return Answer("delivery.html.j2", {"delivery": data}, {"row": found, **self._drawn(found)})

    async def mail(self, request: web.Request) -> web.Response:
        """The HTML part of a mail as a document for a frame."""
        found = await self._delivery(request)
        config = self._sources.configured.of(found.namespace)
        letter = seen(message_of(found), found.service, found.recipient, config).letter
        if letter is None or not letter.html:
            raise web.HTTPNotFound(text=f"delivery {found.id} is no mail with HTML")
        return framed(letter.html)

    async def problems(self, _request: web.Request) -> Answer:
        """What in the configuration cannot work, by place."""
        problems = self._sources.configured.problems
        places: dict[str, list[Any]] = {}
        for problem in sorted(problems, key=lambda one: (one.object, one.key, one.line)):
            places.setdefault(problem.object, []).append(problem)
        return Answer("problems.html.j2", {"problems": problems}, {"places": places})

    async def _told(self, which: Filter, before: int) -> Told:
        found = await self._reader.deliveries(which, before)
        return Told(found[:_PAGE], found[_PAGE - 1].id if len(found) > _PAGE else 0)

    async def _delivery(self, request: web.Request) -> Delivery:
        wanted = request.match_info["id"]
        found = await self._reader.delivery(int(wanted))
        if found is None:
            raise web.HTTPNotFound(text=f"there is no delivery {wanted}; it may be older than what is kept")
        return found

    def _selected(self, entries: Sequence[timeline.Entry], wanted: int) -> dict[str, Any]:
        """The message beside the story: the one that is wanted, else the newest, at best one that people read."""
        told = [delivery for entry in entries for delivery in entry.told]
        newest = next((entry.told for entry in entries if entry.told), ())
        chosen = next((one for one in told if one.id == wanted), min(newest, key=self._for_people, default=None))
        return {"row": chosen, **(self._drawn(chosen) if chosen else {"seen": None, "frame": ""})}

    def _for_people(self, delivery: Delivery) -> bool:
        entry = self._sources.configured.of(delivery.namespace).services.get(delivery.service)
        return entry is None or entry.type == "webhook"

    def _drawn(self, delivery: Delivery) -> dict[str, Any]:
        config = self._sources.configured.of(delivery.namespace)
        drawn = seen(message_of(delivery), delivery.service, delivery.recipient, config)
        return {"seen": drawn, "frame": path("deliveries", delivery.id, "mail")}

    def _faults(self, digest: RolloutDigest | None) -> Sequence[subscriptions.Fault]:
        if digest is None:
            return ()
        return subscriptions.faults(digest.subscriptions, self._sources.configured.of(digest.namespace))

    def _services(self) -> dict[str, Any]:
        return {"services": sorted(self._sources.configured.config.services)}


def _listed(template: str, told: Told, more: Mapping[str, Any]) -> Answer:
    rows = [timeline.delivered(one) for one in told.deliveries]
    return Answer(template, {"deliveries": rows, "older": told.older or None}, more)


def framed(html: str) -> web.Response:
    """A mail's document, under a policy of its own."""
    return web.Response(text=html, content_type="text/html", headers={"Content-Security-Policy": MAIL_POLICY})


def number(request: web.Request, field: str) -> int:
    """A number of the query, 0 where there is none. Raises web.HTTPBadRequest."""
    text = request.query.get(field, "")
    if text and not (text.isdecimal() and text.isascii() and len(text) <= len(str(2**62))):
        raise web.HTTPBadRequest(text=f"`{field}` is a number, and not {text[:40]}")
    return min(int(text or 0), 2**62)


def _place(text: str) -> Place:
    """The place in a story that a link stands for. Raises web.HTTPBadRequest."""
    if not text:
        return END
    seen_at, _, count = text.partition("-")
    try:
        return Place(float(seen_at), int(count))
    except ValueError:
        raise web.HTTPBadRequest(text="`before` is what a link to older events says") from None
