"""What every service is, for those who use one and for those who write one."""

from collections.abc import Mapping
from typing import Any, ClassVar, NamedTuple, Protocol, Self

from notifier.model import Letter, Receipt
from notifier.services.http import Client
from notifier.services.options import Options


class Limits(NamedTuple):
    """How fast a destination is told things: messages a second, as many at once, attempts under way at most.

    A destination is a service as a whole, or a place of it (see `Service.place`).
    """

    rate: float
    burst: int
    concurrency: int


class Service(Protocol):
    """One configured service: knows how to reach its receiver and how to say what it answered."""

    section: ClassVar[str]
    """The template section that becomes a message's `body`."""

    options_model: ClassVar[type[Options]]

    @classmethod
    def from_config(cls, config: Mapping[str, Any], client: Client, secrets: frozenset[str]) -> Self:
        """The service of a configuration whose secrets are filled in; no text of it will show one of `secrets`.

        All that it sends goes over `client`, and so only where the policy of whose configuration it is allows. Raises
        ConfigError.
        """

    @classmethod
    def default_limits(cls) -> Limits:
        """The limits of a destination where nothing else is configured."""

    def place(self, recipient: str) -> str:
        """What a recipient's limits belong to, however it is written and whichever service tells it; "" is the service.

        It holds no secret that can be read.
        """

    async def send(self, letter: Letter) -> Receipt:
        """Make one attempt. Raises Temporary and Permanent."""

    async def close(self) -> None:
        """Let go of what is open, as soon as attempts under way allow."""
