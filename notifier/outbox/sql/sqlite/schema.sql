-- The store as the migrations make it, for reading: a test holds the two equal.
-- What is remembered about objects: one digest each, compared and set by its count of writes.
CREATE TABLE digests (
  uid       TEXT PRIMARY KEY,
  kind      TEXT NOT NULL,
  namespace TEXT NOT NULL,
  root      TEXT NOT NULL,              -- the uid of the object its events are told on
  version   INTEGER NOT NULL,           -- metadata.resourceVersion; what is not greater is old news
  shape     INTEGER NOT NULL,           -- version of the body's layout
  writes    INTEGER NOT NULL,
  deleted   REAL,                       -- when the object went away; the row is then a tombstone
  body      BLOB NOT NULL
) STRICT;
CREATE INDEX digests_root ON digests (root);
CREATE INDEX digests_kind ON digests (kind, namespace);

-- Which lists were learned in silence: after that, what is unknown is new.
CREATE TABLE baselines (
  kind      TEXT NOT NULL,
  namespace TEXT NOT NULL,
  selector  TEXT NOT NULL,
  learned   REAL NOT NULL,
  PRIMARY KEY (kind, namespace, selector)
) STRICT;

-- What happened, subscribed or not. The id is made of content: an event is told once.
CREATE TABLE events (
  id        TEXT PRIMARY KEY,
  uid       TEXT NOT NULL,
  namespace TEXT NOT NULL,
  name      TEXT NOT NULL,
  reason    TEXT NOT NULL,
  seen      REAL NOT NULL,
  body      BLOB NOT NULL
) STRICT;
CREATE INDEX events_object ON events (namespace, name, seen);
CREATE INDEX events_seen ON events (seen);

-- Who is to be told, and what became of it.
--
--   pending    waits until `due`
--   leased     somebody sends it; `due` is when the lease ends and anybody may
--   delivered  the receiver took it
--   suppressed nobody needs it any more, or nothing can carry it; `why` says which
--   dead       given up; a person may send it again
--
-- A lane is first in, first out: only its `head` may be sent.
CREATE TABLE deliveries (
  id        INTEGER PRIMARY KEY AUTOINCREMENT,
  key       TEXT NOT NULL UNIQUE,       -- the idempotency key: one message per event, trigger and destination
  lane      TEXT NOT NULL,
  head      INTEGER NOT NULL CHECK (head IN (0, 1)),
  state     TEXT NOT NULL CHECK (state IN ('pending', 'leased', 'delivered', 'suppressed', 'dead')),
  service   TEXT NOT NULL,
  recipient TEXT NOT NULL,
  trigger   TEXT NOT NULL,
  event     TEXT,                       -- the event's id, null for a condition
  reason    TEXT,
  kind      TEXT NOT NULL,              -- of the object it is about
  namespace TEXT NOT NULL,
  name      TEXT NOT NULL,
  uid       TEXT NOT NULL,
  revision  TEXT,
  message   BLOB NOT NULL,              -- rendered; secrets are placeholders
  created   REAL NOT NULL,
  due       REAL NOT NULL,
  expires   REAL,
  attempts  INTEGER NOT NULL DEFAULT 0,
  lease     TEXT,
  why       TEXT,                       -- the last failure, or why it was suppressed or given up
  status    TEXT,                       -- the receiver's last word: an HTTP status, a provider's code
  settled   REAL,
  taken     TEXT NOT NULL DEFAULT '[]', -- who has it already, where a recipient is several: a JSON list
  CHECK (head = 0 OR state IN ('pending', 'leased')),
  CHECK ((lease IS NOT NULL) = (state = 'leased')),
  CHECK ((settled IS NOT NULL) = (state IN ('delivered', 'suppressed', 'dead')))
) STRICT;
CREATE INDEX deliveries_due ON deliveries (service, due, recipient) WHERE head = 1;
CREATE INDEX deliveries_lane ON deliveries (lane, id) WHERE state IN ('pending', 'leased');
CREATE INDEX deliveries_object ON deliveries (namespace, name, id);
CREATE INDEX deliveries_open ON deliveries (service, state, created) WHERE state IN ('pending', 'leased', 'dead');
CREATE INDEX deliveries_settled ON deliveries (settled) WHERE settled IS NOT NULL;

-- Which message of a receiver began a conversation: what follows goes there.
CREATE TABLE threads (
  service   TEXT NOT NULL,
  recipient TEXT NOT NULL,
  thread    TEXT NOT NULL,
  root      TEXT NOT NULL,              -- the receiver's own name for the first message
  used      REAL NOT NULL,
  PRIMARY KEY (service, recipient, thread)
) STRICT;
CREATE INDEX threads_used ON threads (used);
