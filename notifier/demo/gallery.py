"""The gallery: what arrived, as Slack and a mail program show it, in documents that need nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from notifier.errors import ConfigError
from notifier.looks import mail as mails, page, slack
from notifier.looks.drawing import tag
from notifier.sandbox.mail import Mail, MailSink
from notifier.sandbox.slack import SlackWorkspace
from notifier.sandbox.slack_channels import Message

_LINE, _FRAME = 28, 3
"""CSS pixels that a line of a mail has, more or less, and lines for what is around them."""


def prepare(folder: Path) -> None:
    """Make the folder, so that one that cannot be written is known before the stories. ConfigError if it cannot."""
    with _writing(folder):
        folder.mkdir(parents=True, exist_ok=True)


def write(folder: Path, workspace: SlackWorkspace, sink: MailSink) -> None:
    """Write `slack.html`, every channel's threads, and `mail.html`, every mail. ConfigError if they cannot be."""
    shown = {
        "slack": page.document("Slack", *_channels(workspace)),
        "mail": page.document("Mail", *map(_mail, sink.mails)),
    }
    with _writing(folder):
        for name, html in shown.items():
            (folder / f"{name}.html").write_text(html, encoding="utf-8")


@contextmanager
def _writing(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise ConfigError(f"{folder} cannot be written: {error.strerror}") from error


def _channels(workspace: SlackWorkspace) -> Iterator[str]:
    roots = [message for message in workspace.messages if message.root and not message.deleted]
    for channel in dict.fromkeys(root.channel for root in roots):
        yield tag("div", tag("p", f"#{channel}", class_="thread-title"), class_="look slack")
        yield from (_thread(*workspace.thread(root.ts)) for root in roots if root.channel == channel)


def _thread(root: Message, *replies: Message) -> str:
    return slack.thread(_message(root), map(_message, replies)) if replies else slack.html(_message(root))


def _message(message: Message) -> dict[str, Any]:
    """A message as the look of Slack takes it, with the time at which it really came."""
    return {
        "text": message.text,
        "blocks": message.blocks,
        "attachments": message.attachments,
        "username": message.username,
        "icon_emoji": message.icon,
        "reply_broadcast": message.broadcast,
        "edited": bool(message.edits),
        "ts": message.at,
    }


def _mail(mail: Mail) -> str:
    header = mail.message
    height = _LINE * (mail.text.count("\n") + _FRAME)
    return mails.html(mails.Mail(header["Subject"], header["From"], header["To"], mail.text, mail.html), height)
