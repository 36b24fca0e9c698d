"""The corpus against what Go's text/template made of it."""

from __future__ import annotations

import pytest

from tests.unit.gotemplate.cases import ALIKE, DATA, DIFFERENT, Case, ours, recorded

RECORDED = recorded()


@pytest.mark.parametrize("case", ALIKE, ids=lambda case: case.template)
def test_a_template_gives_what_go_gives(case: Case) -> None:
    assert ours(case.template, DATA[case.data]) == RECORDED[case]


@pytest.mark.parametrize("case", DIFFERENT, ids=lambda case: case.template)
def test_a_difference_is_there_and_as_meant(case: Case) -> None:
    _, wanted = DIFFERENT[case]
    outcome = ours(case.template, DATA[case.data])
    assert outcome.output == wanted
    assert outcome != RECORDED[case]


def test_nothing_is_recorded_that_is_not_asked() -> None:
    assert set(RECORDED) == {*ALIKE, *DIFFERENT}
