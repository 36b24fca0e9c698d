"""Parts of Slack messages, as short as they may be."""

from typing import Any

LINK = "<https://ci.example/job/7|build 7>"


def plain(text: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": text}


def mrkdwn(text: str) -> dict[str, Any]:
    return {"type": "mrkdwn", "text": text}


def section(text: str = "x") -> dict[str, Any]:
    return {"type": "section", "text": mrkdwn(text)}


def button(**more: object) -> dict[str, Any]:
    return {"type": "button", "text": plain("Open"), "url": "https://h", **more}


def rich(*elements: dict[str, Any]) -> dict[str, Any]:
    return {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": list(elements)}]}


def word(text: str) -> dict[str, Any]:
    return {"type": "text", "text": text}
