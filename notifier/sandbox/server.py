"""The API server: HTTP in front of a store, with access rules and faults that can be changed while it runs."""

from __future__ import annotations

import time
from collections import Counter
from typing import TYPE_CHECKING

import msgspec
from aiohttp import web

from notifier.sandbox import discovery, lists, objects
from notifier.sandbox.access import Access
from notifier.sandbox.calls import call_of
from notifier.sandbox.faults import Answer, Faults
from notifier.sandbox.lists import Page
from notifier.sandbox.serving import LoopbackServer
from notifier.sandbox.status import ApiError, bad_request, invalid, not_acceptable
from notifier.sandbox.store import Store
from notifier.sandbox.tables import table
from notifier.sandbox.waiting import Waiting
from notifier.sandbox.watches import Watches

if TYPE_CHECKING:
    import ssl

    from notifier.sandbox.calls import Call, Verb
    from notifier.sandbox.kinds import Resource
    from notifier.sandbox.versions import Version


class ApiServer(LoopbackServer):
    """A cluster's API on loopback: `async with ApiServer() as server`, then anything that speaks to `server.url`.

    `store` is what it holds, `access` who may do what, `faults` what goes wrong. `calls` counts the requests by verb
    and kind as they come in, those refused included. `bookmark_every` is in seconds.
    """

    def __init__(
        self,
        store: Store | None = None,
        *,
        port: int = 0,
        tls: ssl.SSLContext | None = None,
        bookmark_every: float = 10,
    ) -> None:
        super().__init__(port=port, tls=tls)
        self.store = store or Store()
        self.access = Access()
        self.faults = Faults(self.store)
        self.calls: Counter[tuple[Verb, Resource]] = Counter()
        self._called = Waiting()
        self._watches = Watches(self.store, self.faults, bookmark_every)

    async def wait_for_calls(self, verb: Verb, resource: Resource, count: int = 1, *, within: float = 5) -> None:
        """Return once so many requests of a verb for a kind have come in; TimeoutError if not within so many seconds.

        A call is counted when it arrives: a watch counted may have its first line yet to come.
        """
        await self._called.until(lambda: self.calls[verb, resource] >= count, within)

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Answer one request, a refusal with a `Status` object."""
        try:
            return await self._answer(request)
        except ApiError as error:
            return _json(msgspec.json.encode(error.status), error.code)

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        self.access.authenticate(request.headers.get("Authorization", ""))
        if (found := discovery.document(request.path, self.access.missing)) is not None:
            return web.Response(text=found) if isinstance(found, str) else _json(msgspec.json.encode(found))
        call = call_of(request)
        self.calls[call.verb, call.resource] += 1
        self._called.notify()
        if answer := await self.faults.meet(call.resource, call.verb):
            return _instead(answer)
        self.access.authorize(call)
        _check_honest(call)
        return await self._carry_out(call)

    async def _carry_out(self, call: Call) -> web.StreamResponse:
        match call.verb:
            case "watch":
                return await self._watches.serve(call)
            case "list":
                return self._listed(call, lists.page(self.store, call))
            case "deletecollection":
                deleted = await objects.delete_collection(self.store, call)
                return self._listed(call, Page(call.resource, deleted, self.store.resource_version))
            case "delete":
                return _json(msgspec.json.encode(await objects.delete(self.store, call)))
            case "create":
                return self._shown(call, await objects.create(self.store, call), 201)
            case "update":
                return self._shown(call, await objects.update(self.store, call))
            case "patch":
                return self._shown(call, await objects.patch(self.store, call))
            case "get":
                return self._shown(call, self.store.get(call.resource, call.target.namespace, call.target.name))

    def _listed(self, call: Call, page: Page) -> web.Response:
        return _json(page.table(call.text("includeObject"), time.time()) if call.as_table else page.body())

    def _shown(self, call: Call, version: Version, status: int = 200) -> web.Response:
        if not call.as_table:
            return _json(version.raw, status)
        rows = table(call.resource, [version], include=call.text("includeObject"), now=time.time())
        return _json(msgspec.json.encode(rows), status)


def _check_honest(call: Call) -> None:
    """Refuse what would be answered wrongly: ApiError 400, 406 or 422."""
    accept = call.request.headers.get("Accept", "*/*")
    if "json" not in accept and "*/*" not in accept:
        raise not_acceptable()
    if call.text("dryRun"):
        raise bad_request("the sandbox has no dry run")
    if call.flag("sendInitialEvents"):
        raise invalid(call.resource, "", "sendInitialEvents: Forbidden: the sandbox does not stream lists")


def _instead(answer: Answer) -> web.Response:
    headers = {"Content-Type": "text/html" if answer.body else "text/plain"} | dict(answer.headers)
    return web.Response(status=answer.status, headers=headers, text=answer.body)


def _json(body: bytes, status: int = 200) -> web.Response:
    return web.Response(body=body, status=status, content_type="application/json")
