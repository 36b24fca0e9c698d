-- Conversations at receivers, recipients that are several, and claims that pass over destinations without room.
CREATE TABLE threads (
  service   TEXT NOT NULL,
  recipient TEXT NOT NULL,
  thread    TEXT NOT NULL,
  root      TEXT NOT NULL,
  used      REAL NOT NULL,
  PRIMARY KEY (service, recipient, thread)
) STRICT;
CREATE INDEX threads_used ON threads (used);

ALTER TABLE deliveries ADD COLUMN taken TEXT NOT NULL DEFAULT '[]';
DROP INDEX deliveries_due;
CREATE INDEX deliveries_due ON deliveries (service, due, recipient) WHERE head = 1;
