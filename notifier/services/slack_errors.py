"""What Slack's words for a refusal mean: whether the same message can be taken later, and what a person can do. Pure.

Slack answers with status 200 and `ok: false`. A word that is not in the table counts as passing, for Slack documents
those that last, and says of all others that they come up "where the service is down or other unexpected factors affect
processing"; should one last all the same, the delivery is given up at its horizon like any other.
"""

from collections.abc import Mapping
from typing import Any

from notifier.errors import DeliveryError, Permanent, Temporary
from notifier.services.redaction import EXCERPT, Redactor

ROOT_IS_GONE = frozenset(
    {
        "message_not_found",
        "thread_not_found",
        "channel_not_found",
        "cannot_reply_to_message",
        "cant_update_message",
        "edit_window_closed",
        "block_mismatch",
        "restricted_action_non_threadable_channel",
    }
)
"""A thread cannot go on below the message it started with, but a new one may start."""

ROOT_IS_FIXED = frozenset({"edit_window_closed"})
"""A message cannot be changed, but the thread below it can go on."""

_PASSING = {
    "ratelimited": "too many messages",
    "rate_limited": "too many messages",
    "message_limit_exceeded": "the workspace sends too many messages",
    "internal_error": "a fault at Slack's",
    "fatal_error": "a fault at Slack's",
    "update_failed": "a fault at Slack's",
    "service_unavailable": "Slack is away for a while",
    "request_timeout": "the request arrived in part",
    "team_added_to_org": "the workspace is being moved",
    "org_login_required": "the workspace is being moved",
    "external_channel_migrating": "the channel is being moved",
    "streaming_state_conflict": "the message is still being written",
    "accesslimited": "Slack may not be used from this network",
}

_LONGEST_WORD = 64
_INVITE = "invite the app to the channel: /invite @app"
_NEW_TOKEN = "put a new one into the Secret"  # noqa: S105 - advice, no token
_TEMPLATE = "look at the template"

_LASTING = {
    "channel_not_found": f"there is no such channel, or it is private: look at its name, or {_INVITE}",
    "not_in_channel": _INVITE,
    "is_archived": "the channel is archived: subscribe another one",
    "is_inactive": "the channel is archived or frozen: subscribe another one",
    "user_not_found": "there is no such user: look at the id",
    "user_disabled": "the user is deactivated: subscribe another one",
    "cannot_dm_bot": "a bot takes no messages: subscribe a person or a channel",
    "messages_tab_disabled": "the app takes no direct messages: enable the messages tab of its home",
    "not_authed": "the token is missing: put one into the Secret",
    "invalid_auth": f"the token is wrong, or may not be used from here: {_NEW_TOKEN}",
    "token_revoked": f"the token was revoked: {_NEW_TOKEN}",
    "token_expired": f"the token has expired: {_NEW_TOKEN}",
    "account_inactive": f"the token's user or workspace was deleted: {_NEW_TOKEN}",
    "not_allowed_token_type": "tokens of this kind may not post: use an app's bot token (xoxb-…)",
    "metadata_must_be_sent_from_app": "tokens of this kind may not send metadata: use an app's bot token (xoxb-…)",
    "missing_scope": "add the scope to the app and install it again",
    "no_permission": f"the token may not post there: {_INVITE}",
    "access_denied": "the token may not do this: ask the workspace's administrators",
    "team_access_not_granted": "the app is not installed in this workspace: install it there",
    "team_not_found": "the app is not installed in this workspace: install it there",
    "two_factor_setup_required": "the token's user has to set up two-factor authentication",
    "ekm_access_denied": "the administrators have suspended posting",
    "enterprise_is_restricted": "not allowed in an Enterprise organization: use a workspace's token",
    "msg_too_long": f"the text is too long: {_TEMPLATE}",
    "msg_blocks_too_long": f"the blocks are too long: {_TEMPLATE}",
    "no_text": f"the message is empty: {_TEMPLATE}",
    "too_many_attachments": f"a message has at most 100 attachments: {_TEMPLATE}",
    "too_many_contact_cards": f"a message has at most 100 contact cards: {_TEMPLATE}",
    "attachment_payload_limit_exceeded": f"the attachments are too large: {_TEMPLATE}",
    "cant_broadcast_message": "switch notifyBroadcast off",
    "unknown_method": "look at apiURL",
    "method_deprecated": "Slack no longer has this method: a newer version of this program is needed",
    "deprecated_endpoint": "Slack no longer has this method: a newer version of this program is needed",
}

_LASTING_FAMILIES = {
    "invalid_": _TEMPLATE,
    "restricted_action": "the workspace's settings do not allow to post this there: ask its administrators",
    "slack_connect_": "the settings for shared channels do not allow this: ask the administrators",
}
"""Beginnings of words of which Slack makes new ones now and then."""


def refusal(answer: Mapping[str, Any], redact: Redactor, retry_after: float | None = None) -> DeliveryError:
    """What an answer with `ok: false` means; `retry_after` is the wish that came with it, in seconds."""
    word = redact(str(answer.get("error") or "an error without a name"))[:_LONGEST_WORD]
    advice = _lasting(word)
    text = "; ".join(filter(None, (f"Slack answered {word}", advice or _PASSING.get(word), *_details(answer, redact))))
    if advice is None:
        return Temporary(text, status=word, retry_after=retry_after)
    return Permanent(text, status=word)


def _lasting(word: str) -> str | None:
    """What to do about a word that lasts, None where it passes."""
    if word in _LASTING or word in ROOT_IS_GONE:
        return _LASTING.get(word, "")
    return next((advice for start, advice in _LASTING_FAMILIES.items() if word.startswith(start)), None)


def _details(answer: Mapping[str, Any], redact: Redactor) -> list[str]:
    """What Slack says besides its word: the scopes that are needed, what is wrong with which part of the message."""
    needed, metadata = answer.get("needed"), answer.get("response_metadata")
    messages = metadata.get("messages") if isinstance(metadata, Mapping) else None
    details = [f"needed: {needed}" if needed else "", *(messages if isinstance(messages, list) else [])]
    return [redact(str(detail))[:EXCERPT] for detail in details[:4] if detail]
