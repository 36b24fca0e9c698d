"""Reading what was drawn as a browser does."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import NamedTuple

_VOID = {"meta", "hr", "base"}
_STYLED = {"b", "i", "s", "code", "a", "pre", "blockquote", "ol", "ul", "li"}


class Element(NamedTuple):
    """A start tag."""

    tag: str
    attributes: dict[str, str]


class Read(HTMLParser):
    """The elements of a text of HTML, what of it is shown, and that as an outline with the elements that style it."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[Element] = []
        self.text = ""
        self.outline = ""
        self.open: list[str] = []
        self.other: list[str] = []
        self.feed(str(html))
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append(Element(tag, {name: value or "" for name, value in attrs}))
        if tag not in _VOID:
            self.open.append(tag)
        self.outline += f"({tag} " if tag in _STYLED else ""

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append(Element(tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag, f"</{tag}> closes something else"
        self.outline += ")" if tag in _STYLED else ""

    def handle_data(self, data: str) -> None:
        self.text += data
        self.outline += data

    def handle_comment(self, data: str) -> None:
        self.other.append(data)

    def handle_pi(self, data: str) -> None:
        self.other.append(data)

    def all(self, tag: str) -> list[dict[str, str]]:
        """The attributes of all elements of a name."""
        return [element.attributes for element in self.elements if element.tag == tag]

    def of_class(self, name: str) -> list[Element]:
        """All elements of a class."""
        return [element for element in self.elements if name in element.attributes.get("class", "").split()]


def outline(html: str) -> str:
    """What is shown, with styled text as `(b text)`."""
    return Read(html).outline
