"""What holds for every message at a service, whatever happened and whatever people wrote into their objects."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable

import msgspec

from notifier.model import Event, Message, Severity
from notifier.render import Rendered
from notifier.sandbox.slack_rules import mentions, shown
from notifier.secrets import names
from notifier.services.slack import Policy, Section
from tests.catalogue import made, sent

LONGEST, HEADLINE, FALLBACK = 4000, 110, 150
MAIL_HEADERS = [
    *("From", "To", "Subject", "Date", "Message-ID", "In-Reply-To", "References", "Auto-Submitted"),
    *("X-Rollouts-Notifier-Key", "MIME-Version", "Content-Type"),
]
LOUD = {Severity.CRITICAL, Severity.ACTION_REQUIRED}


def plain(rendered: Rendered) -> None:
    """A notice: a headline, details without a gap, and apart from them where and when."""
    message = rendered.message.message
    assert not rendered.faults
    assert not names([message, rendered.message.body])
    assert len(message) <= LONGEST
    assert len(message.partition("\n")[0]) <= HEADLINE
    notice, _, origin = message.partition("\n\n")
    assert all(line and line == line.strip() for part in (notice, origin) for line in part.split("\n"))


def webhook(rendered: Rendered, event: Event) -> None:
    """JSON that says what happened to whom."""
    plain(rendered)
    told = sent.webhook(rendered.message)
    assert told["message"] == rendered.message.message
    assert (told["reason"], told["rollout"]["uid"]) == (event.reason, event.uid)


def slack(rendered: Rendered, event: Event) -> None:
    """What Slack takes: it calls nobody, shows the whole notice and nothing that is blank."""
    plain(rendered)
    content = sent.slack(rendered.message)
    assert mentions(content) == []
    assert all(part["verbatim"] for part in sent.marked_up(content))
    assert len(content.text) <= FALLBACK
    assert all(text == text.strip() and "\n" not in text for text in sent.markup(content))
    assert not [text for text in sent.markup(content) if re.search("&(?!(amp|lt|gt);)", text)]
    rows = sent.rows(content)
    assert all(row and row == row.strip() for row in rows)
    assert rows[0] == shown(content.text)
    assert not missing(shown(_notice(rendered.message)), "\n".join(rows))
    section = Section.model_validate(rendered.message.body)
    assert section.policy() is Policy.POST_AND_UPDATE or section.delivery_policy == "Post"
    assert bool(section.broadcast()) is (event.severity in LOUD)


def email(rendered: Rendered, event: Event) -> None:
    """A mail that says the same in text and HTML, of which nothing but the catalogue's own tags and links is markup."""
    plain(rendered)
    mail = sent.mail(rendered.message)
    assert mail.headers == MAIL_HEADERS
    assert missing(mail.subject, _notice(rendered.message)) == set()
    assert mail.text.strip("\n").split("\n") == rendered.message.message.split("\n")
    page = sent.Page(mail.html)
    assert {(tag, _fixed(attributes)) for tag, attributes in page.tags} <= _tags(event.severity)
    assert all(link.startswith("http") for link in page.links())
    assert not missing(_notice(rendered.message), page.text)


SOUND: dict[str, Callable[[Rendered, Event], None]] = {"webhook": webhook, "slack": slack, "email": email}


def missing(text: str, within: str) -> set[str]:
    """The lines of a text that are not within another, but for spaces, colons and what cannot be seen."""
    whole = _squeezed(within)
    return {line for line in text.split("\n") if _squeezed(line) not in whole}


def _squeezed(text: str) -> str:
    return re.sub(r"[\s\x00-\x1f\x7f-\x9f:]+", "", text)


def _notice(message: Message) -> str:
    return message.message.partition("\n\n")[0]


@functools.cache
def _tags(severity: Severity) -> set[tuple[str, object]]:
    """The tags of a harmless mail, with what does not change of their attributes."""
    links = {"links": {"Dashboard": "https://rollouts.example"}}
    event = msgspec.structs.replace(made.full("RolloutAborted", "kubectl harmless"), severity=severity)
    mail = sent.mail(made.say(event, service="email", context=links).message)
    return {(tag, _fixed(attributes)) for tag, attributes in sent.Page(mail.html).tags}


def _fixed(attributes: tuple[tuple[str, str | None], ...]) -> object:
    return tuple(pair if pair[0] != "href" else "href" for pair in attributes)
