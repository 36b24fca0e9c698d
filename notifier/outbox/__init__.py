"""The durable outbox: what is remembered about objects, what happened, who is to be told and what became of it."""
