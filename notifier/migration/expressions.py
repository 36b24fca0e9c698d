"""Go's pipelines as Jinja2 expressions. Pure."""

from __future__ import annotations

import enum
from collections.abc import Iterator
from contextlib import contextmanager

from notifier.gotemplate import nodes
from notifier.migration.functions import INDEX, STEP_BEFORE, called
from notifier.migration.shapes import NUMBER, SEEN, STEP_INDEX, Sort
from notifier.migration.terms import Binding, Kept, Term, flag, number, sum_of, words

_EVERYTHING = Term(".", SEEN, path=())
"""What `$` is, and `.` at first: all variables."""
NO_VALUE = '"<no value>"'
"""What Go prints for what is not there."""


class Step(enum.Enum):
    """Which `currentStepIndex` Argo's templates see where one is used: at a completed step it is still that step's."""

    CURRENT = enum.auto()
    COMPLETED = enum.auto()
    EITHER = enum.auto()


class Scope:
    """What names mean at a place in a template, and how its pipelines are written there."""

    def __init__(self, step: Step) -> None:
        self._step = step
        self._dot = _EVERYTHING
        self._variables: dict[int, Term] = {0: _EVERYTHING}
        self._loops: dict[int, int] = {}
        self.names: list[str] = []
        self._there: list[str] = []

    @contextmanager
    def dot(self, term: Term) -> Iterator[None]:
        """Have `.` mean something else for a while."""
        before, self._dot = self._dot, term
        yield
        self._dot = before

    @contextmanager
    def loop(self, *names: str) -> Iterator[None]:
        """Be in a loop whose variables have these names."""
        self.names += names
        yield
        del self.names[-len(names) :]

    @contextmanager
    def there(self, term: Term) -> Iterator[None]:
        """Be where an expression was found to be true."""
        self._there.append(term.code)
        yield
        self._there.pop()

    def printed(self, term: Term) -> Term:
        """A term that is written out: where it is missing, Go says so."""
        return term if term.code in self._there else term.guarded(NO_VALUE)

    def declare(self, variable: nodes.Variable, term: Term) -> None:
        """Have a variable stand for an expression: all are pure, so it makes no difference where they are evaluated."""
        self._variables[variable.slot] = term
        if "loop." in term.code:
            self._loops[variable.slot] = len(self.names)

    def value(self, pipe: nodes.Pipe) -> Term:
        """What a pipeline gives. Raises Kept."""
        if pipe.assigns:
            raise Kept("a variable is given another value")
        term = self.chain(pipe.commands)
        for variable in pipe.declared:
            self.declare(variable, term)
        return term

    def chain(self, commands: tuple[nodes.Command, ...]) -> Term:
        """What commands give that are given to one another. Raises Kept."""
        first, *others = commands
        term = self._command(first, ())
        for command in others:
            term = self._command(command, (term,))
        return term

    def _command(self, command: nodes.Command, last: tuple[Term, ...]) -> Term:
        head, *arguments = command.words
        if isinstance(head, nodes.Name):
            return called(head.name, [*map(self._word, arguments), *last])
        if arguments or last:
            raise Kept("what the data holds is called like a function")
        return self._word(head)

    def _word(self, node: nodes.Node) -> Term:
        match node:
            case nodes.Field(names=names):
                return self._member(self._dot, names)
            case nodes.Variable(slot=slot, names=names):
                return self._member(self._variable(slot, node.name), names)
            case nodes.Chain(base=nodes.Pipe() as base, names=names):
                return self._member(self.value(base), names)
            case nodes.Pipe():
                return self.value(node)
            case nodes.Dot():
                return self._dot
        return _literal(node)

    def _variable(self, slot: int, name: str) -> Term:
        if slot in self._loops and self._loops[slot] != len(self.names):
            raise Kept(f"`{name}` counts an outer loop")
        return self._variables[slot]

    def _member(self, term: Term, names: tuple[str, ...]) -> Term:
        for name in names:
            term = _variable_of_ours(name) if term.path == () else term.part(name)
            if term.path == STEP_INDEX:
                term = self._step_index(term)
        return term

    def _step_index(self, term: Term) -> Term:
        if self._step is Step.EITHER:
            raise Kept("`currentStepIndex` is that of the completed step for some of the triggers that send this")
        return sum_of(STEP_BEFORE) if self._step is Step.COMPLETED else term

    def whole(self, term: Term) -> Term:
        """A term that is used with all that is in it. Raises Kept where Argo's templates see something else in it."""
        if term.path is None:
            raise Kept(f"what is in `{term.code}` is not known")
        holds = STEP_INDEX[: len(term.path)] == term.path
        if holds and self._step is not Step.CURRENT:
            raise Kept(f"`{term.code}` holds `currentStepIndex`, which Argo's templates see as it was before the step")
        return term


def _variable_of_ours(name: str) -> Term:
    shape = SEEN.part(name)
    if shape.sort is Sort.UNKNOWN:
        raise Kept(f"`.{name}` has no counterpart in Jinja2")
    return Term(name, shape, path=(name,))


def _literal(node: nodes.Node) -> Term:
    match node:
        case nodes.String(text=text):
            return words(text)
        case nodes.Number(whole=int(whole)):
            return number(whole)
        case nodes.Bool(value=value):
            return flag("true" if value else "false", Binding.TIGHT)
        case nodes.Name(name=name):
            return called(name, [])
    raise Kept("`nil`, or a number that is not whole, has no exact counterpart in Jinja2")


def counter() -> Term:
    """The index of the innermost loop."""
    return Term(INDEX, NUMBER._replace(sure=True))
