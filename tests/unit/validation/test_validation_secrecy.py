"""No value of a Secret is in what is found, wherever it is used and whatever is wrong."""

from __future__ import annotations

import base64
import json

from tests.unit.validation.checked import SECRET, config_map, report, rollout

CANARIES = {
    "plain": "canary-plain-4711",
    "quoted": "canary-'quo\"ted'-4711",
    "lines": "canary-first-4711\ncanary-second-4711",
    "short": "c4n4",
    "tag": "!canary-tag-4711",
}
USES = "url: ftp://$plain@$short/$quoted\n  $lines: $tag\n  timeout: $plain"


def secret() -> str:
    """The canaries, coded in one Secret, plain in another, and once more where they break the file."""
    coded = json.dumps({name: base64.b64encode(value.encode()).decode() for name, value in CANARIES.items()})
    broken = f"{SECRET}data: {{a: '{CANARIES['plain']}', b: [{CANARIES['plain']}], c: !{CANARIES['plain']} x}}"
    bad = f"{SECRET}data: {{a: '{CANARIES['plain']}!', b: ['{CANARIES['plain']}']}}"
    return f"{SECRET}data: {coded}\n---\n{SECRET}stringData: {json.dumps(CANARIES)}\n---\n{broken}\n---\n{bad}\n"


async def test_no_canary_is_in_any_problem_or_remark() -> None:
    everywhere = " ".join(f"{{{{ secrets.{name} }}}}" for name in CANARIES)
    config = config_map(
        f"service.webhook.a: |\n  {USES}",
        "service.webhook.b: |\n  url: http://x\n  headers: [$lines, {name: $quoted, value: $plain}]",
        "service.webhook.c: |\n  url: http://x\n  $quoted: 1\n  $lines: 2\n  $plain: 3\n  $short: 4",
        "service.webhook.d: |\n  url: http://x\n  secret: whsec_$plain\n  certificate: $lines",
        f"template.x: |\n  message: '{everywhere} {{{{ rollout.nope }}}}'",
        f"template.y: |\n  webhook: {{'*': {{body: '{{\"a\": {everywhere}}}'}}}}",
        "trigger.on-x: '- {when: \"true\", send: [x, y]}'",
        f"context: '{{a: {CANARIES['plain']}, a: {CANARIES['plain']}}}'",
        f"subscriptions: '- {{recipients: [\"{CANARIES['plain']}:x\"]}}'",
    )
    found = await report(config, secret(), rollout(f'subscribe.{CANARIES["plain"]}.a: ""'))
    said = [one.message for one in found.findings] + list(found.remarks)
    keys = {one.key for one in found.findings}
    assert {f"service.webhook.{name}" for name in "abcd"} | {"template.x", "template.y", "context", "b"} <= keys
    assert [text for text in said for canary in spellings() if canary in text] == []


def spellings() -> set[str]:
    plain = {line for value in CANARIES.values() for line in value.splitlines()}
    inside = {json.dumps(value)[1:-1] for value in plain} | {repr(value)[1:-1] for value in plain}
    return plain | inside | {base64.b64encode(value.encode()).decode() for value in CANARIES.values()}
