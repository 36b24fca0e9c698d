"""sprig's functions against what Go made of the same templates, recorded in recorded.jsonl."""

from __future__ import annotations

import pytest

from notifier.gotemplate.sprig import FUNCTIONS
from tests.unit.gotemplate_sprig.corpus import Difference, ours, read, recorded

CORPUS = read()
RECORDED = {answer.template: answer for answer in recorded()}


@pytest.mark.parametrize("theme", CORPUS.themes)
def test_sprig_functions_give_what_go_gives(theme: str) -> None:
    wrong = []
    for template in CORPUS.themes[theme]:
        answer, wanted = ours(template, CORPUS.data), RECORDED[template]
        if answer.output != wanted.output:
            wrong.append((template, answer, wanted))
    assert not wrong


@pytest.mark.parametrize("difference", CORPUS.different, ids=lambda difference: difference.template)
def test_what_differs_on_purpose_is_what_the_table_says(difference: Difference) -> None:
    assert ours(difference.template, CORPUS.data).output == difference.output
    assert RECORDED[difference.template].output != difference.output


def test_every_function_that_does_not_ask_the_time_is_in_the_corpus() -> None:
    words = set(" ".join(CORPUS.templates).replace("(", " ").replace(")", " ").split())
    assert set(FUNCTIONS) - words == {"now", "ago"}


def test_no_template_stands_twice_in_the_corpus() -> None:
    assert len(set(CORPUS.templates)) == len(CORPUS.templates)
