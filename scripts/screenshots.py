"""Draw the pictures of the page into docs/pictures: the demo's stories, one of them stopped in the middle.

Needs Debian's chromium and pngquant. Takes about half a minute.
"""

from __future__ import annotations

import asyncio
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, async_playwright

from notifier import logs
from notifier.demo.catalogue import by_default
from notifier.demo.stage import Stage, stage
from notifier.demo.stories import SLACK, Story
from notifier.model import ANNOTATION_PREFIX, Kind
from notifier.outbox.protocol import State
from notifier.sandbox.player import Line, play

FOLDER = Path(__file__).parent.parent / "docs" / "pictures"
CHROMIUM = "/usr/bin/chromium"
LARGEST, COLORS = 150_000, 64
"""Bytes and colours of a picture."""
WIDE: dict[str, Any] = {"viewport": {"width": 1200, "height": 760}, "device_scale_factor": 2}
PHONE: dict[str, Any] = {"viewport": {"width": 360, "height": 740}, "device_scale_factor": 2}
SPEED = 20.0
WAITS = "shop"
"""The namespace of the story that is stopped where it waits for a person."""
GONE = "old-deploys"
"""A channel that is not there."""
PATIENCE = 60.0

PICTURES: dict[str, tuple[str, dict[str, Any]]] = {
    "rollouts": ("/", WIDE),
    "rollout": ("/rollouts/payments/ledger", WIDE),
    "why": ("/subscriptions?rollout=shop/checkout", WIDE),
    "dead": ("/dead", WIDE),
    "phone": ("/", PHONE),
}


def lines(story: Story) -> Iterator[Line]:
    """A story some minutes ago; whoever asks for updates in Slack asks for a channel too many."""
    asked = f"{ANNOTATION_PREFIX}subscribe.on-rollout-updated.{SLACK}"
    for line in story.lines(time.time() - 900):
        found = line.object
        if found["kind"] == Kind.ROLLOUT:
            annotations = found["metadata"]["annotations"]
            annotations[asked] = f"{annotations[asked]};{GONE}"
        yield line
        if story.namespace == WAITS and found.get("status", {}).get("phase") == "Paused":
            return


async def settled(on: Stage) -> None:
    """Wait until nothing is left to send, and something could not be."""
    async with asyncio.timeout(PATIENCE):
        while {one.state for one in await on.daemon.outbox.census()} != {State.DEAD}:  # noqa: ASYNC110  # sets no event
            await asyncio.sleep(0.5)


async def shoot(browser: Browser, url: str) -> None:
    """Write all pictures, light and dark."""
    for name, (path, context) in PICTURES.items():
        for scheme in ("light", "dark"):
            tab = await browser.new_page(color_scheme=scheme, **context)
            await tab.goto(url + path)
            await tab.get_by_text("live", exact=True).wait_for()
            png = FOLDER / f"page-{name}-{scheme}.png"
            await tab.screenshot(path=png)
            await tab.close()
            quantize(png)
            print(f"{png.stat().st_size:>8,} bytes  {png.name}")


def quantize(png: Path) -> None:
    """Make a picture small; exit if pngquant is not there."""
    program = shutil.which("pngquant") or sys.exit("pngquant is not installed: apt-get install pngquant")
    options = ["--force", "--strip", "--speed=1", "--nofs", f"--output={png}", str(COLORS), str(png)]
    # The path is what the shell would run, the options are ours.
    subprocess.run([program, *options], check=True)  # noqa: S603


async def draw() -> None:
    """Play the stories and draw the page that tells them."""
    stories = by_default()
    async with stage(0, [story.namespace for story in stories]) as on, async_playwright() as playwright:
        await on.ready()
        await asyncio.gather(*(play(on.cluster.store, lines(story), speed=SPEED) for story in stories))
        await settled(on)
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        await shoot(browser, on.daemon.page_url)
        await browser.close()


def main() -> None:
    """Draw all pictures; exit 1 if one is larger than a README should load."""
    logs.configure("console", "warning", tuple)
    FOLDER.mkdir(parents=True, exist_ok=True)
    asyncio.run(draw())
    sys.exit(any(png.stat().st_size > LARGEST for png in FOLDER.glob("page-*.png")))


if __name__ == "__main__":
    main()
