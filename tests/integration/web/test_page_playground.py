"""The playground: what a template would tell every service, about a live or a pasted Rollout."""

import json
from typing import Any

import pytest

from tests.integration.web.conftest import Show, Shown
from tests.integration.web.filling import fill, rollout, told
from tests.integration.web.looking import Answer, Given, seen_live

GIVEN = Given(
    {"service.slack": "token: $t", "template.mine": "message: '{{ rollout.metadata.name }} for {{ recipient }}'"},
    {"t": "x" * 9},
)


async def tried(shown: Shown, **form: str) -> Answer:
    """What a form comes to, for a program."""
    token = (await shown.visitor.get("/playground")).token
    return await shown.visitor.post("/playground", {"token": token, **form}, Accept="application/json")


async def page_of_trial(shown: Shown, **form: str) -> str:
    """What a form comes to, for a person."""
    token = (await shown.visitor.get("/playground")).token
    return (await shown.visitor.post("/playground", {"token": token, **form})).text


async def playing(show: Show) -> Shown:
    shown = await show(given=GIVEN, live=seen_live(rollout()))
    await fill(shown.outbox, told("a"))
    return shown


async def test_a_template_of_the_configuration_is_shown_for_every_service(show: Show) -> None:
    shown = await playing(show)
    rendered: list[dict[str, Any]] = (await tried(shown, template="mine", rollout="shop/cart", recipient="me")).json()[
        "rendered"
    ]
    assert {one["type"] for one in rendered} == {"slack", "email", "webhook"}
    assert {one["message"]["message"] for one in rendered} == {"cart for me"}
    assert "cart for me" in await page_of_trial(shown, template="mine", rollout="shop/cart", recipient="me")


async def test_a_shipped_template_is_shown_with_its_mail_in_a_frame(show: Show) -> None:
    shown = await playing(show)
    html = await page_of_trial(shown, template="rollout-paused", rollout="shop/cart")
    assert 'class="look slack"' in html
    frame = html.partition('src="/playground/mail/')[2].partition('"')[0]
    mail = await shown.visitor.get(f"/playground/mail/{frame}")
    assert mail.status == 200
    assert "sandbox" in mail.headers["Content-Security-Policy"]


async def test_a_template_that_is_written_here_sees_the_object_that_is_pasted(show: Show) -> None:
    shown = await playing(show)
    text = "message: '{{ rollout.metadata.name }}, {{ event.reason }}'"
    answer = await tried(shown, text=text, object=json.dumps(rollout("pasted")), reason="RolloutAborted")
    assert {one["message"]["message"] for one in answer.json()["rendered"]} == {"pasted, RolloutAborted"}


@pytest.mark.parametrize(
    ("form", "says"),
    [
        ({"template": "mine"}, "choose a Rollout that is there, as namespace/name, or paste one"),
        ({"rollout": "shop/cart"}, "choose a template, or write one"),
        ({"rollout": "shop/cart", "text": "message: '{{ rollot.x }}'"}, "rollot"),
        ({"rollout": "shop/cart", "text": "message: '{% if %}'"}, "message"),
        ({"rollout": "shop/cart", "text": "- 1"}, "a template is a mapping"),
        ({"template": "mine", "object": "kind: Pod"}, "holds no Rollout"),
        ({"template": "mine", "object": "a: [b"}, "line"),
        ({"template": "mine", "object": "kind: Rollout\nmetadata: 7"}, "Rollout"),
        ({"template": "mine", "object": "kind: Rollout\nmetadata: {name: x, namespace: y}\nspec: 3"}, "Rollout"),
        ({"template": "mine", "rollout": "shop/cart", "reason": "Nothing"}, "there is no reason Nothing"),
    ],
)
async def test_what_cannot_be_tried_is_a_sentence_and_the_form_stays_filled_in(
    show: Show, form: dict[str, str], says: str
) -> None:
    shown = await playing(show)
    answer = await tried(shown, **form)
    assert answer.status == 422
    assert says in answer.json()["fault"]
    page = await page_of_trial(shown, recipient="keep-me", **form)
    assert 'value="keep-me"' in page
    assert "Traceback" not in page


async def test_a_template_without_end_is_stopped_and_the_page_goes_on(show: Show) -> None:
    shown = await playing(show)
    loop = "{% for a in range(1000) %}{% for b in range(1000) %}x{% endfor %}{% endfor %}"
    answer = await tried(shown, rollout="shop/cart", text=json.dumps({"message": loop}))
    assert all("too much" in one["faults"][0] for one in answer.json()["rendered"])


async def test_what_is_too_large_is_refused(show: Show) -> None:
    shown = await playing(show)
    answer = await tried(shown, rollout="shop/cart", text="x" * 300_000)
    assert answer.status == 413
    assert "larger than" in answer.json()["error"]
