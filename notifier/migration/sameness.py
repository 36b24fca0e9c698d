"""Whether two templates say the same of sample Rollouts, in every event they are sent for. Pure."""

from __future__ import annotations

import html
import itertools
import json
from collections.abc import Collection, Iterator
from typing import Any, NamedTuple

import msgspec

from notifier.config.schema import Template
from notifier.model import Object
from notifier.render import Rendered, render
from notifier.rollouts.digests import RolloutDigest
from notifier.secrets import SecretNames
from notifier.validation import made

_MARKUP = "slack"


class Sample(NamedTuple):
    """A Rollout's state and its analysis runs; `title` says which."""

    title: str
    rollout: Object
    digest: RolloutDigest
    runs: tuple[Object, ...] = ()


def _made_up() -> Iterator[Sample]:
    """Rollouts of nobody: one that has nearly everything, and one that has nearly nothing."""
    full, run = json.loads(json.dumps([made.SAMPLE.rollout, made.ANALYSIS_RUN]))
    full["metadata"]["labels"] |= dict.fromkeys(["app", "app.kubernetes.io/name", "team"], "made-up")
    yield Sample("a made-up Rollout", full, made.SAMPLE.digest, (run,))
    always = {key: full["metadata"][key] for key in ("name", "namespace", "uid")}
    bare = {"apiVersion": full["apiVersion"], "kind": full["kind"], "metadata": always}
    yield Sample("a bare Rollout", bare, made.SAMPLE.digest)


MADE_UP = tuple(_made_up())


class Stage(NamedTuple):
    """What templates are compared on: for what they are sent ("" is a condition that holds), and Rollouts.

    `secrets` are the names of those there are.
    """

    reasons: Collection[str]
    samples: Collection[Sample]
    secrets: Collection[str] = ()


def difference(before: Template, after: Template, stage: Stage) -> str:
    """Where two templates differ, "" where they do not; what the first one cannot say is not compared."""
    found = list(_differences(before, after, stage))
    return next(filter(None, found), "") if found else "it could not be rendered for any sample"


def _differences(before: Template, after: Template, stage: Stage) -> Iterator[str]:
    """For each message that the first one can say, where the other differs."""
    for sample, reason in itertools.product(stage.samples, stage.reasons):
        for service in _services(before):
            variables = _variables(sample, reason, service[1], stage.secrets)
            if variables is None:
                continue
            was, now = (render([template], service, variables, "", made.NOW) for template in (before, after))
            if not was.faults:
                where = _differs(was, now, service[0])
                yield where and f"{where} for {sample.title}{f', {reason}' if reason else ''}"


def _services(template: Template) -> list[tuple[str, str]]:
    """Those it has sections for, by type and name; one that has none gets the message."""
    parts = (section.partition(".") for section in template.sections if section != "message")
    return [("", ""), *((kind, name or kind) for kind, _, name in parts)]


def _variables(sample: Sample, reason: str, service: str, secrets: Collection[str]) -> dict[str, Any] | None:
    event = made.event(sample.digest, reason, "" if reason else "a condition holds")
    if event is None:
        return None
    return {
        "rollout": sample.rollout,
        "analysisRuns": list(sample.runs),
        "event": msgspec.to_builtins(event),
        "context": {},
        "secrets": SecretNames(secrets),
        "recipient": "made-up",
        "serviceType": service,
    }


def _differs(was: Rendered, now: Rendered, kind: str) -> str:
    """Which part of two messages for a service differs, "" if none does."""
    if now.faults:
        return now.faults[0]
    parts = zip(_parts(was, kind), _parts(now, kind), strict=True)
    return next((f"the {part} would differ" for (part, old), (_, new) in parts if old != new), "")


def _parts(rendered: Rendered, kind: str) -> Iterator[tuple[str, Any]]:
    """The message and the section of a service, so that what receivers take for the same is equal."""
    yield "message", _plain(rendered.message.message, slack=kind == _MARKUP)
    body = {key: _parsed(value) for key, value in rendered.message.body.items()}
    yield f"{kind} section", _plain(body, slack=kind == _MARKUP)


def _parsed(value: Any) -> Any:
    """A text that is JSON as what it means."""
    try:
        found = json.loads(value, strict=False) if isinstance(value, str) else value
    except (ValueError, RecursionError):
        return value
    return found if isinstance(found, dict | list) else value


def _plain(value: Any, *, slack: bool) -> Any:
    """Without null members and space at the end of texts; for Slack, entities are the characters it shows for them."""
    if isinstance(value, str):
        return (html.unescape(value) if slack else value).rstrip()
    if isinstance(value, dict):
        return {key: _plain(item, slack=slack) for key, item in value.items() if item is not None}
    if isinstance(value, list):
        return [_plain(item, slack=slack) for item in value]
    return value
