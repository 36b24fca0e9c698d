"""Hold the code to its budgets: sizes, parameters, import cycles, mocks. Exit 1 and a line for each that is broken.

A function's length is its body's, docstring excluded. Imports inside functions count as imports.
"""

from __future__ import annotations

import ast
import re
import statistics
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parent.parent
MEDIAN, MOST, LONGEST = 8, 25, 50
MODULE_LINES, PARAMETERS, MOCKS_PER_100_TESTS, IGNORES = 300, 6, 5, 5
_MOCK = re.compile(r"\b(MagicMock|AsyncMock|Mock\(|monkeypatch\.setattr|mock\.patch|mocker\.)")

Function = ast.FunctionDef | ast.AsyncFunctionDef


class Module(NamedTuple):
    """A parsed source file."""

    path: Path
    text: str
    tree: ast.Module

    @property
    def name(self) -> str:
        """Its dotted name."""
        parts = self.path.relative_to(ROOT).with_suffix("").parts
        return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def modules(folder: str) -> list[Module]:
    """All source files below a folder."""
    paths = sorted((ROOT / folder).rglob("*.py"))
    return [Module(path, text := path.read_text(), ast.parse(text)) for path in paths]


def functions(found: list[Module]) -> Iterator[tuple[str, Function]]:
    """All functions, with where they stand."""
    for module in found:
        for node in ast.walk(module.tree):
            if isinstance(node, Function):
                yield f"{module.path.relative_to(ROOT)}:{node.lineno} {node.name}", node


def length(function: Function) -> int:
    """Lines of a function's body without its docstring."""
    body = function.body
    if ast.get_docstring(function) is not None:
        body = body[1:]
    return (body[-1].end_lineno or 0) - body[0].lineno + 1 if body else 0


def parameters(function: Function) -> int:
    """How many values a caller gives."""
    given = function.args
    names = [a.arg for a in (*given.posonlyargs, *given.args, *given.kwonlyargs)]
    return len([name for name in names if name not in {"self", "cls"}])


def sizes(found: list[Module]) -> Iterator[str]:
    """What is too long or takes too much."""
    lengths = {place: length(function) for place, function in functions(found)}
    ordered = sorted(lengths.values())
    median, most = statistics.median(ordered), ordered[int(len(ordered) * 0.9)]
    print(f"{len(ordered)} functions: median {median:g}, 90% <= {most}, longest {ordered[-1]} lines")
    if median > MEDIAN or most > MOST:
        yield f"functions are too long: median {median:g} (at most {MEDIAN}), 90% <= {most} (at most {MOST})"
    yield from (f"{place}: {lines} lines (at most {LONGEST})" for place, lines in lengths.items() if lines > LONGEST)
    for place, function in functions(found):
        if parameters(function) > PARAMETERS:
            yield f"{place}: {parameters(function)} parameters (at most {PARAMETERS})"
    for module in found:
        if (lines := module.text.count("\n")) > MODULE_LINES:
            yield f"{module.path.relative_to(ROOT)}: {lines} lines (at most {MODULE_LINES})"


def imports(module: Module, known: set[str]) -> set[str]:
    """The modules of the project a module imports, at the top or inside functions."""
    found = set()
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return (found & known) - {module.name}


def cycles(found: list[Module]) -> Iterator[str]:
    """Groups of modules that import one another."""
    known = {module.name for module in found}
    # A package's __init__ that re-exports is imported by its own modules only through the package: that is no import.
    edges = {m.name: {i for i in imports(m, known) if not m.name.startswith(f"{i}.")} for m in found}
    reach = {name: _reachable(name, edges) for name in edges}
    for name in sorted(edges):
        ring = sorted({name, *(other for other in reach[name] if name in reach[other])})
        if name in reach[name] and ring[0] == name:
            yield f"import cycle: {' ↔ '.join(ring)}"


def _reachable(start: str, edges: dict[str, set[str]]) -> set[str]:
    seen: set[str] = set()
    todo = list(edges[start])
    while todo:
        name = todo.pop()
        if name not in seen:
            seen.add(name)
            todo += edges[name]
    return seen


def mocks(found: list[Module]) -> Iterator[str]:
    """Too many mocks for the number of tests."""
    tests = sum(function.name.startswith("test_") for _, function in functions(found))
    uses = sum(len(_MOCK.findall(module.text)) for module in found)
    print(f"{tests} tests, {uses} mocks")
    if uses * 100 > MOCKS_PER_100_TESTS * max(tests, 1):
        yield f"{uses} mocks in {tests} tests (at most {MOCKS_PER_100_TESTS} per 100)"


def ignores(found: list[Module]) -> Iterator[str]:
    """Type errors that are ignored without a reason, or too many."""
    lines = [(m, n, x) for m in found for n, x in enumerate(m.text.splitlines(), 1) if "# type: ignore" in x]
    if len(lines) > IGNORES:
        yield f"{len(lines)} ignored type errors (at most {IGNORES})"
    for module, number, line in lines:
        if not re.search(r"type: ignore\[[\w, -]+\]  # \S", line):
            yield f"{module.path.relative_to(ROOT)}:{number}: a type error is ignored without a reason"


def main() -> None:
    """Check everything."""
    code, tests = modules("notifier"), modules("tests")
    broken = [*sizes(code), *cycles(code), *ignores(code), *mocks(tests)]
    for line in broken:
        print(line)
    sys.exit(bool(broken))


if __name__ == "__main__":
    main()
