"""The audience: what the receiver got, request by request, and whether it is what the stories should have told."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, NoReturn

import msgspec

from notifier.demo.stories import Story
from notifier.sandbox.receivers import Received, WebhookSink
from notifier.sandbox.waiting import Waiting


class _Rollout(msgspec.Struct, frozen=True):
    namespace: str = ""
    name: str = ""


class Content(msgspec.Struct, frozen=True):
    """What of a request's body is shown; a body that is not as the catalogue makes it is all `message`."""

    message: str
    reason: str = ""
    severity: str = ""
    rollout: _Rollout = _Rollout()


_content = msgspec.json.Decoder(Content).decode


class Heard(NamedTuple):
    """One request at the receiver; `scenario` is the story it belongs to, "" if none."""

    request: Received
    content: Content
    scenario: str

    @property
    def key(self) -> str:
        """The idempotency key."""
        return self.request.headers.get("Idempotency-Key", "")

    @property
    def told(self) -> Told:
        """What it tells."""
        return Told(self.scenario, self.content.reason)

    def body(self) -> Any:
        """The whole body, decoded if it is JSON."""
        try:
            return self.request.json()
        except msgspec.DecodeError:
            return self.content.message


class Told(NamedTuple):
    """That a story told a reason."""

    scenario: str
    reason: str


class Verdict(NamedTuple):
    """How what arrived compares to what was expected; a request that repeats a key is unexpected."""

    scenarios: list[str]
    expected: int
    delivered: int
    missing: list[Told]
    unexpected: list[Told]

    @property
    def good(self) -> bool:
        """Whether everything arrived, and nothing else."""
        return not self.missing and not self.unexpected


def judge(stories: Sequence[Story], heard: Sequence[Heard]) -> Verdict:
    """Compare what was heard with what stories tell, whatever the order."""
    expected = Counter(Told(story.name, reason) for story in stories for reason in story.expected())
    first = Counter(one.told for one in {one.key: one for one in heard}.values())
    repeated = Counter(one.told for one in heard) - first
    missing, unexpected = expected - first, first - expected + repeated
    return Verdict(
        [story.name for story in stories],
        expected.total(),
        len(heard),
        list(missing.elements()),
        list(unexpected.elements()),
    )


class Audience:
    """Listens at a receiver, hands on what it hears, and remembers it in `heard`."""

    def __init__(self, receiver: WebhookSink, stories: Sequence[Story], tell: Callable[[Heard], None]) -> None:
        self._receiver, self._tell = receiver, tell
        self._scenarios = {story.namespace: story.name for story in stories}
        self._listening = Waiting()
        self.heard: list[Heard] = []

    async def listen(self) -> NoReturn:
        """Take in requests as they come, until cancelled."""
        while True:
            *_, received = await self._receiver.wait_for(len(self.heard) + 1, within=float("inf"))
            heard = self._hear(received)
            self.heard.append(heard)
            self._tell(heard)
            self._listening.notify()

    async def until(self, holds: Callable[[Sequence[Heard]], bool], within: float) -> bool:
        """Wait until something holds for what was heard; whether it came to hold within so many seconds."""
        try:
            await self._listening.until(lambda: holds(self.heard), within)
        except TimeoutError:
            return False
        return True

    def _hear(self, received: Received) -> Heard:
        try:
            content = _content(received.body)
        except msgspec.DecodeError:
            content = Content(received.body.decode(errors="replace"))
        return Heard(received, content, self._scenarios.get(content.rollout.namespace, ""))
