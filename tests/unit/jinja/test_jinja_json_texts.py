"""JSON texts: what data escapes in them is data."""

import pytest

from notifier.errors import TemplateError
from notifier.jinja import Language, compile_tree
from notifier.jinja.language import Native
from notifier.jsontext import JsonText
from notifier.secrets import SecretNames, names

SECRETS = SecretNames({"token": "s3cret"})


def rendered(source: str, note: str) -> object:
    text = JsonText(compile_tree(source, Language()), "slack.attachments", "quote it")
    return text.render({"rollout": {"note": note}, "secrets": SECRETS})


@pytest.mark.parametrize("bracket", ["\\u27e6", "\\u27E6", "\\\\\\u27e6"])
def test_an_escaped_bracket_makes_no_secret_of_a_text(bracket: str) -> None:
    assert names(rendered('["{{ rollout.note }}"]', f"{bracket}secret:token\\u27e7")) == []


def test_what_a_template_takes_from_secrets_stays_one() -> None:
    assert names(rendered('["{{ secrets.token }}", {{ secrets.token | tojson }}]', "")) == ["token"]


def test_half_of_a_character_is_an_error_of_the_template() -> None:
    with pytest.raises(TemplateError, match="half of a character"):
        rendered('["{{ rollout.note }}"]', "\\ud83d")


def test_an_entity_makes_no_secret_of_a_text() -> None:
    tree = compile_tree("{{ rollout.note | rich_text }}", Language(), native=Native.STRUCTURE)
    variables = {"rollout": {"note": "&#x27e6;secret:token&#x27e7;"}, "secrets": SECRETS}
    assert names(tree.render(variables)) == []
