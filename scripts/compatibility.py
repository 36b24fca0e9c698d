"""Write docs/argo-compatibility.md from docs/reference/compatibility.yaml and tests/differential/differences/*.yaml."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path

import msgspec
import yaml

from notifier.gotemplate.sprig import LEFT_OUT
from scripts.reference import DOCS, FOLDER, ROOT, code, table

PAGE = DOCS / "argo-compatibility.md"
DIFFERENCES = ROOT / "tests" / "differential" / "differences"
GENERATED = "This page is generated: `REGENERATE=1 python -m pytest tests/docs -k compatibility`."
HEAD = ("what", "", "here", "in Argo", "why")


class Row(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A line of a table; what is the same needs no more than `what`."""

    what: str
    ours: str = ""
    argo: str = ""
    why: str = ""
    name: str = ""


class Type(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What to do instead of a service of a type that is not built, and what Argo does with it."""

    instead: str
    argo: str = "Sends"


class Chapter(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename={"unsupported": "not supported"}):
    """A table. Of differences it names files, of which it has all rows that no chapter names alone, or single rows.

    `better`, `different` and `unsupported` hold such names; `types` are service types that are not built.
    """

    chapter: str
    says: str = ""
    same: Sequence[Row] = ()
    better: Sequence[str] = ()
    different: Sequence[str] = ()
    unsupported: Sequence[str] = ()
    types: Mapping[str, Type] = {}


class Book(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All of compatibility.yaml."""

    intro: str
    chapters: Sequence[Chapter]


def book() -> Book:
    """What is written in compatibility.yaml. Raises msgspec.ValidationError."""
    return msgspec.convert(yaml.safe_load((FOLDER / "compatibility.yaml").read_text("utf-8")), Book)


def differences() -> dict[str, Row]:
    """All rows of differences, as `file/name`. Raises msgspec.ValidationError."""
    return {f"{file.stem}/{row.name}": row for file in sorted(DIFFERENCES.glob("*.yaml")) for row in _rows(file)}


def _rows(file: Path) -> list[Row]:
    return msgspec.convert(yaml.safe_load(file.read_text("utf-8")), list[Row])


def named(names: Collection[str], known: Collection[str], claimed: Collection[str]) -> Iterator[str]:
    """The rows that a chapter's names stand for: a row itself, or those of a file that nobody has `claimed`."""
    for name in names:
        of_file = (row for row in known if row.startswith(f"{name}/") and row not in claimed)
        yield from [name] if "/" in name else of_file


def claims(chapters: Collection[Chapter]) -> set[str]:
    """The rows that some chapter names alone."""
    lists = (names for one in chapters for names in (one.better, one.different, one.unsupported))
    return {name for names in lists for name in names if "/" in name}


def lines() -> Iterator[str]:
    """The page."""
    written, known = book(), differences()
    claimed = claims(written.chapters)
    yield f"# Argo's notifications and ours\n\n{GENERATED}\n\n{written.intro}"
    for chapter in written.chapters:
        yield f"\n## {chapter.chapter}\n\n" + (f"{chapter.says}\n\n" if chapter.says else "")
        yield from table(HEAD, _chapter(chapter, known, claimed))
    yield from _left_out()


def _chapter(chapter: Chapter, known: Mapping[str, Row], claimed: Collection[str]) -> Iterator[tuple[str, ...]]:
    yield from (_cells(row, "same") for row in chapter.same)
    for verdict, names in (("better", chapter.better), ("different", chapter.different)):
        yield from (_cells(known[name], verdict) for name in named(names, known, claimed))
    yield from (_cells(known[name], "not supported") for name in named(chapter.unsupported, known, claimed))
    yield from (_type(name, what) for name, what in chapter.types.items())


def _cells(row: Row, verdict: str) -> tuple[str, ...]:
    return row.what, verdict, row.ours, row.argo, row.why


def _type(name: str, what: Type) -> tuple[str, ...]:
    return code(f"service.{name}"), "not supported", what.instead, what.argo, "Not built yet"


def _left_out() -> Iterator[str]:
    yield "\n## Functions that are left out\n\nOf sprig's. A template that calls one is refused when it is loaded, "
    yield "with the name of the function and the line; what would go with it says what happened in one plain line.\n\n"
    by_reason: dict[str, list[str]] = {}
    for name, why in LEFT_OUT.items():
        by_reason.setdefault(why, []).append(code(name))
    yield from table(("function", "why"), ((", ".join(names), why) for why, names in by_reason.items()))


def main() -> None:
    """Write the page."""
    PAGE.write_text("".join(lines()), encoding="utf-8")


if __name__ == "__main__":
    main()
