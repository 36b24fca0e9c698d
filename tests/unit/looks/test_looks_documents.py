"""Mails, webhooks, and the document around what is drawn."""

from __future__ import annotations

import re

from notifier.looks import mail, page, slack, webhook
from notifier.looks.drawing import CSS
from notifier.looks.mail import Mail
from tests.unit.looks.read_html import Read

MAIL = Mail("ledger <2.0.0> aborted", "Rollouts <rollouts@a.example>", "team@a.example", "See https://a.example/x.", "")
HTML = '<html><body onload="x()"><p title="a">Hello</p><script>x()</script></body></html>'


def test_a_mail_shows_who_wrote_what_to_whom() -> None:
    found = Read(mail.html(MAIL))
    assert " ".join(found.text.split()) == (
        "ledger <2.0.0> aborted R Rollouts <rollouts@a.example> to team@a.example See https://a.example/x."
    )
    assert [link["href"] for link in found.all("a")] == ["https://a.example/x"]
    assert found.all("iframe") == []


def test_a_mails_html_is_in_a_frame_that_may_do_nothing() -> None:
    frame, *others = Read(mail.html(MAIL._replace(html=HTML), height=321)).all("iframe")
    assert others == []
    assert frame["sandbox"] == ""
    assert frame["height"] == "321"
    assert frame["srcdoc"].endswith(HTML)
    policy = Read(frame["srcdoc"]).all("meta")[1]
    assert policy["content"] == "default-src 'none'; style-src 'unsafe-inline'"


def test_nothing_of_a_mails_html_is_in_the_page_itself() -> None:
    found = Read(mail.html(MAIL._replace(html=HTML + "\"'></iframe>")))
    assert not {"script", "body", "html"} & {element.tag for element in found.elements}
    assert not any("onload" in element.attributes for element in found.elements)
    assert len(found.all("details")) == 1


def test_a_webhook_shows_request_headers_and_readable_json() -> None:
    body = {"a": 'q"<b>', "n": [1.5, -2, None, True], "ü": {}}
    found = Read(webhook.html("POST", "/hook?a=1&b=2", {"Content-Type": "application/json"}, body))
    assert "POST /hook?a=1&b=2" in found.text
    assert "Content-Typeapplication/json" in found.text
    assert '"a": "q\\"<b>",\n  "n": [\n    1.5,\n    -2,\n    null,\n    true\n  ],\n  "ü": {}\n}' in found.text
    classes = [span["class"] for span in found.all("span")]
    assert classes == ["key", "string", "key", "number", "number", "word", "word", "key"]


def test_a_webhooks_body_may_be_text_of_json_or_any_other() -> None:
    assert webhook.html("POST", "/", {}, '{"a":1}') == webhook.html("POST", "/", {}, {"a": 1})
    assert webhook.html("POST", "/", {}, b'{"a":1}') == webhook.html("POST", "/", {}, {"a": 1})
    assert "<b>no</b> {json" in Read(webhook.html("POST", "/", {}, "<b>no</b> {json")).text
    assert "\ufffd{" in Read(webhook.html("POST", "/", {}, b"\xff{")).text
    assert "[" * 100_000 in Read(webhook.html("POST", "/", {}, "[" * 100_000)).text


def test_a_document_holds_its_parts_and_the_style_sheet() -> None:
    text = page.document("What <was> sent", slack.html({"text": "hello"}), "no <b>markup</b>")
    found = Read(text)
    assert text.startswith("<!doctype html>")
    assert "What <was> sent" in found.text
    assert "no <b>markup</b>" in found.text
    assert len(found.of_class("message")) == 1
    assert str(CSS) in text
    assert found.all("style") == [{}]


def test_a_documents_styles_carry_its_nonce_and_nothing_else_needs_one() -> None:
    everything = [
        slack.html({"text": "x", "attachments": [{"color": "good"}]}),
        mail.html(MAIL),
        webhook.html("", "", {}, 1),
    ]
    found = Read(page.document("t", *everything, nonce="abc"))
    assert found.all("style") == [{"nonce": "abc"}]
    assert not [element for element in found.elements if "style" in element.attributes or element.tag == "script"]


def test_the_style_sheet_fetches_nothing_and_knows_light_and_dark() -> None:
    assert not re.search(r"url\(|@import|@font-face|https?:", CSS)
    assert "@media (prefers-color-scheme: dark)" in CSS
