"""Work that is shared out: what one piece has taken is not there for the next one, in any language."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from notifier import expr, gotemplate
from notifier.allowance import Allowance
from notifier.errors import ExpressionError, TemplateError
from notifier.jinja import Language, compile_tree


def _often(work: Callable[[], object]) -> None:
    for _ in range(10):
        work()


def test_what_is_granted_is_never_more_than_what_is_left() -> None:
    allowance = Allowance(10)
    assert allowance.grant(4) == 4
    allowance.use(8)
    assert allowance.grant(4) == 2
    allowance.use(5)
    assert allowance.grant(4) == 0


def test_conditions_use_one_allowance_up() -> None:
    allowance, condition = Allowance(12_000), expr.compile("all(1..1000, # > 0)")
    assert condition.evaluate({}, 0.0, allowance) is True
    with pytest.raises(ExpressionError, match="gave up"):
        _often(lambda: condition.evaluate({}, 0.0, allowance))
    assert condition.evaluate({}, 0.0) is True


def test_templates_of_both_languages_use_one_allowance_up() -> None:
    allowance = Allowance(6_000)
    go = gotemplate.compile("{{range until 1000}}.{{end}}")
    jinja = compile_tree("{% for i in range(1000) %}.{% endfor %}", Language())
    assert go.render({}, allowance=allowance) == "." * 1000
    assert allowance.left < 6_000
    with pytest.raises(TemplateError, match="too much work"):
        _often(lambda: jinja.render({"allowance": allowance}))
    with pytest.raises(TemplateError, match="too much work"):
        go.render({}, allowance=allowance)
    assert go.render({}) == jinja.render({}) == "." * 1000
