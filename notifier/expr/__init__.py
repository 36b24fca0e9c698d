"""expr-lang: the language of trigger conditions.

Argo's notification engine compiles a trigger's `when` and `oncePer` with the Go library expr
(https://expr-lang.org, version 1.16.9, without an environment's types). This package evaluates that language over
plain JSON-like data, e.g. `rollout.status.phase == 'Degraded'` or
`time.Now().Sub(time.Parse(rollout.metadata.creationTimestamp)).Minutes() >= 5`.

    lexer → parser → nodes (the syntax tree) → checker (what can never fit) → compiler (closures) → Expression

Where it differs, on purpose:

- A number of the data is a float64, as in the controller, but remembers whether it is whole: where a float is refused
  and the meaning is plain (`replicas % 2`), the plain result is given.
- A budget of steps, a limit on size and one on nesting end what would take too long.
- Errors never quote a value, which may be a secret.
- Maps are gone through in the order of their keys.

`tests/differential/differences/expr.yaml` has the whole list.
"""

from __future__ import annotations

from notifier.expr.expression import Expression
from notifier.expr.parts import Part

__all__ = ["Expression", "Part", "compile"]


def compile(source: str) -> Expression:  # noqa: A001 - what every engine calls it, and always used with its module
    """Return `source` ready to be evaluated; raises ExpressionError with line and column if it is no expression."""
    return Expression(source)
