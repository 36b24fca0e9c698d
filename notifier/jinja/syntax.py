"""What is done to a parsed template before it is compiled: its names are checked, and the meter is built in."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any, NoReturn

from jinja2 import TemplateSyntaxError, meta, nodes
from jinja2.visitor import NodeTransformer

from notifier.jinja.values import nearest

STATEMENTS = (
    nodes.Assign,
    nodes.AssignBlock,
    nodes.CallBlock,
    nodes.FilterBlock,
    nodes.For,
    nodes.If,
    nodes.Macro,
    nodes.Output,
    nodes.Scope,
    nodes.With,
)
TAGS: dict[type[nodes.Node], str] = {nodes.FromImport: "from", nodes.ScopedEvalContextModifier: "autoescape"}
"""How statements are written whose nodes are named differently."""
NAMED_IN_ARGUMENT = {"map": (0, "filter"), "reject": (0, "test"), "select": (0, "test")} | {
    "rejectattr": (1, "test"),
    "selectattr": (1, "test"),
}
"""Filters that take the name of a filter or a test: which argument it is, and of what."""


def check_names(template: nodes.Template, known: dict[str, Collection[str]]) -> None:
    """Raise TemplateSyntaxError for a statement that is not offered.

    And for a name that is not in `known["filter"]`, `known["test"]` or `known["variable"]`, with the nearest that is.
    """
    _check_statements(template)
    for line, kind, name in _called(template):
        if name not in known[kind]:
            raise TemplateSyntaxError(f'there is no {kind} "{name}"{nearest(name, known[kind])}', line)
    if unknown := sorted(meta.find_undeclared_variables(template) - set(known["variable"])):
        _refuse_variable(template, unknown[0], known["variable"])


def check_macros(template: nodes.Template) -> list[nodes.Macro]:
    """Return a file's macros; raises TemplateSyntaxError if there is anything else in it."""
    for node in template.body:
        if not isinstance(node, nodes.Macro) and not _is_blank(node):
            raise TemplateSyntaxError("a file of macros holds nothing but macros", node.lineno)
    return [node for node in template.body if isinstance(node, nodes.Macro)]


def only_expression(template: nodes.Template) -> nodes.Expr | None:
    """Return the expression that a template consists of, None if there is anything around it."""
    match template.body:
        case [nodes.Output(nodes=[expression])] if not isinstance(expression, nodes.TemplateData):
            return expression
    return None


def _is_blank(node: nodes.Node) -> bool:
    return isinstance(node, nodes.Output) and all(
        isinstance(part, nodes.TemplateData) and part.data.isspace() for part in node.nodes
    )


def _check_statements(template: nodes.Template) -> None:
    for node in template.find_all(nodes.Stmt):
        if not isinstance(node, STATEMENTS):
            tag = TAGS.get(type(node), type(node).__name__.lower())
            raise TemplateSyntaxError(f'there is no tag "{tag}" here', node.lineno)
        if isinstance(node, nodes.For) and node.recursive:
            raise TemplateSyntaxError("recursive loops are not offered: use a macro", node.lineno)


def _called(template: nodes.Template) -> Iterable[tuple[int, str, str]]:
    for node in template.find_all((nodes.Filter, nodes.Test)):
        yield node.lineno, type(node).__name__.lower(), node.name
        position, kind = NAMED_IN_ARGUMENT.get(node.name, (len(node.args), ""))
        match node.args[position : position + 1]:
            case [nodes.Const(value=str(name))]:
                yield node.lineno, kind, name


def _refuse_variable(template: nodes.Template, name: str, known: Collection[str]) -> NoReturn:
    line = next((node.lineno for node in template.find_all(nodes.Name) if node.name == name), template.lineno)
    raise TemplateSyntaxError(f'"{name}" is not known{nearest(name, known)}', line)


class MeterBuilder(NodeTransformer):
    """Rewrites a template so that it pays for what it does, and so that a path knows its own name.

    What goes through the environment's hooks anyway (calls, calculations, what is printed) is paid for there.
    """

    def visit(self, node: nodes.Node, *_args: Any, **_kwargs: Any) -> Any:
        """Return what shall stand in a node's place."""
        if _is_access(node):
            return self._path(node)
        self.generic_visit(node)
        match node:
            case nodes.For():
                node.iter = _hook("_each", node.iter, nodes.Const(1 + _size(node)))
            case nodes.Macro() | nodes.CallBlock():
                node.body.insert(0, nodes.ExprStmt(_hook("_pay", nodes.Const(_size(node)))))
            case nodes.Compare() | nodes.Operand() if not _is_constant(node.expr):
                node.expr = _hook("_weigh", node.expr)
            case nodes.AssignBlock():
                node.filter = nodes.Filter(node.filter, "_weigh", [], [], None, None, lineno=node.lineno)
            case nodes.Concat():
                return _hook("_concat", *node.nodes)
            case nodes.Getitem():
                return _hook("_sliced", node)
            case nodes.List() | nodes.Dict() | nodes.Tuple(ctx="load") if not _is_constant(node):
                return _hook("_weigh", node)
        return node

    def _path(self, node: Any) -> nodes.Expr:
        keys: list[nodes.Expr] = []
        line = node.lineno
        while _is_access(node):
            keys.append(nodes.Const(node.attr) if isinstance(node, nodes.Getattr) else self.visit(node.arg))
            node = node.node
        label = node.name if isinstance(node, nodes.Name) else "(…)"
        path = nodes.Tuple(keys[::-1], "load")
        return _hook("_path", self.visit(node), nodes.Const(label), path, line=line)


def _is_access(node: nodes.Node) -> bool:
    return isinstance(node, nodes.Getattr) or (
        isinstance(node, nodes.Getitem) and not isinstance(node.arg, nodes.Slice)
    )


def _is_constant(node: nodes.Node) -> bool:
    """Tell values that are written in the template: they are no larger than it."""
    return isinstance(node, (nodes.Literal, nodes.Pair)) and all(map(_is_constant, node.iter_child_nodes()))


def _hook(name: str, node: nodes.Node, *arguments: nodes.Expr, line: int = 0) -> nodes.Filter:
    return nodes.Filter(node, name, list(arguments), [], None, None, lineno=line or node.lineno)


def _size(node: nodes.Node) -> int:
    return sum(1 for _ in node.find_all(nodes.Node))
