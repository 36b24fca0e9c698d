"""Whose placeholders a text may hold."""

from hypothesis import given, strategies as st

from notifier.secrets import CLOSING, OPENING, SecretNames, confined, names, new_seal, placeholder, sealed, unsealed

PIECES = st.sampled_from([OPENING, CLOSING, "secret:", "shop/", "bank/", "token", "a b", placeholder("shop/token")])
TEXTS = st.lists(PIECES).map("".join)


def test_the_placeholders_of_a_namespace_name_it() -> None:
    assert SecretNames(["token"], "shop")["token"] == placeholder("shop/token")
    assert SecretNames(["token"])["token"] == placeholder("token")


@given(TEXTS)
def test_what_is_confined_to_a_namespace_names_no_other_s_secrets(text: str) -> None:
    found = names(confined({"a": [text]}, "shop"))
    assert all(name.startswith("shop/") for name in found)


def test_what_is_confined_keeps_its_own() -> None:
    own = f"x {placeholder('shop/token')} [y]"
    assert confined([own, 1, None], "shop") == [own, 1, None]


@given(TEXTS)
def test_a_text_that_was_not_sealed_holds_no_placeholder(text: str) -> None:
    assert names(unsealed(text, new_seal())) == []


@given(TEXTS, TEXTS)
def test_what_was_sealed_comes_back_wherever_it_stands(before: str, after: str) -> None:
    known = SecretNames(["token"], "shop")
    seal = new_seal()
    text = unsealed(before + sealed(known, seal)["token"] + after, seal)
    assert names(text) == ["shop/token"]
    assert text.count(known["token"]) == 1
