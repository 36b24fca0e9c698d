"""The page for people who look, on a port of its own; the same paths answer programs in JSON."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection
from http import HTTPStatus
from pathlib import Path
from typing import Any

import structlog
from aiohttp import web

from notifier.errors import StoreError
from notifier.looks.drawing import CSS
from notifier.outbox.protocol import State
from notifier.web.actions import Actions
from notifier.web.answers import Answer, Paper, as_json, wants_json
from notifier.web.guard import Guard, Handler, harden
from notifier.web.live import Changes
from notifier.web.playground import Playground
from notifier.web.site import Site
from notifier.web.sources import Sources
from notifier.web.subscribed import Subscribed
from notifier.web.views import Views

_log = structlog.get_logger(__name__)
_LARGEST = 256 * 1024
"""Bytes of a form."""
_STATIC = Path(__file__).parent / "static"
_FILES = {
    "page.css": ("text/css", (_STATIC / "page.css").read_text()),
    "page.js": ("text/javascript", (_STATIC / "page.js").read_text()),
    "icon.svg": ("image/svg+xml", (_STATIC / "icon.svg").read_text()),
    "looks.css": ("text/css", str(CSS)),
}

Show = Callable[[web.Request], Awaitable[Answer]]


class Page(Site):
    """`hosts` are names it is reached by, besides loopback's, addresses and the one it listens on."""

    def __init__(self, address: tuple[str, int], sources: Sources, hosts: Collection[str] = ()) -> None:
        self._sources = sources
        self._guard = Guard([address[0], *hosts])
        self._paper = Paper(sources.zone, sources.clock)
        self._changes = Changes(sources.reader)
        app = web.Application(middlewares=[self._explain, self._guard.middleware], client_max_size=_LARGEST)
        app.on_response_prepare.append(harden)
        app.on_shutdown.append(self._changes.stop)
        self._route(app.router)
        super().__init__(app, address, "the page", handler_cancellation=True)

    def _route(self, router: web.UrlDispatcher) -> None:
        views = Views(self._sources)
        subscribed = Subscribed(self._sources, views.roster)
        playground = Playground(self._sources, subscribed)
        shown: dict[str, Show] = {
            "/": views.rollouts,
            "/rollouts": views.rollouts,
            "/rollouts/{namespace}/{name}": views.rollout,
            "/deliveries": views.deliveries,
            r"/deliveries/{id:\d{1,18}}": views.delivery,
            "/dead": views.dead,
            "/subscriptions": subscribed.show,
            "/problems": views.problems,
            "/playground": playground.show,
        }
        for path, show in shown.items():
            router.add_get(path, self._shown(show))
        router.add_post("/playground", self._guarded(self._shown(playground.run)))
        router.add_get(r"/deliveries/{id:\d{1,18}}/mail", views.mail)
        router.add_get("/playground/mail/{id}", playground.mail)
        router.add_get("/live", self._changes.serve)
        router.add_get("/static/{file}", _static)
        if self._sources.doing:
            actions = Actions(self._sources.doing, self._guard, self._sources.clock)
            router.add_post(r"/deliveries/{id:\d{1,18}}/retry", actions.retry)
            router.add_post(r"/deliveries/{id:\d{1,18}}/drop", actions.drop)

    def _shown(self, show: Show) -> Handler:
        async def handle(request: web.Request) -> web.StreamResponse:
            # Before what is shown: what is written in between makes the page load anew, and is not missed.
            version = await self._sources.reader.version()
            answer = await show(request)
            return as_json(self._signed(answer)) if wants_json(request) else await self._drawn(request, answer, version)

        return handle

    def _guarded(self, handler: Handler) -> Handler:
        async def handle(request: web.Request) -> web.StreamResponse:
            await self._guard.allow(request)
            return await handler(request)

        return handle

    def _signed(self, answer: Answer) -> Answer:
        """With the token that forms need."""
        return answer._replace(data={**answer.data, "token": self._guard.token})

    async def _drawn(self, request: web.Request, answer: Answer, version: int) -> web.StreamResponse:
        census = await self._sources.reader.census()
        dead = sum(one.number for one in census if one.state == State.DEAD)
        waiting = sum(one.number for one in census if one.state != State.DEAD)
        return self._paper.draw(answer, {**self._shell(request), "live": version, "dead": dead, "waiting": waiting})

    def _shell(self, request: web.Request) -> dict[str, Any]:
        context = self._sources.configured.config.context
        return {
            "here": request.path,
            "cluster": str(context.get("cluster") or ""),
            "flaws": len(self._sources.configured.problems),
            "acts": self._sources.doing is not None,
            "token": self._guard.token,
            "live": 0,
            "dead": 0,
            "waiting": 0,
        }

    @web.middleware
    async def _explain(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Say in a sentence what went wrong."""
        try:
            return await handler(request)
        except web.HTTPException as error:
            if error.status < HTTPStatus.BAD_REQUEST:
                raise
            return self._failed(request, error.status, error.text or "")
        except StoreError as error:
            return self._failed(request, HTTPStatus.SERVICE_UNAVAILABLE, str(error))
        except Exception:  # noqa: BLE001  # an edge: what nobody foresaw is told, without a stack trace
            _log.exception("a page cannot be shown", path=request.path)
            return self._failed(request, HTTPStatus.INTERNAL_SERVER_ERROR, "the daemon's log says what went wrong")

    def _failed(self, request: web.Request, status: int, text: str) -> web.Response:
        said = _SAID.get(status) if _is_of_the_server(status, text) else text
        data = {"error": said or HTTPStatus(status).phrase, "status": int(status)}
        answer = Answer("error.html.j2", data, status=status)
        return as_json(answer) if wants_json(request) else self._paper.draw(answer, self._shell(request))


_SAID = {
    404: "there is nothing under this address",
    405: "this cannot be done here; actions need the daemon to run with --web-actions",
    413: f"the form is larger than {_LARGEST:,} bytes",
}


def _is_of_the_server(status: int, text: str) -> bool:
    """Whether an error was raised without a text of ours."""
    return status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE or text == f"{status}: {HTTPStatus(status).phrase}"


async def _static(request: web.Request) -> web.Response:
    kind, text = _FILES.get(request.match_info["file"]) or _missing()
    return web.Response(text=text, content_type=kind, headers={"Cache-Control": "max-age=300"})


def _missing() -> tuple[str, str]:
    raise web.HTTPNotFound
