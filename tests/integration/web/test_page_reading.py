"""What the page shows, to people and to programs."""

import asyncio
import re

import pytest

from notifier.errors import ConfigError
from notifier.outbox.protocol import State, Unit
from notifier.web.page import Page
from tests.integration.web.conftest import Show
from tests.integration.web.filling import NOW, cart, fill, record, rollout, settle, told
from tests.integration.web.looking import Given, seen_live

PATHS = ("/", "/deliveries", "/dead", "/subscriptions", "/problems", "/playground")
SLACK = Given({"service.slack": "token: $slack-token"}, {"slack-token": "xoxb-not-to-be-seen"})


@pytest.mark.parametrize("path", PATHS)
async def test_an_empty_store_is_a_page_that_says_what_to_do(show: Show, path: str) -> None:
    visitor = (await show()).visitor
    answer = await visitor.get(path)
    assert answer.status == 200
    assert 'class="empty"' in answer.text or path == "/playground"
    await visitor.json(path)


async def test_rollouts_now_say_phase_step_weight_since_and_the_last_message(show: Show) -> None:
    shown = await show()
    await fill(shown.outbox, told("a"), told("b", recipient="others"))
    await settle(shown.outbox, State.DELIVERED, status="ok")
    [row] = (await shown.visitor.json("/"))["rollouts"]
    assert row["last"].items() >= {"recipient": "others", "state": "delivered", "reason": "RolloutPaused"}.items()
    about = {"phase": "Paused", "step": 1, "steps": 3, "weight": 20, "since": "2026-11-18T11:06:40.000Z"}
    assert row.items() >= about.items()
    text = (await shown.visitor.get("/")).text
    assert re.search(r'<time datetime="2026-11-18T11:06:40.000Z"', text)
    assert 'href="/rollouts/shop/cart"' in text


async def test_what_wants_a_person_comes_first_and_filters_narrow(show: Show) -> None:
    shown = await show()
    others = (cart(name="web", phase="Healthy"), cart(name="api", namespace="pay", phase="Degraded", aborted_at="x"))
    await fill(shown.outbox, digests=(cart(), *others))
    listed = await shown.visitor.json("/rollouts")
    assert [row["name"] for row in listed["rollouts"]] == ["api", "cart", "web"]
    assert listed["phases"] == {"Degraded": 1, "Paused": 1, "Healthy": 1}
    for query, names in {"namespace=pay": ["api"], "phase=Healthy": ["web"], "name=AR": ["cart"], "name=x": []}.items():
        assert [row["name"] for row in (await shown.visitor.json(f"/?{query}"))["rollouts"]] == names


async def test_rollouts_come_in_pages(show: Show) -> None:
    shown = await show()
    await fill(shown.outbox, digests=tuple(cart(name=f"app-{number:03}") for number in range(120)))
    pages = [await shown.visitor.json(f"/?page={page}") for page in (1, 2, 3, 99)]
    names = [[row["name"] for row in page["rollouts"]] for page in pages]
    assert [len(some) for some in names] == [50, 50, 20, 20]
    assert names[0] + names[1] + names[2] == [f"app-{number:03}" for number in range(120)]


async def test_a_rollout_that_changes_and_one_that_goes_away_are_seen(show: Show) -> None:
    shown = await show()
    await fill(shown.outbox, digests=(cart(), cart(name="web")))
    assert len((await shown.visitor.json("/"))["rollouts"]) == 2
    new, gone = record(cart(name="web", phase="Healthy"), 1), record(cart(), 1)._replace(deleted=NOW)
    await shown.outbox.commit([Unit([new]), Unit([gone])], NOW)
    [row] = (await shown.visitor.json("/"))["rollouts"]
    assert (row["name"], row["phase"]) == ("web", "Healthy")
    left = await shown.visitor.json("/rollouts/shop/cart")
    assert (left["rollout"], len(left["timeline"])) == (None, 1)
    assert "not in the cluster any more" in (await shown.visitor.get("/rollouts/shop/cart")).text


async def test_a_story_says_what_happened_who_was_told_and_what_each_answered(show: Show) -> None:
    shown = await show(given=SLACK)
    await fill(shown.outbox, told("a", service="slack"), told("b", service="mail", recipient="x@example.com"))
    await settle(shown.outbox, State.DEAD, "the mailbox is full", "552")
    story = await shown.visitor.json("/rollouts/shop/cart")
    [entry] = story["timeline"]
    assert entry["event"]["reason"] == "RolloutPaused"
    assert [(one["service"], one["status"], one["answer"]) for one in entry["deliveries"]] == [
        ("slack", "552", "the mailbox is full"),
        ("mail", "552", "the mailbox is full"),
    ]
    text = (await shown.visitor.get("/rollouts/shop/cart")).text
    assert "Rollout shop/cart waits at step 1 of 3" in text
    assert 'class="look slack"' in text
    assert "the mailbox is full" in text


async def test_each_message_looks_as_at_its_receiver(show: Show) -> None:
    shown = await show(given=SLACK)
    hook = {"method": "PUT", "path": "/in", "body": {"answer": 42}}
    mail = {"subject": "It waits", "body": "plain", "html": "<p style='color:red'>red</p>"}
    blocks = {"blocks": [{"type": "header", "text": {"type": "plain_text", "text": "A header"}}]}
    await fill(
        shown.outbox,
        told("slack", body=blocks, service="slack"),
        told("mail", body=mail, service="email", recipient="x@example.com"),
        told("hook", body=hook, service="webhook", recipient=""),
    )
    slack, letter, request = [(await shown.visitor.get(f"/deliveries/{number}")).text for number in (1, 2, 3)]
    assert '<h3 class="block header">A header</h3>' in slack
    assert "<b>PUT</b> /in" in request
    assert '<iframe sandbox="" src="/deliveries/2/mail"' in letter
    assert "color:red" not in letter.partition("<details>")[0]
    framed = await shown.visitor.get("/deliveries/2/mail")
    assert "<p style='color:red'>red</p>" in framed.text
    assert framed.headers["Content-Security-Policy"].startswith(
        "sandbox; default-src 'none'; style-src 'unsafe-inline'"
    )


async def test_deliveries_are_filtered_and_paged(show: Show) -> None:
    shown = await show()
    await fill(shown.outbox, *(told(f"k{number}", name="web" if number % 2 else "cart") for number in range(120)))
    first = await shown.visitor.json("/deliveries")
    rest = await shown.visitor.json(f"/deliveries?before={first['older']}")
    last = await shown.visitor.json(f"/deliveries?before={rest['older']}")
    ids = [row["id"] for page in (first, rest, last) for row in page["deliveries"]]
    assert ids == sorted(range(1, 121), reverse=True)
    assert last["older"] is None
    assert len((await shown.visitor.json("/deliveries?name=web&namespace=shop"))["deliveries"]) == 50
    for query in ("state=dead", "service=email", "namespace=pay", "state=delivered&name=web"):
        assert (await shown.visitor.json(f"/deliveries?{query}"))["deliveries"] == []
    assert len((await shown.visitor.json("/deliveries?state=leased&service=slack"))["deliveries"]) == 50


async def test_problems_are_shown_by_place_with_key_and_line(show: Show) -> None:
    given = Given({"trigger.on-mine": "- when: 1 +\n  send: [x]\n", "servise.slack": "token: x"})
    shown = await show(given=given)
    text = (await shown.visitor.get("/problems")).text
    assert "ConfigMap argo-rollouts/rollouts-notifier-config" in text
    assert all(f"<code>{problem.key}</code>" in text for problem in given.problems)
    assert len((await shown.visitor.json("/problems"))["problems"]) == len(given.problems) >= 2


async def test_subscriptions_of_a_rollout_say_why_and_why_not(show: Show) -> None:
    live = seen_live(rollout())
    shown = await show(given=SLACK, live=live)
    await fill(shown.outbox, told("a"))
    found = (await shown.visitor.json("/subscriptions?rollout=shop/cart"))["explanation"]
    [answer] = found["answers"]
    assert (answer["service"], answer["recipient"], answer["trigger"]) == ("slack", "team", "on-rollout-paused")
    text = (await shown.visitor.get("/subscriptions?rollout=shop/cart")).text
    assert answer["says"].split(";")[0] in text
    missing = await shown.visitor.get("/subscriptions?rollout=shop/nothing")
    assert missing.status == 404
    assert "There is no Rollout shop/nothing" in missing.text


async def test_annotations_that_cannot_work_stand_with_their_rollout(show: Show) -> None:
    shown = await show(given=SLACK)
    wrong = {"notifications.argoproj.io/subscribe.on-rollout-pausd.slack": "team"}
    await fill(shown.outbox, digests=(cart(subscriptions=wrong),))
    assert "on-rollout-paused" in (await shown.visitor.get("/rollouts/shop/cart")).text


@pytest.mark.parametrize(
    ("path", "status", "says"),
    [
        ("/rollouts/shop/none", 404, "nothing is known of a Rollout none in namespace shop"),
        ("/deliveries/7", 404, "there is no delivery 7; it may be older than what is kept"),
        ("/deliveries/7/mail", 404, "there is no delivery 7"),
        ("/deliveries?before=x", 400, "`before` is a number, and not x"),
        ("/deliveries?state=lost", 400, "there is no state lost: it is one of pending"),
        ("/rollouts/shop/cart?before=x", 400, "`before` is what a link to older events says"),
        ("/?page=%C2%B2", 400, "`page` is a number"),
        ("/nothing", 404, "there is nothing under this address"),
        ("/static/secret", 404, "there is nothing under this address"),
        ("/playground/mail/x", 404, "this trial is over"),
    ],
)
async def test_what_is_not_there_is_a_sentence(show: Show, path: str, status: int, says: str) -> None:
    visitor = (await show()).visitor
    answer = await visitor.get(path, Accept="application/json")
    assert (answer.status, says in answer.json()["error"]) == (status, True)
    page = await visitor.get(path)
    assert page.status == status
    assert page.headers["Content-Type"].startswith("text/html")
    assert "Traceback" not in page.text


async def test_a_store_that_cannot_be_read_is_a_sentence(show: Show) -> None:
    shown = await show()
    await shown.outbox._writer.run(lambda connection: connection.execute("DROP TABLE deliveries"))
    answer = await shown.visitor.get("/deliveries")
    assert answer.status == 503
    assert "The store cannot be read" in answer.text


async def test_an_address_in_use_is_an_error_that_names_it(show: Show) -> None:
    page = (await show()).page
    port = int(page.url.rpartition(":")[2])
    with pytest.raises(ConfigError, match=rf"the page cannot be served on 127\.0\.0\.1:{port}: .*in use"):
        async with Page(("127.0.0.1", port), page._sources):
            pytest.fail("two pages on one port")


async def test_many_look_at_once(show: Show) -> None:
    shown = await show()
    await fill(shown.outbox, told("a"))
    answers = await asyncio.gather(*(shown.visitor.get(path) for path in PATHS * 5))
    assert {answer.status for answer in answers} == {200}
