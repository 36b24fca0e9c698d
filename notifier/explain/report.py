"""An explanation as text: the verdict per recipient first, then why."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby
from typing import Any

from notifier import readable
from notifier.explain import words
from notifier.explain.explanation import Answer, Explanation, Judged, Part, Payload, Sent, Verdict
from notifier.model import ANNOTATION_PREFIX
from notifier.redaction import one_line

_NOBODY = f"nobody asked for anything: annotate it with {ANNOTATION_PREFIX}subscribe.<trigger>.<service>: <recipient>"
_STATES = {
    "delivered": "delivered",
    "suppressed": "not sent",
    "dead": "given up",
    "pending": "waits",
    "leased": "waits",
}
OCCASIONS = {"happened": "as it happened last", "present": "as things are now", "made-up": "an example, made up"}
"""What a payload is about, in words."""


def lines(found: Explanation) -> Iterator[str]:
    """The whole report, line by line."""
    yield _title(found)
    yield ""
    recipients = [(who, list(answers)) for who, answers in groupby(found.answers, _recipient)]
    width = max((len(who) for who, _ in recipients), default=0)
    yield from (f"{who.ljust(width)}  {_verdict(answers)}" for who, answers in recipients)
    if not recipients:
        yield _NOBODY
    yield from _not_meant(found)
    for who, answers in recipients:
        yield from ("", who)
        for answer in answers:
            yield from _indented(_answer(answer), 2)


def _title(found: Explanation) -> str:
    revision = f"revision {found.revision}" if found.revision else ""
    state = ": ".join(filter(None, (found.phase, found.message)))
    name = "/".join(filter(None, (found.namespace, found.name)))
    return one_line(", ".join(filter(None, (f"Rollout {name}", revision, state))))


def _recipient(answer: Answer) -> str:
    return one_line(f"{answer.service} {answer.recipient}")


def _verdict(answers: list[Answer]) -> str:
    """One line on all that somebody asked for: what matches and what went wrong are named, the rest is counted."""
    named = [f"{answer.trigger} {_short(answer)}" for answer in answers if answer.verdict is not Verdict.WAITS]
    waiting = [answer.trigger for answer in answers if answer.verdict is Verdict.WAITS]
    if len(waiting) == 1:
        return "; ".join([*named, f"{waiting[0]} waits"])
    return "; ".join([*named, *([f"{len(waiting)} triggers wait"] if waiting else [])])


def _short(answer: Answer) -> str:
    match answer.verdict:
        case Verdict.MATCHES:
            latest = answer.sent[0] if answer.sent else None
            return f"matches{f', {_STATES[latest.state]} {_when(latest)}' if latest else ''}"
        case Verdict.FAILS:
            return "fails: its condition cannot be evaluated"
        case _:
            return f"is impossible: {one_line(answer.says)}"


def _when(sent: Sent) -> str:
    return f"until {sent.due}" if sent.due else f"at {sent.settled or sent.created}"


def _not_meant(found: Explanation) -> Iterator[str]:
    """What has no recipient: annotations and entries that cannot work, subscriptions for others."""
    yield from _titled("Annotations that do nothing", (f"{one.key}: {one.message}" for one in found.ignored))
    others = (f"{one.origin} ({', '.join(one.recipients)}): {one.message}" for one in found.passed_over)
    yield from _titled("Global subscriptions for other Rollouts", others)
    yield from _titled("Problems of the configuration", map(str, found.problems))


def _titled(title: str, items: Iterable[str]) -> Iterator[str]:
    listed = [f"  {one_line(item)}" for item in items]
    yield from ("", title, *listed) if listed else ()


def _answer(answer: Answer) -> Iterator[str]:
    yield f"{answer.trigger} {answer.verdict}: {one_line(answer.says)}"
    yield f"  asked for by {one_line(answer.origin)}"
    yield from (f"  {_sent(sent)}" for sent in answer.sent)
    for condition in answer.conditions:
        yield from _indented(_condition(condition), 2)
    if answer.payload:
        yield from _indented(_payload(answer.payload, whole=answer.verdict is Verdict.MATCHES), 2)


def _sent(sent: Sent) -> str:
    word = "answer" if sent.state == "delivered" else "because"
    why = one_line(" ".join(filter(None, (sent.status, sent.why))))
    attempts = f"after {sent.attempts} attempt{'' if sent.attempts == 1 else 's'}"
    again = f"; send it again: rollouts-notifier deliveries retry {sent.id}" if sent.state == "dead" else ""
    return (
        f"delivery {sent.id}: {_STATES[sent.state]} {_when(sent)} {attempts}{f', {word} {why}' if why else ''}{again}"
    )


def _condition(condition: Judged) -> Iterator[str]:
    shown = [("when", condition.when), ("oncePer", condition.once_per)]
    rows = [row for name, part in shown if part for row in _parts(name, part)]
    width = max((len(text) for text, _ in rows), default=0)
    yield from (f"{text.ljust(width)}  {value}".rstrip() for text, value in rows)


def _parts(lead: str, part: Part, depth: int = 0) -> Iterator[tuple[str, str]]:
    """A condition's tree: texts, indented, and their values."""
    yield f"{lead} {'  ' * depth}{one_line(part.text)}", one_line(words.value(part))
    for inner in part.parts:
        yield from _parts(" " * len(lead), inner, depth + 1)


def _payload(payload: Payload, *, whole: bool) -> Iterator[str]:
    """The plain message and the service's own section, or the first line alone."""
    first, *more = [one_line(line) for line in payload.message.splitlines()] or [""]
    yield f"would say ({OCCASIONS[payload.occasion]}):"
    yield from (f"  | {line}" for line in (first, *(more if whole else ["…"] if more else [])))
    yield from (f"  problem: {one_line(fault)}" for fault in payload.faults)
    if whole and payload.body:
        yield from ("  payload:", *_indented(readable.dump(legible(payload.body)).splitlines(), 4))


def legible(body: Mapping[str, Any]) -> dict[str, Any]:
    """A section as people read it: without a mail's HTML, which says the same as its text."""
    return {key: value for key, value in body.items() if key != "html"}


def _indented(rows: Iterable[str], by: int) -> Iterator[str]:
    return (f"{' ' * by}{row}".rstrip() for row in rows)
