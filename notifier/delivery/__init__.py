"""From the outbox to the receiver: the worker and the two pure things it obeys, `retry` and `limits`."""
