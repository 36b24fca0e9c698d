"""Go's text/template: the language of Argo's notification templates.

Argo's notification engine renders each text of a template with the Go package text/template and the functions of
sprig v3.3. This package does the same to plain JSON-like data, e.g. `{{.rollout.metadata.name}}`,
`{{range $i, $c := .rollout.spec.template.spec.containers}}{{if $i}}, {{end}}{{$c.image}}{{end}}` or
`{{(call .time.Parse .rollout.metadata.creationTimestamp).Format "2006-01-02"}}`.

    lexer → pipelines → parser → nodes (the syntax tree) → expressions, statements (closures) → Template

Where it differs, on purpose:

- Every number of the data is a float64, as in the controller, and is printed as one; where that would be refused and
  the meaning of a whole number is plain (`eq .replicas 3`, `index .list .i`, `printf "%d"`), the plain result is given.
- Budgets of steps, output and depth end what would take too long.
- What prints an address in Go, a function within a map, prints `0x0`.
- Functions that are not supported (`sprig.LEFT_OUT`) are refused at load.
"""

from __future__ import annotations

from notifier.gotemplate.budget import Budget
from notifier.gotemplate.template import FUNCTIONS, Template, compile  # noqa: A004 - see its definition

__all__ = ["FUNCTIONS", "Budget", "Template", "compile"]
