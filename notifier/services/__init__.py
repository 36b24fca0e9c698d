"""The services: one file each, one line here, one row in the contract test."""

from notifier.services.service import Limits, Service
from notifier.services.webhook import Webhook

__all__ = ["SERVICES", "Limits", "Service"]

SERVICES: dict[str, type[Service]] = {
    "webhook": Webhook,
}
"""By the type in a configuration key, `service.<type>[.<name>]`."""
