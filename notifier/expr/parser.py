"""Source text → syntax tree: a Pratt parser with expr's table of precedences and its peculiarities.

`??` binds tighter than anything and refuses to stand left of another operator; `not` binds tighter than comparisons;
`1 < x < 3` is a conjunction; in `a?.b.c` a nil `a` makes the whole chain nil.
"""

from __future__ import annotations

from itertools import islice

from notifier.expr import nodes
from notifier.expr.builtins import BUILTINS
from notifier.expr.cursor import Cursor
from notifier.expr.fault import Fault
from notifier.expr.lexer import WORDS, Kind, Token
from notifier.expr.predicates import PREDICATES

BINARY = {
    "|": 0,
    **dict.fromkeys(("or", "||"), 10),
    **dict.fromkeys(("and", "&&"), 15),
    **dict.fromkeys(("==", "!=", "<", ">", "<=", ">=", "in", "matches", "contains", "startsWith", "endsWith"), 20),
    "..": 25,
    **dict.fromkeys("+-", 30),
    **dict.fromkeys("*/%", 60),
    **dict.fromkeys(("**", "^"), 100),
    "??": 500,
}
UNARY = {"not": 50, "!": 50, "-": 90, "+": 90}
LARGEST = 5_000
_RIGHT_ASSOCIATIVE = ("**", "^")
_NEGATABLE = ("in", "matches", "contains", "startsWith", "endsWith")
_COMPARISONS = ("<", ">", "<=", ">=")
_SPELLINGS = {"&&": "and", "||": "or", "!": "not", "^": "**"}
_CONSTANTS = {"true": True, "false": False, "nil": None}


def parse(source: str) -> nodes.Node:
    """Return the syntax tree of `source`; raises Fault where it is no expression, or has more than LARGEST nodes."""
    parser = _Parser(source)
    tree = parser.expression()
    parser.finish()
    if any(islice(nodes.walk(tree), LARGEST, None)):
        raise Fault("the expression is too large")
    return tree


class _Parser(Cursor):
    def __init__(self, source: str) -> None:
        super().__init__(source)
        self._predicates = 0
        self._variables: list[str] = []

    def expression(self, minimum: int = 0) -> nodes.Node:
        """Parse operators that bind at least as tightly as `minimum`; let and ?: only at 0."""
        if minimum == 0 and self.at("let"):
            return self._let()
        start = self.token.start
        left = self._operations(self._primary(), start, minimum)
        return self._conditional(left, start) if minimum == 0 else left

    def _let(self) -> nodes.Node:
        start = self.advance().start
        name = self.name()
        if name.text in BUILTINS or name.text in PREDICATES or name.text in self._variables:
            raise Fault(f"cannot redeclare {name.text}", name.start)
        self.expect("=")
        value = self.expression()
        self.expect(";")
        self._variables.append(name.text)
        body = self.expression()
        self._variables.pop()
        return nodes.Let(self.span(name, start), name.text, value, body)

    def _operations(self, left: nodes.Node, start: int, minimum: int) -> nodes.Node:
        previous = ""
        while True:
            negated = self.at("not")
            operator = self.following if negated else self.token
            if negated and operator.text not in _NEGATABLE:
                self.unexpected()
            if BINARY.get(operator.text, -1) < minimum:
                return left
            if previous == "??" and operator.text not in ("??", "|"):
                raise Fault(f"?? and {operator.text} cannot be mixed: put one of them in parentheses", operator.start)
            if negated:
                self.advance()
            left, previous = self._operation(left, start), operator.text
            left = nodes.Unary(self.span(operator, start), "not", left) if negated else left

    def _operation(self, left: nodes.Node, start: int) -> nodes.Node:
        operator = self.advance()
        if operator.text == "|":
            return self._call(self.name(), start, left)
        if operator.text in _COMPARISONS:
            return self._comparison(left, operator, start)
        precedence = BINARY[operator.text]
        right = self.expression(precedence if operator.text in _RIGHT_ASSOCIATIVE else precedence + 1)
        return nodes.Binary(self.span(operator, start), _SPELLINGS.get(operator.text, operator.text), left, right)

    def _comparison(self, left: nodes.Node, operator: Token, start: int) -> nodes.Node:
        between = self.token.start
        right = self.expression(BINARY[operator.text] + 1)
        comparison = nodes.Binary(self.span(operator, start), operator.text, left, right)
        if not self.at(*_COMPARISONS):
            return comparison
        rest = self._comparison(right, self.advance(), between)
        return nodes.Binary(self.span(operator, start), "and", comparison, rest)

    def _conditional(self, condition: nodes.Node, start: int) -> nodes.Node:
        while self.at("?"):
            mark = self.advance()
            then = condition
            if not self.accept(":"):
                then = self.expression()
                self.expect(":")
            otherwise = self.expression()
            condition = nodes.Conditional(self.span(mark, start), condition, then, otherwise)
        return condition

    def _primary(self) -> nodes.Node:
        token = self.token
        if token.text in UNARY:
            self.advance()
            operand = self.expression(UNARY[token.text])
            operator = _SPELLINGS.get(token.text, token.text)
            return self._postfix(nodes.Unary(self.span(token, token.start), operator, operand), token.start)
        if self.accept("("):
            inner = self.expression()
            self.expect(")")
            return self._postfix(inner, token.start)
        if token.kind is Kind.NUMBER or token.text in _CONSTANTS:
            self.advance()
            return nodes.Literal(self.span(token, token.start), _CONSTANTS.get(token.text, token.value))
        return self._postfix(self._atom(), token.start)

    def _atom(self) -> nodes.Node:
        token = self.token
        if token.kind is Kind.STRING:
            self.advance()
            return nodes.Literal(self.span(token, token.start), token.value)
        if self.at("#", "."):
            return self._pointer()
        if self.at("["):
            return self._array()
        if self.at("{"):
            return self._map()
        return self._named() if self.at("::") or token.kind is Kind.NAME else self.unexpected()

    def _pointer(self) -> nodes.Node:
        token = self.token
        if not self._predicates:
            raise Fault(f"{token} names an element, but there is no predicate around it", token.start)
        named = self.accept("#") and self.token.kind is Kind.NAME
        name = self.advance().text if named else ""
        return nodes.Pointer(self.span(token, token.start), name)

    def _named(self) -> nodes.Node:
        qualified = self.accept("::")
        name = self.name()
        if qualified or self.at("("):
            return self._call(name, name.start)
        return self._variable(self.span(name, name.start), name.text)

    def _array(self) -> nodes.Node:
        bracket, items = self.expect("["), []
        while not self.at("]"):
            items.append(self.expression())
            if not self.accept(","):
                break
        self.expect("]")
        return nodes.Array(self.span(bracket, bracket.start), tuple(items))

    def _map(self) -> nodes.Node:
        brace, pairs = self.expect("{"), []
        while not self.at("}"):
            key = self._key()
            self.expect(":")
            pairs.append((key, self.expression()))
            if not self.accept(","):
                break
        self.expect("}")
        return nodes.Map(self.span(brace, brace.start), tuple(pairs))

    def _key(self) -> nodes.Node:
        if self.at("("):
            return self.expression()
        if self.token.kind not in (Kind.NUMBER, Kind.STRING, Kind.NAME):
            self.unexpected(", expected a key: a string, a number, a name or an expression in parentheses")
        token = self.advance()
        key = token.value if token.kind is Kind.STRING else token.text
        return nodes.Literal(self.span(token, token.start), key)

    def _postfix(self, node: nodes.Node, start: int) -> nodes.Node:
        while self.at(".", "?.", "["):
            if self.at("["):
                node = self._index(node, start)
            elif self.at("?.") and self.following.text == "[":
                self.advance()
                node = self._index(node, start, optional=True)
            else:
                node = self._member(node, start)
        return node

    def _member(self, node: nodes.Node, start: int) -> nodes.Node:
        optional = self.advance().text == "?."
        if self.token.kind is not Kind.NAME and self.token.text not in WORDS:
            self.unexpected(", expected a name")
        name = self.advance()
        chained = isinstance(node, nodes.Chain)
        base = node.body if isinstance(node, nodes.Chain) else node
        key = nodes.Literal(self.span(name, name.start), name.text)
        result: nodes.Node = nodes.Member(self.span(name, start), base, key, optional)
        if self.at("("):
            arguments = self._arguments()
            result = nodes.Call(self.span(name, start), result, arguments)
        return nodes.Chain(self.span(name, start), result) if chained or optional else result

    def _index(self, node: nodes.Node, start: int, *, optional: bool = False) -> nodes.Node:
        bracket = self.expect("[")
        first = None if self.at(":") else self.expression()
        if first is None or self.at(":"):
            self.expect(":")
            last = None if self.at("]") else self.expression()
            self.expect("]")
            return nodes.Slice(self.span(bracket, start), node, first, last)
        self.expect("]")
        member = nodes.Member(self.span(bracket, start), node, first, optional)
        return nodes.Chain(self.span(bracket, start), member) if optional else member

    def _call(self, name: Token, start: int, *piped: nodes.Node) -> nodes.Node:
        if name.text in PREDICATES:
            return self._predicate(name, start, *piped)
        arguments = (*piped, *self._arguments())
        if name.text in BUILTINS:
            return nodes.Builtin(self.span(name, start), name.text, arguments)
        callee = self._variable(nodes.Span(name.start, name.start, name.end), name.text)
        return nodes.Call(self.span(name, start), callee, arguments)

    def _variable(self, span: nodes.Span, name: str) -> nodes.Node:
        return nodes.Variable(span, name) if name in self._variables else nodes.Name(span, name)

    def _arguments(self) -> tuple[nodes.Node, ...]:
        self.expect("(")
        arguments: list[nodes.Node] = []
        while not self.at(")"):
            if arguments:
                self.expect(",")
            arguments.append(self.expression())
        self.expect(")")
        return tuple(arguments)

    def _predicate(self, name: Token, start: int, *piped: nodes.Node) -> nodes.Node:
        shape = PREDICATES[name.text]
        self.expect("(")
        array = piped[0] if piped else self.expression()
        body = extra = None
        if not self.at(")") or not shape.bare:
            if not piped:
                self.expect(",")
            body = self._body()
        if shape.extra and self.accept(","):
            extra = self.expression()
        self.expect(")")
        return nodes.Predicate(self.span(name, start), name.text, array, body, extra)

    def _body(self) -> nodes.Node:
        braced = self.accept("{")
        self._predicates += 1
        body = self.expression()
        self._predicates -= 1
        if braced:
            self.expect("}")
        return body
