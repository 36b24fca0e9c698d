"""sprig's functions: ours against sprig v3.3 itself."""

from __future__ import annotations

import os
from typing import Any

import pytest

from tests.differential.peer import Peer
from tests.differential.rows import rows
from tests.unit.gotemplate_sprig.corpus import NOW, Answer, read, record, recorded

CORPUS = read()


def asked(peer: Peer, template: str, data: Any) -> Answer:
    """Render a template with Go."""
    answer = peer.ask({"do": "render", "template": template, "data": data, "now": NOW})
    return Answer(template, answer.get("output"), answer.get("error", ""))


@pytest.fixture(scope="module")
def answers(peer: Peer) -> list[Answer]:
    return [asked(peer, template, CORPUS.data) for template in CORPUS.templates]


def test_go_makes_of_the_sprig_corpus_what_is_recorded(answers: list[Answer]) -> None:
    if os.environ.get("REGENERATE"):
        record(answers)
    assert recorded() == answers


def test_each_difference_of_sprig_is_a_row_of_the_table() -> None:
    assert {difference.row for difference in CORPUS.different} <= set(rows("sprig"))
