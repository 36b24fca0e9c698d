"""One template for one Rollout, for any service: as data, and as its receiver sees it. Pure."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Sequence
from email import message_from_bytes, policy
from typing import NamedTuple

from markupsafe import Markup

from notifier.config.schema import Config, ServiceEntry, Template, Trigger
from notifier.errors import ConfigError
from notifier.explain.explanation import Payload
from notifier.explain.occasions import example
from notifier.explain.payload import Saying, of_condition, payload
from notifier.explain.subject import Situation, Subject, situation
from notifier.looks import mail as mails, page, slack as slacks, webhook as webhooks
from notifier.model import Destination, Letter, Message, Value
from notifier.reasons import BY_TRIGGER
from notifier.services import mime, slack, webhook
from notifier.spelling import hint

TYPES = ("slack", "email", "webhook")
"""The types of services that can be rendered for."""

ALL = "all"
_SOMEBODY = {"slack": "deploys", "email": "somebody@example.com"}
"""Recipients where none is given; a webhook has none."""
_SENDER = mime.Mailbox("", "rollouts-notifier", "example.com")


class Rendition(Value, frozen=True):
    """What a service of some type would be asked to send to a recipient."""

    service: str
    type: str
    recipient: str
    payload: Payload


class Wanted(NamedTuple):
    """For which service (a name, a type, or all), for whom ("" is somebody), about what ("" is what fits best)."""

    service: str = ALL
    recipient: str = ""
    reason: str = ""


def renditions(template: Template, subject: Subject, wanted: Wanted, config: Config, now: float) -> list[Rendition]:
    """A template for one Rollout, rendered for each service that is wanted.

    Raises ConfigError for a service that there is not, and for a reason that there is not or cannot be told of this
    Rollout; UnreadableError for what is no Rollout.
    """
    entries = _entries(template, wanted.service, config)
    config = dataclasses.replace(
        config,
        services={**config.services, **{entry.name: entry for entry in entries}},
        templates={**config.templates, template.name: template},
    )
    here = situation(subject, config, now)
    about = _about(template.name, wanted.reason, here, config, now)
    return [_rendition(about, entry, wanted.recipient, here) for entry in entries]


def _rendition(about: Saying, entry: ServiceEntry, recipient: str, here: Situation) -> Rendition:
    to = Destination(entry.name, recipient or _SOMEBODY.get(entry.type, ""))
    return Rendition(entry.name, entry.type, to.recipient, payload(about._replace(destination=to), here))


def _entries(template: Template, wanted: str, config: Config) -> list[ServiceEntry]:
    """The services of a name or a type that are configured; of types that are not, one made up."""
    configured = [entry for entry in config.services.values() if wanted in (ALL, entry.name, entry.type)]
    if configured:
        return sorted(configured, key=lambda entry: TYPES.index(entry.type))
    if wanted not in (ALL, *TYPES):
        raise ConfigError(f"there is no service {wanted!r}{hint(wanted, (*config.services, *TYPES, ALL))}")
    return list(_made_up(template, TYPES if wanted == ALL else (wanted,)))


def _made_up(template: Template, kinds: Iterable[str]) -> Iterator[ServiceEntry]:
    """A service for each section of some types: those of webhooks are by name."""
    for kind in kinds:
        named = (section.partition(".") for section in template.sections)
        names = [name for of, _, name in named if of == kind and name not in ("", "*")]
        yield from (ServiceEntry(name, kind, f"service.{kind}.{name}", {}) for name in names or [kind])


def _about(template: str, reason: str, here: Situation, config: Config, now: float) -> Saying:
    """What a template is rendered for: the reason that is wanted, or else one of those that it is sent for."""
    sending = [t for t in config.triggers.values() if any(template in c.send for c in t.conditions)]
    trigger = sending[0] if sending else Trigger(template, ())
    reasons = [_known(reason)] if reason else sorted({reason for trigger in sending for reason in trigger.on})
    nobody = Destination("", "")
    if not reasons:
        return Saying(trigger, (template,), nobody, of_condition(trigger, here, now), "present")
    event, occasion = example(reasons, here)
    if event is None:
        raise ConfigError(f"{' and '.join(reasons)} cannot happen to a Rollout without steps")
    return Saying(trigger, (template,), nobody, event, occasion)


def _known(reason: str) -> str:
    """A reason, also by the name of its trigger. Raises ConfigError."""
    found = BY_TRIGGER.get(reason, reason)
    if found not in BY_TRIGGER.values():
        raise ConfigError(f"there is no reason {reason!r}{hint(reason, BY_TRIGGER.values())}")
    return found


def document(title: str, found: Sequence[Rendition]) -> str:
    """An HTML document of how receivers see it. Raises Permanent for what a service would refuse to send."""
    return page.document(title, *map(_look, found))


def _look(found: Rendition) -> Markup:
    message = Message(found.payload.message, found.payload.body, found.payload.thread)
    match found.type:
        case "slack":
            section = slack.Section.model_validate(message.body)
            return slacks.html(section.content(message.message, section.username))
        case "email":
            return mails.html(_mail(Letter(found.recipient, message, "example", 0.0, 1)))
        case _:
            request = webhook.Section.model_validate(message.body or {"body": message.message})
            method = request.method.strip().upper() or ("POST" if request.content() else "GET")
            path = request.path.strip() or "/"
            return webhooks.html(method, path, request.headers, request.body)


def _mail(letter: Letter) -> mails.Mail:
    """What a reader sees of a letter's mail, as the service writes it."""
    mail = message_from_bytes(mime.written(letter, _SENDER, html=False).content, policy=policy.default)
    text, html = (mail.get_body((kind,)) for kind in ("plain", "html"))
    return mails.Mail(
        str(mail["Subject"]),
        str(mail["From"]),
        str(mail["To"]),
        text.get_content() if text else "",
        html.get_content() if html else "",
    )
