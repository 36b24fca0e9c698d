"""The services: one file each, one line here, one row in the contract test."""

from notifier.services.email import Email
from notifier.services.service import Limits, Service
from notifier.services.slack import Slack
from notifier.services.webhook import Webhook

__all__ = ["SERVICES", "Limits", "Service"]

SERVICES: dict[str, type[Service]] = {
    "email": Email,
    "slack": Slack,
    "webhook": Webhook,
}
"""By the type in a configuration key, `service.<type>[.<name>]`."""
