"""How Sphinx makes a site of these pages, which read as well on GitHub: `make docs`, strict about links."""  # noqa: INP001  # Sphinx reads it as a file

from notifier import __version__

project = "rollouts-notifier"
author = "the authors of rollouts-notifier"
release = __version__

extensions = ["myst_parser"]
exclude_patterns = ["pictures"]
myst_heading_anchors = 4
"""Headings are linked to as on GitHub."""
nitpicky = True

html_theme = "furo"
html_title = f"rollouts-notifier {release}"
html_show_sphinx = False
html_show_copyright = False
