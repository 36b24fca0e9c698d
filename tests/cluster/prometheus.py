"""A Prometheus that knows what it is told: a query is a name, its answer one value."""

from __future__ import annotations

import time

from aiohttp import web

from notifier.sandbox.serving import LoopbackServer


class Prometheus(LoopbackServer):
    """Answers `/api/v1/query` with `values[query]`, 1 where there is none; `PUT /NAME` with a number sets one."""

    def __init__(self, *, port: int = 0) -> None:
        super().__init__(port=port)
        self.values: dict[str, float] = {}

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """See `LoopbackServer`."""
        if request.method == "PUT":
            self.values[request.path.removeprefix("/")] = float(await request.text())
            return web.Response(status=204)
        asked = {**request.query, **await request.post()}
        sample = [time.time(), str(self.values.get(str(asked.get("query")), 1.0))]
        vector = {"resultType": "vector", "result": [{"metric": {}, "value": sample}]}
        return web.json_response({"status": "success", "data": vector})
