"""`rollouts-notifier run`."""

from __future__ import annotations

import asyncio
import signal
from typing import Any

import click
import structlog

from notifier import logs
from notifier.app import Daemon, spare_collections
from notifier.errors import NotifierError
from notifier.settings import GroupedCommand, Settings, options

_log = structlog.get_logger(__name__)


@click.command(cls=GroupedCommand)
@options
def command(**values: Any) -> None:
    """Watch Rollouts and deliver notifications, until SIGTERM or Ctrl-C."""
    spare_collections()
    settings = Settings.of(**values)
    daemon = Daemon(settings)
    logs.configure(settings.view.log_format, settings.view.log_level, daemon.secrets)
    try:
        asyncio.run(_run(daemon))
    except NotifierError as error:
        raise click.ClickException(str(error)) from error


async def _run(daemon: Daemon) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with daemon:
        _log.info("running", health=daemon.health.url, page=daemon.page_url or None)
        failing = asyncio.create_task(daemon.wait())
        stopping = asyncio.create_task(stop.wait())
        done, pending = await asyncio.wait({failing, stopping}, return_when=asyncio.FIRST_COMPLETED)
        for task in pending:
            task.cancel()
        if failing in done:
            await failing
        _log.info("stopping")
