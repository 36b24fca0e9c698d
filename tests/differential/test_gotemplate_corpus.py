"""The corpus of Go templates against text/template itself."""

from __future__ import annotations

import os

import msgspec
import pytest

from tests.differential.peer import Answer, Peer
from tests.differential.rows import rows
from tests.unit.gotemplate.cases import ALIKE, DATA, DIFFERENT, NOW, RECORDED, Case, Outcome, Record, recorded


@pytest.fixture(scope="module")
def answers(peer: Peer) -> dict[Case, Outcome]:
    return {case: _outcome(peer.ask(_request(case))) for case in (*ALIKE, *DIFFERENT)}


def test_go_makes_of_the_gotemplate_corpus_what_is_recorded(answers: dict[Case, Outcome]) -> None:
    if os.environ.get("REGENERATE"):
        records = [Record(case.template, case.data, outcome) for case, outcome in answers.items()]
        RECORDED.write_bytes(b"".join(msgspec.json.encode(record) + b"\n" for record in records))
    assert recorded() == answers


def test_each_difference_of_gotemplate_is_a_row_of_the_table() -> None:
    assert {name for name, _ in DIFFERENT.values()} <= set(rows("gotemplate"))


def _request(case: Case) -> dict[str, object]:
    return {"do": "render", "template": case.template, "data": DATA[case.data], "now": NOW}


def _outcome(answer: Answer) -> Outcome:
    return msgspec.convert(answer, Outcome)
