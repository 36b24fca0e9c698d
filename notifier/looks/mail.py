"""A mail, as its reader sees it."""

from __future__ import annotations

from typing import NamedTuple

from markupsafe import Markup, escape

from notifier.looks.drawing import draw, linked

_HEIGHT = 480
_GUARD = (
    '<!doctype html><meta charset="utf-8">'
    "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">"
    '<base target="_blank">'
)
"""What stands before a mail's own HTML: it may style itself, and fetch, run and leave nothing."""


class Mail(NamedTuple):
    """What a reader sees of a mail; `text` and `html` are its two parts, either may be ""."""

    subject: str
    sender: str
    to: str
    text: str = ""
    html: str = ""


def html(mail: Mail, height: int = _HEIGHT) -> Markup:
    """The mail, its HTML part in a frame of its own, `height` pixels high, that runs no scripts and fetches nothing.

    A frame obeys the page's Content-Security-Policy, too: `style-src-attr 'unsafe-inline'` lets a mail have its styles.
    """
    frame = escape(framed(mail.html)) if mail.html.strip() else ""
    letter = mail.sender.strip("\"' <")[:1].upper()
    return draw("mail", "mail", mail=mail, letter=letter, frame=frame, height=height, text=linked(mail.text))


def framed(part: str) -> str:
    """A mail's HTML part as the whole document that its frame shows."""
    return _GUARD + str(part)
