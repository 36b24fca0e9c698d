"""Whatever a message says, nothing of it is HTML."""

from __future__ import annotations

from typing import Any

from hypothesis import given, strategies as st

from notifier.looks import mail, page, slack, webhook
from notifier.looks.mail import Mail
from tests.unit.looks.read_html import Read

_TAGS = frozenset(
    {
        *("html", "head", "meta", "title", "style", "body", "article", "header", "details", "summary", "time", "p"),
        *("div", "span", "a", "b", "i", "s", "h3", "hr", "code", "pre", "blockquote", "ul", "ol", "li", "figure"),
        *("figcaption", "svg", "rect", "iframe", "dl", "dt", "dd"),
    }
)
_ATTRIBUTES = frozenset(
    {
        *("class", "href", "target", "rel", "title", "role", "aria-label", "aria-hidden", "width", "height", "fill"),
        *("sandbox", "srcdoc", "referrerpolicy", "lang", "charset", "name", "content"),
    }
)
_MARKS = [
    *(
        "<script>alert(1)</script>",
        "</style>",
        "</iframe>",
        '"><img src=x onerror=x()>',
        "' onclick='x()",
        "<!--",
        "-->",
    ),
    *("javascript:alert(1)", "https://a.example/", "mailto:", "HTTPS://", "data:", "<", ">", "|", "&", "&lt;", "&amp;"),
    *(
        "*",
        "_",
        "~",
        "`",
        "```",
        "\n",
        "> ",
        "@",
        "#",
        "!",
        "!here",
        "!date^",
        ":x:",
        ":",
        "{{ 1 }}",
        "{% raw %}",
        "\x00",
    ),
    *("&#x3c;", "\u202e", " ", "a"),
]
_TYPES = [
    *("header", "section", "context", "divider", "actions", "image", "rich_text", "button", "mrkdwn", "plain_text"),
    *("rich_text_section", "rich_text_list", "rich_text_quote", "rich_text_preformatted", "text", "link", "emoji"),
    *("user", "usergroup", "channel", "broadcast", "date"),
]
_KEYS = [
    *("text", "fields", "elements", "accessory", "url", "title", "alt_text", "style", "value", "bold", "code", "name"),
    *("user_id", "range", "indent", "blocks", "attachments", "color", "pretext", "title_link", "footer", "ts"),
    *("author_name", "image_url", "short", "username", "icon_emoji", "edited", "reply_broadcast", "mrkdwn"),
]

_pieces = st.lists(st.sampled_from(_MARKS) | st.text(max_size=5), max_size=6).map("".join)
_around = st.sampled_from(
    ["{}", "*{}*", "_{}_", "~{}~", "`{}`", "```{}```", "<{}>", "<https://{}>", "<javascript:{}|a>", ":{}:"]
)
texts = st.lists(st.builds(str.replace, _around, st.just("{}"), _pieces), max_size=4).map(" ".join)
_leaves = texts | st.booleans() | st.none() | st.floats() | st.integers()


def _objects(values: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    some = st.dictionaries(st.sampled_from(_KEYS), values, max_size=5)
    return st.builds(lambda kind, rest: {"type": kind, **rest}, st.sampled_from(_TYPES) | texts, some)


_values: st.SearchStrategy[Any] = st.recursive(
    _leaves, lambda inner: st.lists(inner, max_size=4) | _objects(inner), max_leaves=25
)


def everywhere(text: str) -> list[dict[str, Any]]:
    """Messages with a text in every place that Slack shows."""
    plain, marked = {"type": "plain_text", "text": text}, {"type": "mrkdwn", "text": text}
    plainer = {**plain, "emoji": False}
    button = {"type": "button", "text": plain, "url": text, "style": text}
    image = {"type": "image", "image_url": text, "alt_text": text, "title": plain}
    keys = ("text", "url", "name", "user_id", "usergroup_id", "channel_id", "range", "fallback")
    kinds = ("text", "link", "emoji", "user", "usergroup", "channel", "broadcast", "date")
    pieces = [{"type": kind, **dict.fromkeys(keys, text), "style": {"bold": True, text: True}} for kind in kinds]
    section, *others = (
        {"type": f"rich_text_{kind}", "elements": pieces} for kind in ("section", "quote", "preformatted")
    )
    blocks = [
        {"type": "header", "text": plain},
        {"type": "section", "text": marked, "fields": [plain, plainer, marked], "accessory": button},
        {"type": "context", "elements": [marked, plain, image]},
        {"type": "actions", "elements": [button]},
        image,
        {"type": "rich_text", "elements": [section, *others, {"type": "rich_text_list", "elements": [section]}]},
    ]
    words = ("color", "pretext", "author_name", "title", "title_link", "text", "image_url", "footer", "ts")
    attachment = {**dict.fromkeys(words, text), "fields": [{"title": text, "value": text}], "blocks": blocks}
    return [{"blocks": blocks}, {"text": text, "mrkdwn": False, "attachments": [attachment]}]


def harmless(html: str) -> None:
    """Fail unless only our own elements and attributes are there, and links lead to the web or to a mailbox."""
    found = Read(html)
    assert found.open == []
    assert found.other == []
    for tag, attributes in found.elements:
        assert tag in _TAGS
        assert set(attributes) <= _ATTRIBUTES
        assert attributes.get("href", "https://").lower().startswith(("https://", "http://", "mailto:"))


@given(st.dictionaries(st.sampled_from([*_KEYS, "blocks", "attachments"]), _values, max_size=6))
def test_no_payload_for_slack_is_html(payload: dict[str, Any]) -> None:
    harmless(slack.html(payload))
    harmless(slack.thread(payload, [payload]))


@given(texts)
def test_no_text_of_a_message_for_slack_is_html_wherever_it_stands(text: str) -> None:
    html = slack.thread({"text": text, "username": text, "icon_emoji": text}, everywhere(text))
    harmless(html)
    assert "unknown" not in html.replace(text, "")


@given(st.builds(Mail, texts, texts, texts, texts, texts))
def test_no_mail_is_html_outside_of_its_frame(letter: Mail) -> None:
    harmless(mail.html(letter))


@given(texts, texts, st.dictionaries(texts, texts, max_size=3), _values)
def test_no_webhook_is_html(method: str, path: str, headers: dict[str, str], body: Any) -> None:
    harmless(webhook.html(method, path, headers, body))


@given(texts, texts)
def test_no_title_is_html(title: str, text: str) -> None:
    harmless(page.document(title, text, slack.html({"text": text})))


@given(st.text(st.characters(exclude_characters=":&\r\x00", exclude_categories=["Cs"])))
def test_a_text_without_markup_is_shown_whole(text: str) -> None:
    assert text in Read(slack.html({"text": text, "mrkdwn": False})).text
