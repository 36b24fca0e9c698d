"""A whole document of looks."""

from __future__ import annotations

from notifier.looks.drawing import CSS, draw


def document(title: str, *parts: str, nonce: str = "") -> str:
    """An HTML document of drawings, one below the other; text that is no Markup is escaped.

    `nonce` is what the page's Content-Security-Policy lets styles through by.
    """
    return str(draw("page", "document", title=title, parts=parts, nonce=nonce, css=CSS))
