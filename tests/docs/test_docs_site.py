"""The site is made of the pages without a warning; a link that leads nowhere is one."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.docs.markdown import DOCS

STRICT = ("-W", "--keep-going", "-n", "-q", "-b", "html")
"""As `make docs` calls it."""
FAULTS = {
    "a page that is not there": ("[a](nowhere.md)", "nowhere.md"),
    "a heading that is not there": ("[a](other.md#nothing)", "nothing"),
    "a heading of its own that is not there": ("[a](#nothing)", "nothing"),
    "a page that is in no table of contents": ("", "toctree"),
}


def build(source: Path, target: Path) -> subprocess.CompletedProcess[str]:
    """Make a site."""
    command = (sys.executable, "-m", "sphinx", *STRICT, str(source), str(target))
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)


def test_the_site_is_made_without_a_warning(tmp_path: Path) -> None:
    built = build(DOCS, tmp_path)
    assert built.returncode == 0, built.stderr
    pages = {page.relative_to(DOCS).with_suffix(".html") for page in DOCS.rglob("*.md")}
    assert [page for page in pages if not (tmp_path / page).is_file()] == []


@pytest.mark.parametrize("fault", FAULTS)
def test_what_is_wrong_with_a_link_is_refused(fault: str, tmp_path: Path) -> None:
    text, named = FAULTS[fault]
    contents = "```{toctree}\nother\n```\n" if text else ""
    (tmp_path / "conf.py").write_text((DOCS / "conf.py").read_text(encoding="utf-8"), encoding="utf-8")
    (tmp_path / "index.md").write_text(f"# Index\n\n{text}\n\n{contents}", encoding="utf-8")
    (tmp_path / "other.md").write_text("# Other\n", encoding="utf-8")
    built = build(tmp_path, tmp_path / "site")
    assert built.returncode != 0
    assert named in built.stderr
