"""What the demo leaves behind: documents that show what arrived as Slack and a mail program do."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from notifier.demo.stories import EMAIL, SLACK, WEBHOOK
from notifier.errors import ConfigError
from tests.integration.demo.watching import STORY, in_slack, watched


async def test_the_look_shows_threads_as_they_read_in_the_end_and_all_mails(tmp_path: Path) -> None:
    look = tmp_path / "new" / "folder"
    verdict, heards = await watched(look)
    documents = _written(look)
    slack, mail = documents["slack.html"], documents["mail.html"]
    assert verdict.good
    assert _names(slack, "thread-title") == [f"#{STORY.namespace}", "Thread", "Thread"]
    began, completed, *_ = (heard.arrival.text for heard in in_slack(heards))
    assert (slack.count(began), slack.count(completed)) == (0, 2)
    subjects = [heard.arrival.details["subject"] for heard in heards if heard.arrival.service == EMAIL]
    assert _names(mail, "subject") == subjects
    assert len(subjects) == len(STORY.expected(EMAIL))


async def test_the_look_needs_nothing_else(tmp_path: Path) -> None:
    await watched(tmp_path, stop_at=SLACK)
    for html in _written(tmp_path).values():
        assert "<style>" in html
        assert not re.search(r"<script|<link|<img|\bsrc=|@import|url\(", html)


async def test_a_demo_that_is_stopped_leaves_the_look_of_what_came_so_far(tmp_path: Path) -> None:
    verdict, heards = await watched(tmp_path, stop_at=SLACK)
    assert verdict.missing
    documents = _written(tmp_path)
    assert in_slack(heards)[0].arrival.text in documents["slack.html"]
    assert documents.keys() == {"slack.html", "mail.html"}


async def test_nothing_is_left_unless_asked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    await watched(None, stop_at=WEBHOOK)
    assert _written(tmp_path) == {}


async def test_a_folder_that_cannot_be_written_is_told_before_the_stories(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ConfigError, match="file/look cannot be written: Not a directory"):
        await watched(tmp_path / "file" / "look")


def _written(folder: Path) -> dict[str, str]:
    return {path.name: path.read_text() for path in folder.iterdir()}


def _names(html: str, style: str) -> list[str]:
    return re.findall(rf'class="{style}">([^<]*)<', html)
