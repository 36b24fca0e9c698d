"""Requests and answers as JSON, one a line: for whoever tries many, and for the tests that compare with Go."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import click
import msgspec

from notifier.errors import NotifierError

Asked = TypeVar("Asked")


def answer(shape: type[Asked], reply: Callable[[Asked], Mapping[str, Any]], form: str) -> None:
    """Answer each line of standard input; what is no such request, or cannot be done, with {"error": TEXT}.

    `form` is how a request is written, for who wrote it otherwise.
    """
    read = msgspec.json.Decoder(shape).decode
    for line in sys.stdin.buffer:
        try:
            said = reply(read(line))
        except NotifierError as error:
            said = {"error": str(error)}
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            said = {"error": f"each line must be JSON, {form}: {error}"}
        click.echo(json.dumps(said, ensure_ascii=False))
