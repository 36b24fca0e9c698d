"""How a message looks at its receiver, as HTML: values in, text out. Pure.

    page.document("What was sent", slack.html(payload), mail.html(letter), webhook.html("POST", "/", {}, body))

`slack`, `mail` and `webhook` draw one message each, `page` puts drawings into a document. All text of a message is
escaped, its links are web and mail addresses only, and nothing of it is fetched: pictures are frames with their
description. Without scripts and inline styles, so that a strict Content-Security-Policy holds.
"""
