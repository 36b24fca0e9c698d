"""Draw the pictures of the README into docs/pictures: what one of the demo's stories leaves at its receivers.

Needs Debian's chromium, pngquant, fonts-lato, fonts-liberation and fonts-noto-color-emoji. Takes about five
minutes, for the story is played at the pace at which it happened: the times in messages are true.
"""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from notifier import logs
from notifier.demo.arrivals import Arrival
from notifier.demo.audience import Heard
from notifier.demo.catalogue import by_default
from notifier.demo.performance import Programme, perform
from notifier.demo.screen import Page
from notifier.demo.stories import EMAIL, WEBHOOK, Story
from notifier.looks import page, webhook
from notifier.sandbox.player import Line

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / "docs" / "pictures"
WIDTH, SCALE = 760, 2
HIGHEST = {"webhook": 640}
"""CSS pixels; what is below is cut off."""
LARGEST, COLORS = 150_000, 64
"""Bytes and colours of a picture."""

CHANNEL = ("RolloutUpdated", "RolloutAborted", "RolloutCompleted")
"""As much of the story as a picture has room for."""
ROLLOUT = "ledger"
"""Whose story it is."""
GONE_WRONG = "RolloutAborted"
"""The reason of the mail and the webhook."""

_REPORT = (
    "<script>document.documentElement.dataset.height = document.documentElement.getBoundingClientRect().height</script>"
)
_reported = re.compile(r'data-height="(\d+)')


class Unhurried(Story):
    """A story at the pace at which it happened; the demo's own has times that run ahead of the clock."""

    def lines(self, start: float) -> Iterator[Line]:
        """What to play."""
        return self.recorded(start)


class Spectator(Page):
    """Shows the story to who waits for the pictures, and remembers it."""

    def __init__(self) -> None:
        super().__init__(verbose=False)
        self.told: list[Heard] = []

    def heard(self, heard: Heard) -> None:
        """A receiver got a message."""
        super().heard(heard)
        self.told.append(heard)

    def all_at(self, service: str) -> list[Heard]:
        """What a service was told, in order."""
        return [heard for heard in self.told if heard.arrival.service == service]


def pictures(look: Path) -> Iterator[tuple[str, str]]:
    """Every picture's name and document, of the demo that is played for them; exit if something is missing in it."""
    spectator = Spectator()
    story = Unhurried(*next(story for story in by_default() if story.rollout == ROLLOUT))
    programme = Programme([story._replace(channel=CHANNEL)], ends=True, look=look)
    if not asyncio.run(perform(programme, spectator, asyncio.Event())).good:
        sys.exit("the demo did not go well")
    slack = (look / "slack.html").read_text()
    yield "slack", only(slack, slack.count('class="look slack"'))
    mail = [heard.reason for heard in spectator.all_at(EMAIL)].index(GONE_WRONG)
    yield "mail", only((look / "mail.html").read_text(), mail + 1)
    request = next(heard.arrival for heard in spectator.all_at(WEBHOOK) if heard.reason == GONE_WRONG)
    yield "webhook", page.document("Webhook", requested(request))


def only(document: str, number: int) -> str:
    """A document of which one look, counted from 1, is to be seen."""
    style = f"body > :not(:nth-of-type({number})) {{ display: none }} body > * {{ margin: 0 !important }}"
    return document.replace("</head>", f"<style>{style}</style></head>", 1)


def requested(request: Arrival) -> str:
    """What the webhook's receiver reads."""
    headers = {"Content-Type": "application/json", "Idempotency-Key": request.key}
    return webhook.html(request.details["method"], request.details["path"], headers, request.body)


def height(html: str, width: int) -> int:
    """How many CSS pixels a document of a width is high."""
    with tempfile.NamedTemporaryFile("w", suffix=".html") as file:
        file.write(html + _REPORT)
        file.flush()
        found = _reported.search(chromium("--dump-dom", f"--window-size={width},800", f"file://{file.name}"))
    if found is None:
        sys.exit("chromium measured nothing")
    return int(found[1]) + 1


def shoot(html: str, png: Path, most: int, *, dark: bool) -> None:
    """Write the picture of a document, at most so many CSS pixels high."""
    with tempfile.NamedTemporaryFile("w", suffix=".html") as file:
        file.write(html)
        file.flush()
        chromium(
            f"--screenshot={png}",
            f"--window-size={WIDTH},{min(height(html, WIDTH), most)}",
            f"--force-device-scale-factor={SCALE}",
            f"--blink-settings=preferredColorScheme={0 if dark else 1}",
            f"file://{file.name}",
        )
    run("pngquant", "--force", "--strip", "--speed=1", "--nofs", f"--output={png}", str(COLORS), str(png))


def chromium(*options: str) -> str:
    """What the browser prints."""
    root = ["--no-sandbox"] if os.geteuid() == 0 else []
    # A frame that is drawn by a process of its own may come after the picture.
    at_once = "--disable-features=IsolateSandboxedIframes"
    return run("chromium", "--headless", "--disable-gpu", "--hide-scrollbars", at_once, *root, *options)


def run(name: str, *options: str) -> str:
    """What a program prints; exit if it is not there."""
    program = shutil.which(name) or sys.exit(f"{name} is not installed: apt-get install {name}")
    # The path is what the shell would run, the options are ours.
    return subprocess.run([program, *options], check=True, capture_output=True, text=True).stdout  # noqa: S603


def main() -> None:
    """Draw all pictures, light and dark; exit 1 if one is larger than a README should load."""
    logs.configure("console", "warning", tuple)
    FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as look:
        for name, html in pictures(Path(look)):
            for scheme in ("light", "dark"):
                png = FOLDER / f"{name}-{scheme}.png"
                shoot(html, png, HIGHEST.get(name, sys.maxsize), dark=scheme == "dark")
                print(f"{png.stat().st_size:>8,} bytes  {png.name}")
    sys.exit(any(png.stat().st_size > LARGEST for png in FOLDER.glob("*.png")))


if __name__ == "__main__":
    main()
