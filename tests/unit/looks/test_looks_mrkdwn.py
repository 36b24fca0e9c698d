"""Slack's markup of texts."""

from __future__ import annotations

import pytest

from notifier.looks import mrkdwn
from notifier.looks.emoji import emoji, with_emoji
from tests.unit.looks.read_html import Read, outline


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("*bold* _italic_ ~strike~ `code`", "(b bold) (i italic) (s strike) (code code)"),
        ("*_both_* ~*both*~", "(b (i both)) (s (b both))"),
        ("(*bold*), _italic_.", "((b bold)), (i italic)."),
        ("2*3*4 and snake_case_name", "2*3*4 and snake_case_name"),
        ("* no * bold, *none", "* no * bold, *none"),
        ("*not\nacross lines*", "*not\nacross lines*"),
        ("`*no* <@U1> :x:`", "(code *no* <@U1> :x:)"),
        ("&lt;b&gt; &amp;amp; &quot;", "<b> &amp; &quot;"),
        ("one\n\n  two", "one\n\n  two"),
        ("> quoted *bold*\n> on\nthen", "(blockquote quoted (b bold)\non)then"),
        ("&gt; quoted", "(blockquote quoted)"),
        ("1 &gt; 0", "1 > 0"),
        ("before\n```\na *b*\n  c &lt; d\n```\nafter", "before(pre a *b*\n  c < d)after"),
        ("```never closed", "```never closed"),
        ("*see <https://a.example/x*y|the *run*>*", "(b see (a the *run*))"),
        ("_<https://a.example/x_y|it>_", "(i (a it))"),
    ],
)
def test_marks_style_what_stands_between_them_at_words_edges(text: str, shown: str) -> None:
    assert outline(mrkdwn.html(text)) == shown


@pytest.mark.parametrize(
    ("text", "href", "shown"),
    [
        ("<https://a.example/?a=1&amp;b=2|here>", "https://a.example/?a=1&b=2", "here"),
        ("<https://a.example>", "https://a.example", "https://a.example"),
        ("<mailto:a@b.example|a@b.example>", "mailto:a@b.example", "a@b.example"),
        ("look at https://a.example/x.", "https://a.example/x", "look at https://a.example/x."),
        ("(HTTP://A.EXAMPLE)", "", "(HTTP://A.EXAMPLE)"),
        ("<HTTPS://A.EXAMPLE|A>", "HTTPS://A.EXAMPLE", "A"),
    ],
)
def test_links_lead_where_they_say(text: str, href: str, shown: str) -> None:
    read = Read(mrkdwn.html(text))
    assert [link["href"] for link in read.all("a")] == ([href] if href else [])
    assert read.text == shown


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)",
        " javascript:alert(1)",
        "data:text/html,x",
        "file:///etc/passwd",
        "//a.example",
        "https:a.example",
        "x",
    ],
)
def test_an_address_that_is_neither_web_nor_mail_is_shown_and_not_linked(address: str) -> None:
    read = Read(mrkdwn.html(f"<{address}|click>"))
    assert read.all("a") == []
    assert read.text == f"<{address}|click>"


@pytest.mark.parametrize(
    ("text", "shown", "everyone"),
    [
        ("<@U1>", "@U1", False),
        ("<@U1|ann>", "@ann", False),
        ("<#C1|deployments>", "#deployments", False),
        ("<#C1>", "#C1", False),
        ("<!subteam^S1|@oncall>", "@oncall", False),
        ("<!here>", "@here", True),
        ("<!channel|channel>", "@channel", True),
    ],
)
def test_mentions_stand_out(text: str, shown: str, everyone: bool) -> None:
    read = Read(mrkdwn.html(text))
    assert read.text == shown
    assert len(read.of_class("mention")) == 1
    assert bool(read.of_class("everyone")) is everyone


def test_a_date_is_shown_as_its_fallback() -> None:
    assert Read(mrkdwn.html("<!date^1770000000^{date}|2 February>")).text == "2 February"


def test_emoji_are_shown_where_they_are_known_and_named_where_not() -> None:
    assert with_emoji(":rocket: :warning: at 10:30:45") == (
        f"{emoji('rocket')} {emoji('warning')} at 10<span>:30:</span>45"
    )
    assert Read(mrkdwn.html("*:x: no* :partyparrot:")).text == "❌ no :partyparrot:"
    assert Read(with_emoji(":+1::skin-tone-3: :+1:")).text == "👍 👍"


@pytest.mark.parametrize("unit", ["*a ", "*<", "_<a", "`", "```\n", ":a", "https://", "*_~a", "> a\n", "<", "&lt;"])
def test_a_long_text_of_marks_takes_no_longer_than_any_other(unit: str) -> None:
    text = unit * (40_000 // len(unit))
    assert len(Read(mrkdwn.html(text)).text) > len(text) / 10
