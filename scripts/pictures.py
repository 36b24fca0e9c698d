"""Draw the pictures of the README into docs/pictures: one of the demo's stories, as its receivers would see it.

Needs Debian's chromium, pngquant, fonts-lato, fonts-liberation and fonts-noto-color-emoji.
"""

from __future__ import annotations

import asyncio
import functools
import gzip
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import aclosing
from pathlib import Path
from typing import Any

from notifier import times
from notifier.config.load import Source, load
from notifier.demo.stories import STORIES
from notifier.directory import CHECKS
from notifier.draft import Note
from notifier.looks import mail, page, slack, webhook
from notifier.outbox.sqlite import SqliteOutbox
from notifier.pipeline import Pipeline
from notifier.replay import REPLAYED, Replay
from notifier.services.slack import Policy, Section

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / "docs" / "pictures"
WIDTH, SCALE = 760, 2
HIGHEST = {"webhook": 640}
"""CSS pixels; what is below is cut off."""
MAIL_WIDTH = 662
"""CSS pixels that a mail's own HTML has in a picture."""
LARGEST, COLORS = 150_000, 64
"""Bytes and colours of a picture."""

STORY = next(story for story in STORIES if story.rollout == "ledger")
GONE_WRONG = "RolloutAborted"
"""The reason of the mail and the webhook."""

TOLD = {"slack": "#deployments", "email": "payments@example.com", "hooks": ""}
"""Services, and whom of each we look at: the recording has subscriptions of its own."""
CONFIG = {
    "context": "{cluster: prod-eu-1, environment: production, links: {Dashboard: https://rollouts.example.com}}",
    "service.slack": "token: xoxb-none",
    "service.email": "{host: mail.example.com, port: 587, from: rollouts@example.com}",
    "service.webhook.hooks": "url: https://hooks.example.com/rollouts",
    "subscriptions": """
      - recipients: ["slack:#deployments", "email:payments@example.com", "hooks"]
        triggers: [on-rollout-updated, on-rollout-aborted, on-rollout-completed]
    """,
}

_REPORT = (
    "<script>document.documentElement.dataset.height = document.documentElement.getBoundingClientRect().height</script>"
)
_reported = re.compile(r'data-height="(\d+)')


async def told() -> list[Note]:
    """Everything the story says to whom we look at, in order."""
    config = load(Source("ConfigMap", CONFIG), {}, CHECKS)
    outbox = SqliteOutbox.open(":memory:")
    replay = Replay(outbox, Pipeline(config, withheld=REPLAYED))
    try:
        async with aclosing(replay.run(recorded())) as read:
            notes = [note async for one in read for note in one.notes]
            return [note for note in notes if TOLD.get(note.delivery.service) == note.delivery.recipient]
    finally:
        await outbox.close()


def recorded() -> Iterator[bytes]:
    """The story as it was recorded, with the demo's names."""
    names = (f"rec-{STORY.name}", STORY.namespace), *STORY.renamed
    with gzip.open(ROOT / "tests" / "recordings" / f"{STORY.name}.jsonl.gz") as file:
        for line in file:
            yield functools.reduce(lambda text, name: text.replace(name[0].encode(), name[1].encode()), names, line)


def pictures(notes: list[Note]) -> Iterator[tuple[str, str]]:
    """Every picture's name and document."""
    yield "slack", page.document("Slack", threaded([note for note in notes if note.delivery.service == "slack"]))
    wrong = {note.delivery.service: note for note in notes if note.event.reason == GONE_WRONG}
    letter = mailed(wrong["email"])
    yield "mail", page.document("Mail", mail.html(letter, height(letter.html, MAIL_WIDTH)))
    yield "webhook", page.document("Webhook", requested(wrong["hooks"]))


def threaded(notes: list[Note]) -> str:
    """The last thread as it reads in the end, its first message edited by those that followed."""
    thread = [note for note in notes if note.message.thread == notes[-1].message.thread]
    first, *replies = (posted(note) for note in thread)
    edits = [reply for note, reply in zip(thread[1:], replies, strict=True) if updates(note)]
    edited = {**edits[-1], "reply_broadcast": False, "ts": first["ts"], "edited": True} if edits else first
    return slack.thread(edited, replies)


def updates(note: Note) -> bool:
    """Whether a reply also edits its thread's first message."""
    return Section.model_validate(note.message.body).policy() is Policy.POST_AND_UPDATE


def posted(note: Note) -> dict[str, Any]:
    """What Slack stores."""
    section = Section.model_validate(note.message.body)
    said = section.content(note.message.message, "Rollouts")
    icon = section.icon or ":rocket:"
    return {**said, **section.broadcast(), "icon_emoji": icon, "ts": times.seconds(note.event.ts)}


def mailed(note: Note) -> mail.Mail:
    """What the mail's reader sees."""
    body = note.message.body
    return mail.Mail(
        subject=body.get("subject") or note.message.message.partition("\n")[0],
        sender="Rollouts <rollouts@example.com>",
        to=note.delivery.recipient,
        text=body.get("body") or note.message.message,
        html=body.get("html") or "",
    )


def requested(note: Note) -> str:
    """What the webhook's receiver reads."""
    headers = {"Content-Type": "application/json", "Idempotency-Key": note.delivery.key}
    return webhook.html("POST", "/rollouts", headers, note.message.body.get("body"))


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
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, html in pictures(asyncio.run(told())):
        for scheme in ("light", "dark"):
            png = FOLDER / f"{name}-{scheme}.png"
            shoot(html, png, HIGHEST.get(name, sys.maxsize), dark=scheme == "dark")
            print(f"{png.stat().st_size:>8,} bytes  {png.name}")
    sys.exit(any(png.stat().st_size > LARGEST for png in FOLDER.glob("*.png")))


if __name__ == "__main__":
    main()
