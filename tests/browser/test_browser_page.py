"""The page in a browser: followed with the mouse and the keyboard, on a phone, in the dark, and without scripts."""

from __future__ import annotations

import pytest
from playwright.async_api import Page as Tab, expect

from notifier.outbox.protocol import State, Unit
from notifier.sandbox.receivers import WebhookSink
from tests.browser.conftest import Looked
from tests.integration.web.filling import NOW, cart, fill, record, settle, told

pytestmark = pytest.mark.asyncio(loop_scope="module")
PATHS = (
    *("/", "/rollouts/shop/cart", "/deliveries", "/deliveries/1", "/deliveries/2", "/dead", "/problems", "/playground"),
    *("/subscriptions", "/subscriptions?rollout=shop/cart"),
)
MAIL = {"subject": "cart waits", "body": "plain", "html": "<p style='margin:7px' id=p>It waits</p>"}
_HOSTILE = (
    "<style>p{{color:rgb(1,2,3)}}</style><p style='margin:7px' id=p>red</p><script>parent.ran=1</script>"
    "<img src='{0}/x.png' onerror='top.ran=1'><link rel=stylesheet href='{0}/x.css'><iframe src='{0}/x'></iframe>"
)
LONG = "a-name-that-is-as-long-as-names-may-be-" * 3
PHONE = {"viewport": {"width": 360, "height": 740}, "has_touch": True}


async def filled(looked: Looked) -> None:
    """Two Rollouts; one was told to Slack, which took it not, and by mail."""
    await fill(
        looked.outbox,
        told("slack", service="slack", recipient="deployments"),
        told("mail", body=MAIL, service="email", recipient="team@example.com"),
        digests=(cart(), cart(name="web", phase="Healthy"), cart(name=LONG, message=LONG * 3)),
    )
    await settle(looked.outbox, State.DEAD, "no such channel", "channel_not_found")


async def test_from_the_list_to_a_story_to_the_message_as_its_receiver_sees_it(looked: Looked) -> None:
    await filled(looked)
    async with looked.tab("/") as tab:
        await tab.get_by_role("link", name="shop/cart").click()
        await expect(tab.get_by_role("heading", level=1)).to_have_text("cart")
        await tab.get_by_role("link", name="slack deployments").click()
        await expect(tab.locator(".look.slack")).to_contain_text("Rollout cart waits")
        await tab.get_by_role("link", name="delivery 1").click()
        await expect(tab.get_by_role("heading", level=1)).to_contain_text("RolloutPaused to slack deployments")


async def test_a_mail_has_its_styles_and_neither_scripts_nor_pictures_from_elsewhere(looked: Looked) -> None:
    async with WebhookSink() as elsewhere:
        hostile = MAIL | {"html": _HOSTILE.format(elsewhere.url)}
        await fill(looked.outbox, told("mail", body=hostile, service="email", recipient="team@example.com"))
        opened = await looked.browser.new_context()
        tab = await opened.new_page()
        await tab.goto(f"{looked.page.url}/deliveries/1")
        paragraph = tab.frame_locator("iframe").locator("#p")
        await expect(paragraph).to_have_css("color", "rgb(1, 2, 3)")
        await expect(paragraph).to_have_css("margin-top", "7px")
        assert await tab.evaluate("window.ran") is None
        await opened.close()
        assert elsewhere.requests == []


async def test_an_open_page_shows_what_is_new_and_keeps_the_focus(looked: Looked) -> None:
    await filled(looked)
    async with looked.tab("/") as tab:
        await expect(tab.get_by_role("status")).to_have_text("live")
        link = tab.get_by_role("link", name="shop/cart")
        await link.focus()
        await looked.outbox.commit([Unit([record(cart(phase="Degraded", weight=77), 1)])], NOW)
        row = tab.get_by_role("row").filter(has_text="shop/cart")
        await expect(row).to_contain_text("Degraded")
        await expect(row).to_contain_text("77")
        await expect(link).to_be_focused()


async def test_everything_can_be_reached_by_keyboard(looked: Looked) -> None:
    await filled(looked)
    async with looked.tab("/") as tab:
        await tab.keyboard.press("Tab")
        await expect(tab.get_by_role("link", name="Skip to the content")).to_be_focused()
        await tab.keyboard.press("/")
        search = tab.get_by_role("searchbox")
        await expect(search).to_be_focused()
        await tab.keyboard.type("web")
        await tab.keyboard.press("Enter")
        await expect(tab.get_by_role("row")).to_have_count(2)
        await tab.keyboard.press("j")
        await expect(tab.get_by_role("link", name="shop/web")).to_be_focused()
        outline = await tab.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        assert outline == "solid"
        await tab.keyboard.press("Enter")
        await expect(tab.get_by_role("heading", level=1)).to_have_text("web")


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_texts_can_be_read_in_the_light_and_in_the_dark(looked: Looked, scheme: str) -> None:
    await filled(looked)
    async with looked.tab("/rollouts/shop/cart", color_scheme=scheme) as tab:
        for selector in ("body", ".soft", ".status.held", ".status.bad", ".steps .now", "nav a"):
            assert await _contrast(tab, selector) >= 4.5, selector


async def _contrast(tab: Tab, selector: str) -> float:
    """The contrast of a text and the page behind it, as WCAG counts it."""
    ratio: float = await tab.evaluate(
        """selector => {
          const light = color => color.match(/[0-9.]+/g).slice(0, 3).map(part => part / 255)
            .map(part => part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4)
            .reduce((sum, part, i) => sum + part * [0.2126, 0.7152, 0.0722][i], 0);
          const [one, two] = [
            getComputedStyle(document.querySelector(selector)).color, getComputedStyle(document.body).backgroundColor,
          ].map(light);
          return (Math.max(one, two) + 0.05) / (Math.min(one, two) + 0.05);
        }""",
        selector,
    )
    return ratio


@pytest.mark.parametrize("path", [*PATHS, f"/rollouts/shop/{LONG}"])
async def test_nothing_is_wider_than_a_phone(looked: Looked, path: str) -> None:
    await filled(looked)
    async with looked.tab(path, **PHONE) as tab:
        assert await tab.evaluate("document.documentElement.scrollWidth") == 360


@pytest.mark.parametrize("path", PATHS)
async def test_everything_is_read_without_scripts(looked: Looked, path: str) -> None:
    await filled(looked)
    async with looked.tab(path, java_script_enabled=False) as tab, looked.tab(path) as other:
        await expect(tab.get_by_role("heading", level=1)).to_be_visible()
        for words in ("h1", "tbody th", "dt", "legend"):
            assert await tab.locator(words).all_inner_texts() == await other.locator(words).all_inner_texts()


async def test_without_scripts_rollouts_are_filtered_and_opened(looked: Looked) -> None:
    await filled(looked)
    async with looked.tab("/", java_script_enabled=False) as tab:
        await tab.get_by_role("searchbox").fill("web")
        await tab.get_by_role("button", name="Filter").click()
        await tab.get_by_role("link", name="shop/web").click()
        await expect(tab.get_by_role("heading", level=1)).to_have_text("web")


@pytest.mark.parametrize("scripts", [True, False])
async def test_a_dead_letter_is_sent_again(looked: Looked, *, scripts: bool) -> None:
    await filled(looked)
    async with looked.tab("/dead", java_script_enabled=scripts) as tab:
        row = tab.get_by_role("row").filter(has_text="deployments")
        await expect(row).to_contain_text("channel_not_found")
        await row.get_by_role("button", name="Send again").click()
        await expect(row).to_have_count(0)
        await expect(tab.get_by_role("row").filter(has_text="team@example.com")).to_have_count(1)
    found = await looked.outbox.delivery(1)
    assert found is not None
    assert found.state is State.PENDING


async def test_a_template_is_tried(looked: Looked) -> None:
    await filled(looked)
    async with looked.tab("/playground") as tab:
        await tab.get_by_label("or one you write").fill("message: '*{{ rollout.metadata.name }}* waits'")
        await tab.get_by_label("Rollout", exact=True).fill("shop/cart")
        await tab.get_by_role("button", name="Try it").click()
        await expect(tab.locator(".look.slack b", has_text="cart")).to_be_visible()
