"""docs/argo-compatibility.md is up to date. Else: REGENERATE=1 python -m pytest tests/docs -k compatibility."""

from __future__ import annotations

import os
from collections import Counter

from notifier.config.schema import ARGO_TYPES
from notifier.gotemplate.sprig import FUNCTIONS, LEFT_OUT
from notifier.services import SERVICES
from scripts import compatibility

TEXT = "".join(compatibility.lines())
BOOK = compatibility.book().chapters
KNOWN = compatibility.differences()


def shown() -> Counter[str]:
    """How often each difference is in a table."""
    claimed = compatibility.claims(BOOK)
    lists = [names for one in BOOK for names in (one.better, one.different, one.unsupported)]
    return Counter(row for names in lists for row in compatibility.named(names, KNOWN, claimed))


def test_the_page_is_what_is_written() -> None:
    if os.environ.get("REGENERATE"):
        compatibility.main()
    said = "run REGENERATE=1 python -m pytest tests/docs -k compatibility"
    assert compatibility.PAGE.read_text(encoding="utf-8") == TEXT, said


def test_every_difference_that_the_tests_know_of_is_in_one_table_once() -> None:
    assert shown() == Counter(KNOWN.keys())


def test_every_difference_says_what_each_does_and_why() -> None:
    assert [name for name, row in KNOWN.items() if not all((row.what, row.ours, row.argo, row.why))] == []


def test_every_service_type_of_argo_s_that_is_not_built_says_what_to_do_instead() -> None:
    types = {name: what.instead for chapter in BOOK for name, what in chapter.types.items()}
    assert types.keys() == ARGO_TYPES - SERVICES.keys()
    assert all(types.values())


def test_every_function_that_is_left_out_is_named_with_the_reason_and_there_is_no_such_function() -> None:
    _, _, table = TEXT.partition("## Functions that are left out")
    for name, why in LEFT_OUT.items():
        (row,) = (line for line in table.splitlines() if f"`{name}`" in line)
        assert why in row
        assert name not in FUNCTIONS


def test_a_row_that_a_chapter_names_alone_is_not_among_those_of_its_file() -> None:
    known = ("a/x", "a/y", "b/z")
    assert list(compatibility.named(["a", "b/z"], known, {"a/y", "b/z"})) == ["a/x", "b/z"]
