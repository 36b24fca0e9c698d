"""`rollouts-notifier deliveries`: what is in the outbox, and what a person may do with it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, TypeVar

import click
import msgspec

from notifier import readable, times
from notifier.errors import StoreError
from notifier.outbox.protocol import SHADOW, Delivery, Filter, State
from notifier.outbox.sqlite import SqliteOutbox

_STORE = click.option(
    "--store", default="rollouts-notifier.db", envvar="ROLLOUTS_NOTIFIER_STORE", show_default=True, help="The store."
)
_COLUMNS = ("id", "state", "rollout", "trigger", "service", "recipient", "attempts", "created", "last word")
_ALL = 2**31
_TIMES = frozenset({"created", "due", "expires", "settled"})

T = TypeVar("T")


def _output(*forms: str) -> Callable[[click.decorators.FC], click.decorators.FC]:
    choice = click.Choice(forms)
    return click.option("-o", "--output", type=choice, default=forms[0], show_default=True, help="How to show it.")


@click.group()
def command() -> None:
    """Look at deliveries; send dead ones again, drop those nobody wants any more."""


@command.command("list")
@click.option(
    "--state", type=click.Choice([state.value for state in State]), default=None, help="Only those in a state."
)
@click.option("--service", default="", help="Only those to a service.")
@click.option("-n", "--namespace", default="", help="Only those about a namespace's Rollouts.")
@click.option("--rollout", "name", default="", help="Only those about Rollouts of a name.")
@click.option("--shadow", is_flag=True, help="Only those that `run --shadow` would have sent.")
@click.option("--limit", default=100, show_default=True, help="How many, the newest first.")
@_STORE
@_output("table", "json", "yaml")
def list_(store: str, output: str, state: str | None, *, shadow: bool, **narrowed: Any) -> None:
    """Show deliveries, the newest first."""
    which = Filter(state=state or "", why=SHADOW if shadow else "", **narrowed)
    found = _with(store, lambda outbox: outbox.deliveries(which))
    if output == "table":
        _table([_row(delivery) for delivery in found])
    else:
        _print([_shown(delivery) for delivery in found], output)


@command.command(short_help="Show one delivery whole.")
@click.argument("number", type=int)
@_STORE
@_output("yaml", "json")
def show(number: int, store: str, output: str) -> None:
    """Show one delivery whole: its message, how often it was tried, what the receiver answered last.

    The HTML of a mail is shown with -o json.
    """
    found = _with(store, lambda outbox: outbox.delivery(number))
    if found is None:
        raise click.ClickException(f"there is no delivery {number}")
    _print(_shown(found), output)


@command.command(short_help="Send dead or suppressed deliveries again.")
@click.argument("numbers", type=int, nargs=-1)
@click.option("--dead", is_flag=True, help="All that are dead.")
@click.option("--service", default="", help="With --dead: only those to a service.")
@click.option("-n", "--namespace", default="", help="With --dead: only those about a namespace's Rollouts.")
@_STORE
def retry(numbers: tuple[int, ...], store: str, *, dead: bool, service: str, namespace: str) -> None:
    """Send dead or suppressed deliveries again, by the daemon that has the store open."""
    if dead is bool(numbers):
        raise click.UsageError("say which: numbers, or --dead")
    which = Filter(State.DEAD, service, namespace, limit=_ALL)

    async def again(outbox: SqliteOutbox) -> list[int]:
        # The oldest first: each takes its old place in its lane, and goes when it is its turn.
        chosen = [delivery.id for delivery in reversed(await outbox.deliveries(which))] if dead else numbers
        refused = [number for number in chosen if await outbox.retry(number, time.time()) is None]
        if dead or len(refused) < len(chosen):
            click.echo(f"{len(chosen) - len(refused)} will be sent again")
        return refused

    _complain(_with(store, again), "is neither dead nor suppressed")


@command.command()
@click.argument("numbers", type=int, nargs=-1, required=True)
@_STORE
def drop(numbers: tuple[int, ...], store: str) -> None:
    """Never send deliveries that wait or are dead."""

    async def give_up(outbox: SqliteOutbox) -> list[int]:
        return [number for number in numbers if not await outbox.drop(number, time.time())]

    _complain(_with(store, give_up), "is delivered or suppressed already")


def _with(store: str, use: Callable[[SqliteOutbox], Awaitable[T]]) -> T:
    if not Path(store).is_file():
        raise click.UsageError(f"there is no store {store}")

    async def used() -> T:
        outbox = SqliteOutbox.open(store)
        try:
            return await use(outbox)
        finally:
            await outbox.close()

    try:
        return asyncio.run(used())
    except StoreError as error:
        raise click.ClickException(str(error)) from error


def _complain(numbers: list[int], why: str) -> None:
    for number in numbers:
        click.echo(f"delivery {number} does not exist or {why}", err=True)
    if numbers:
        raise click.exceptions.Exit(1)


def _shown(delivery: Delivery) -> dict[str, Any]:
    """A delivery for reading: times in RFC 3339, the message as JSON; secrets are placeholders."""
    over = {"due"} if delivery.settled is not None else set()
    names = {"why": "answer"} if delivery.state is State.DELIVERED else {}
    known = {k: v for k, v in msgspec.structs.asdict(delivery).items() if v not in (None, ()) and k not in over}
    shown: dict[str, Any] = {names.get(k, k): times.text(v) if k in _TIMES else v for k, v in known.items()}
    return shown | {"state": str(delivery.state), "message": msgspec.json.decode(delivery.message)}


def _legible(shown: dict[str, Any]) -> dict[str, Any]:
    """What people read of it: without the HTML of a mail, which says the same as its text."""
    message, body = shown["message"], shown["message"].get("body")
    if not isinstance(body, dict) or "html" not in body:
        return shown
    return shown | {"message": message | {"body": {k: v for k, v in body.items() if k != "html"}}}


def _row(delivery: Delivery) -> tuple[str, ...]:
    return (
        str(delivery.id),
        delivery.state,
        f"{delivery.namespace}/{delivery.name}",
        delivery.trigger,
        delivery.service,
        delivery.recipient,
        str(delivery.attempts),
        times.text(delivery.created),
        (delivery.why or delivery.status or "")[:80],
    )


def _table(rows: list[tuple[str, ...]]) -> None:
    table = [tuple(name.upper() for name in _COLUMNS), *rows]
    widths = [max(len(row[i]) for row in table) for i in range(len(_COLUMNS))]
    for row in table:
        click.echo("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


def _print(value: dict[str, Any] | list[dict[str, Any]], output: str) -> None:
    if output == "json":
        click.echo(msgspec.json.format(msgspec.json.encode(value)).decode())
    else:
        read = [_legible(one) for one in value] if isinstance(value, list) else _legible(value)
        click.echo(readable.dump(read))
