"""Source text → syntax tree."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from notifier.gotemplate import nodes
from notifier.gotemplate.fault import Fault
from notifier.gotemplate.lexer import Kind, Token
from notifier.gotemplate.pipelines import Pipelines
from notifier.gotemplate.quoting import unquoted

LONGEST = 1 << 16
"""How many characters a source may have."""

_BLOCKS: dict[str, type[nodes.Block]] = {"if": nodes.If, "with": nodes.With, "range": nodes.Range}


def parse(source: str, name: str, functions: Collection[str], refused: Mapping[str, str]) -> nodes.Tree:
    """Return the tree of a source, which is the template of that name; raises Fault where it is none."""
    if len(source) > LONGEST:
        raise Fault(f"the template is too long: more than {LONGEST:,} characters")
    return _Parser(source, functions, refused).tree(name)


class _Parser(Pipelines):
    def __init__(self, source: str, functions: Collection[str], refused: Mapping[str, str]) -> None:
        super().__init__(source, functions, refused)
        self._templates: dict[str, nodes.Definition] = {}
        self._loops = 0

    def tree(self, name: str) -> nodes.Tree:
        body: list[nodes.Node] = []
        while self.peek().kind is not Kind.END:
            body.append(self._define() if self._at_keyword("define") else self._item())
        self._add(name, tuple(body), self.peek().start)
        return nodes.Tree(self.source, tuple(body), self._templates)

    def _at_keyword(self, *words: str) -> bool:
        """Tell whether an action that begins with one of these words comes next."""
        if self.peek().kind is not Kind.OPEN:
            return False
        mark = self.mark()
        self.next()
        token = self.peek_word()
        self.back_to(mark)
        return token.kind is Kind.KEYWORD and token.text in words

    def _add(self, name: str, body: tuple[nodes.Node, ...], at: int) -> None:
        known = self._templates.get(name)
        if known is None or _is_empty(known.body):
            self._templates[name] = nodes.Definition(body, self.slots)
        elif not _is_empty(body):
            raise self.fault(f'multiple definition of template "{name}"', at)

    def _items(self) -> tuple[nodes.Node, ...]:
        """Parse up to an `else` or `end`, which is left to the caller."""
        items: list[nodes.Node] = []
        while not self._at_keyword("else", "end"):
            items.append(self._item())
        return tuple(items)

    def _item(self) -> nodes.Node:
        token = self.next()
        match token.kind:
            case Kind.TEXT:
                return nodes.Text(nodes.Span(token.start, token.end), token.text)
            case Kind.COMMENT:
                return nodes.Comment(nodes.Span(token.start, token.end), token.text)
            case Kind.OPEN:
                return self._action(token.start)
        raise self.fault("unexpected EOF", token.start)

    def _action(self, start: int) -> nodes.Node:
        word = self.peek_word()
        if word.kind is Kind.KEYWORD:
            if word.text in _BLOCKS:
                with self.nesting():
                    self.next()
                    return self._block(word.text, start)
            if word.text in ("break", "continue"):
                return self._jump(start)
            if word.text in ("template", "block"):
                return self._named(start)
            if word.text not in ("true", "false", "nil"):
                raise self.unexpected(word, "input" if word.text in ("else", "end") else "command")
        pipe = self.pipeline("command")
        return nodes.Action(self.span(start), pipe)

    def _block(self, word: str, start: int) -> nodes.Block:
        with self.scope():
            pipe = self.pipeline(word)
            span = self.span(start)
            self._loops += word == "range"
            body = self._items()
            self._loops -= word == "range"
            return _BLOCKS[word](span, pipe, body, self._otherwise(word))

    def _otherwise(self, word: str) -> tuple[nodes.Node, ...]:
        self.next()
        keyword = self.next_word()
        if keyword.text == "end":
            self.expect(Kind.CLOSE, "end")
            return ()
        following = self.peek_word()
        if following.kind is Kind.KEYWORD and following.text == word and word != "range":
            with self.nesting():
                self.next()
                return (self._block(word, following.start),)
        self.expect(Kind.CLOSE, "else")
        items = self._items()
        self._end("else")
        return items

    def _end(self, context: str) -> None:
        self.next()
        word = self.next_word()
        if word.text != "end":
            raise self.unexpected(word, context)
        self.expect(Kind.CLOSE, "end")

    def _jump(self, start: int) -> nodes.Node:
        word = self.next()
        self.expect(Kind.CLOSE, f"{{{{{word.text}}}}}")
        if not self._loops:
            raise self.fault(f"{{{{{word.text}}}}} outside {{{{range}}}}", word.start)
        return (nodes.Break if word.text == "break" else nodes.Continue)(self.span(start))

    def _named(self, start: int) -> nodes.Node:
        word = self.next()
        context = f"{word.text} clause"
        name = self._template_name(self.next_word(), context)
        if word.text == "template" and self.peek_word().kind is Kind.CLOSE:
            self.next()
            return nodes.Invoke(self.span(start), name, None)
        pipe = self.pipeline(context)
        span = self.span(start)
        if word.text == "template":
            return nodes.Invoke(span, name, pipe)
        return nodes.Define(span, name, self._definition(name, context), pipe)

    def _template_name(self, token: Token, context: str) -> str:
        if token.kind is not Kind.STRING:
            raise self.unexpected(token, context)
        return unquoted(token.text)

    def _define(self) -> nodes.Define:
        start = self.next().start
        self.next_word()
        name = self._template_name(self.next_word(), "define clause")
        self.expect(Kind.CLOSE, "define clause")
        return nodes.Define(self.span(start), name, self._definition(name, "define clause"))

    def _definition(self, name: str, context: str) -> tuple[nodes.Node, ...]:
        loops, self._loops = self._loops, 0
        with self.nesting(), self.definition():
            body = self._items()
            at = self.peek().start
            self._end(context)
            self._add(name, body, at)
        self._loops = loops
        return body


def _is_empty(body: tuple[nodes.Node, ...]) -> bool:
    return all(
        isinstance(node, nodes.Comment)
        or (isinstance(node, nodes.Define) and node.pipe is None)
        or (isinstance(node, nodes.Text) and not node.text.strip())
        for node in body
    )
