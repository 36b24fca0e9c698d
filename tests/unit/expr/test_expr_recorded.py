"""What the Go library answered, asked again of ours: `tests/differential/corpora/expr.jsonl`, without Go."""

from __future__ import annotations

from tests.differential.expr_answers import Answer, Case, cases, environment, ours
from tests.differential.rows import rows

_ENV = environment()


def _wrong(corpus: list[Case]) -> list[tuple[str, Answer, Answer]]:
    answers = ((case, ours(case.source, _ENV)) for case in corpus)
    return [(case.source, case.answer, own) for case, own in answers if not case.answer.same(own)]


def test_an_expression_means_what_it_means_to_the_controller() -> None:
    corpus = [case for case in cases() if not case.differs]
    assert len(corpus) > 2_000
    assert _wrong(corpus) == []


def test_where_it_means_something_else_the_table_says_so() -> None:
    differing = [case for case in cases() if case.differs]
    assert len(_wrong(differing)) == len(differing)
    assert {case.differs for case in differing} <= rows("expr").keys()


def test_no_expression_is_in_the_corpus_twice() -> None:
    sources = [case.source for case in cases()]
    assert len(sources) == len(set(sources))
