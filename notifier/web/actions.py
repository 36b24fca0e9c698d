"""What a person may do with a delivery: send it again, or give it up."""

from __future__ import annotations

from collections.abc import Callable

from aiohttp import web

from notifier.web.answers import Answer, as_json, path, wants_json
from notifier.web.guard import Guard
from notifier.web.sources import Doing


class Actions:
    """Each is asked for by a form of the page, or by a program that has its token; else web.HTTPForbidden."""

    def __init__(self, doing: Doing, guard: Guard, clock: Callable[[], float]) -> None:
        self._doing, self._guard, self._clock = doing, guard, clock

    async def retry(self, request: web.Request) -> web.StreamResponse:
        """Send a dead or suppressed delivery again. Raises web.HTTPConflict where it is neither."""
        await self._guard.allow(request)
        number = int(request.match_info["id"])
        if await self._doing.retry(number, self._clock()) is None:
            raise web.HTTPConflict(text=f"delivery {number} is neither dead nor suppressed: there is nothing to repeat")
        return await _done(request, number, "pending")

    async def drop(self, request: web.Request) -> web.StreamResponse:
        """Never send a delivery that waits or is dead. Raises web.HTTPConflict where it is neither."""
        await self._guard.allow(request)
        number = int(request.match_info["id"])
        if not await self._doing.drop(number, self._clock()):
            raise web.HTTPConflict(text=f"delivery {number} is delivered or suppressed already")
        return await _done(request, number, "suppressed")


async def _done(request: web.Request, number: int, state: str) -> web.StreamResponse:
    """Back to where the person was."""
    if wants_json(request):
        return as_json(Answer("", {"id": number, "state": state}))
    back = (await request.post()).get("back")
    raise web.HTTPSeeOther(path("dead") if back == "dead" else path("deliveries", number))
