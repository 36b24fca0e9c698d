"""The templates of this folder, and the elements that are too small for one."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from jinja2.environment import TemplateModule
from markupsafe import Markup

NOTHING = Markup("")

_FOLDER = Path(__file__).parent
_ADDRESS = r"(?:https?://|mailto:)[^\s<>\"\x00-\x1f\x7f]+"
_address = re.compile(_ADDRESS, re.IGNORECASE).fullmatch
# Signs that end a sentence end the address, too.
_bare = re.compile(r"(https?://[^\s<>|\"`]*[^\s<>|\"`.,;:!?'()*_~])").split
_environment = Environment(
    loader=FileSystemLoader(_FOLDER), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
)

CSS = Markup((_FOLDER / "looks.css").read_text())  # noqa: S704 - our own file
"""The style sheet of all looks."""


def draw(look: str, shape: str, **values: Any) -> Markup:
    """One shape, a macro of `<look>.html.j2`, of values."""
    drawn: Markup = getattr(_shapes(look), shape)(**values)
    return drawn


def tag(name: str, *content: str, **attributes: str) -> Markup:
    """An element; content that is no Markup is escaped. An attribute is left out where it is ""."""
    given = [Markup(' {}="{}"').format(key.rstrip("_"), value) for key, value in attributes.items() if value]
    return Markup("<{0}{1}>{2}</{0}>").format(name, NOTHING.join(given), NOTHING.join(content))


def is_address(url: str) -> bool:
    """Whether a link may lead there: the web or a mailbox."""
    return _address(url) is not None


def link(url: str, shown: str, class_: str = "") -> Markup:
    """A link, or only what it shows where the address is none that links may lead to."""
    if not is_address(url):
        return tag("span", shown, class_=class_)
    return tag("a", shown, class_=class_, href=url, target="_blank", rel="noopener noreferrer")


def linked(text: str) -> Markup:
    """Plain text whose web addresses are links."""
    return NOTHING.join(link(part, part) if number % 2 else part for number, part in enumerate(_bare(text)))


def _shapes(look: str) -> TemplateModule:
    return _environment.get_template(f"{look}.html.j2").module
