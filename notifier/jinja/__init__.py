"""The Jinja2 language of notification templates: trees of texts, rendered in a sandbox with a budget.

    language = Language(macros={"blocks.j2": …}, zone="Europe/Berlin")
    tree = compile_tree({"text": "{{ rollout.metadata.name }} is {{ rollout.status.phase }}"}, language)
    tree.render({"rollout": …})

`tree` walks templates, `language` compiles their leaves, `syntax` checks what a leaf names and builds the meter into
it, `sandbox` is what runs and `view` what it sees, `filters`, `formats` and `notices` are what it offers, `budget` is
what stops it.
"""

from notifier.jinja.budget import Budget
from notifier.jinja.language import VARIABLES, Language, Native
from notifier.jinja.tree import Tree, compile_tree

__all__ = ["VARIABLES", "Budget", "Language", "Native", "Tree", "compile_tree"]
