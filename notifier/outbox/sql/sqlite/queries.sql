-- recall: the digests of some objects and of all their relatives
SELECT uid, kind, namespace, root, version, shape, writes, body, deleted FROM digests
WHERE root IN (SELECT root FROM digests WHERE uid IN (SELECT value FROM json_each(:uids)));

-- writes: how often a digest was written
SELECT writes FROM digests WHERE uid = :uid;

-- write: a digest
INSERT INTO digests (uid, kind, namespace, root, version, shape, writes, deleted, body)
VALUES (:uid, :kind, :namespace, :root, :version, :shape, 1, :deleted, :body)
ON CONFLICT (uid) DO UPDATE SET root = :root, version = :version, shape = :shape, writes = writes + 1,
  deleted = :deleted, body = :body;

-- absent: what a complete list of a kind did not show
SELECT uid, kind, namespace, root, version, shape, writes, body, deleted FROM digests
WHERE kind = :kind AND (:namespace = '' OR namespace = :namespace) AND deleted IS NULL
  AND uid NOT IN (SELECT value FROM json_each(:seen));

-- rewind: forget versions that are ahead of the cluster's own
UPDATE digests SET version = 0, writes = writes + 1
WHERE kind = :kind AND (:namespace = '' OR namespace = :namespace) AND version > :version;

-- is_learned: whether a list was learned before
SELECT 1 FROM baselines WHERE kind = :kind AND namespace IN (:namespace, '') AND selector = :selector;

-- learn: mark a list as learned
INSERT INTO baselines (kind, namespace, selector, learned) VALUES (:kind, :namespace, :selector, :now)
ON CONFLICT DO NOTHING;

-- tell: an event, once
INSERT INTO events (id, uid, namespace, name, reason, seen, body)
VALUES (:id, :uid, :namespace, :name, :reason, :seen, :body)
ON CONFLICT (id) DO NOTHING;

-- is_busy: whether a lane holds what is not settled
SELECT 1 FROM deliveries WHERE lane = :lane AND state IN ('pending', 'leased') LIMIT 1;

-- enqueue: a delivery, once
INSERT INTO deliveries (key, lane, head, state, service, recipient, trigger, event, reason, kind, namespace, name, uid,
  revision, message, created, due, expires, lease, why, settled)
VALUES (:key, :lane, :head, :state, :service, :recipient, :trigger, :event, :reason, :kind, :namespace, :name, :uid,
  :revision, :message, :created, :due, :expires, :lease, :why, :settled)
ON CONFLICT (key) DO NOTHING
RETURNING id;

-- waiting: the services that something waits for, found without reading all of it
WITH RECURSIVE waiting(service) AS (
  SELECT min(service) FROM deliveries WHERE head = 1
  UNION ALL
  SELECT (SELECT min(service) FROM deliveries WHERE head = 1 AND service > waiting.service) FROM waiting
  WHERE waiting.service IS NOT NULL)
SELECT service FROM waiting WHERE service IS NOT NULL;

-- claim: the heads of a service's lanes that are due, the longest waiting first
UPDATE deliveries SET state = 'leased', lease = :lease, due = :until
WHERE id IN (SELECT id FROM deliveries
  WHERE head = 1 AND service = :service AND due <= :now AND recipient NOT IN (SELECT value FROM json_each(:full))
  ORDER BY due LIMIT :limit)
RETURNING *;

-- settle: what became of an attempt; that a receiver took it counts whoever holds the lease
UPDATE deliveries SET state = :state, head = 0, lease = NULL, attempts = attempts + :attempted, why = :why,
  status = :status, settled = :now, taken = :taken
WHERE id = :id AND state IN ('pending', 'leased') AND (:state = 'delivered' OR lease = :lease)
RETURNING lane;

-- advance: lease the next of a lane to who settled its head
UPDATE deliveries SET head = 1, state = 'leased', lease = :lease, due = :until
WHERE id = (SELECT min(id) FROM deliveries WHERE lane = :lane AND state IN ('pending', 'leased'))
  AND NOT EXISTS (SELECT 1 FROM deliveries WHERE lane = :lane AND state IN ('pending', 'leased') AND head = 1)
RETURNING *;

-- postpone: try again later
UPDATE deliveries SET state = 'pending', lease = NULL, attempts = attempts + :attempted, why = :why, status = :status,
  due = :due, taken = :taken
WHERE id = :id AND state = 'leased' AND lease = :lease;

-- renew: hold leases longer
UPDATE deliveries SET due = :until
WHERE state = 'leased' AND lease = :lease AND id IN (SELECT value FROM json_each(:ids));

-- release: give back what is leased
UPDATE deliveries SET state = 'pending', due = :now, lease = NULL
WHERE head = 1 AND state = 'leased' AND (:lease IS NULL OR lease = :lease);

-- give_back: leases of some deliveries
UPDATE deliveries SET state = 'pending', due = :now, lease = NULL
WHERE state = 'leased' AND lease = :lease AND id IN (SELECT value FROM json_each(:ids));

-- next_due: when the next head of a service is due
SELECT due FROM deliveries
WHERE head = 1 AND service = :service AND (lease IS NULL OR lease <> :lease)
  AND recipient NOT IN (SELECT value FROM json_each(:full))
ORDER BY due LIMIT 1;

-- root: where a thread began
SELECT root FROM threads WHERE service = :service AND recipient = :recipient AND thread = :thread;

-- take_root: remember where a thread began, or began anew
INSERT INTO threads (service, recipient, thread, root, used) VALUES (:service, :recipient, :thread, :root, :now)
ON CONFLICT (service, recipient, thread) DO UPDATE SET root = :root, used = :now;

-- show: one delivery
SELECT * FROM deliveries WHERE id = :id;

-- retry: send a dead or suppressed delivery again, in its old place in the lane
UPDATE deliveries SET state = 'pending', due = :now, created = :now, settled = NULL, attempts = 0, expires = NULL,
  head = NOT EXISTS (SELECT 1 FROM deliveries o WHERE o.lane = deliveries.lane AND o.state IN ('pending', 'leased'))
WHERE id = :id AND state IN ('dead', 'suppressed')
RETURNING *;

-- drop: never send it
UPDATE deliveries SET state = 'suppressed', head = 0, lease = NULL, why = 'dropped by hand', settled = :now
WHERE id = :id AND state IN ('pending', 'leased', 'dead')
RETURNING lane;

-- promote: the next of a lane, for whoever claims it
UPDATE deliveries SET head = 1, due = :now
WHERE id = (SELECT min(id) FROM deliveries WHERE lane = :lane AND state IN ('pending', 'leased'))
  AND NOT EXISTS (SELECT 1 FROM deliveries WHERE lane = :lane AND state IN ('pending', 'leased') AND head = 1);

-- census: open and dead deliveries by service and state, with the time of the oldest
SELECT service, state, count(*) AS number, min(created) AS oldest FROM deliveries
WHERE state IN ('pending', 'leased', 'dead') GROUP BY service, state;

-- story: what was told about an object
SELECT body FROM events WHERE namespace = :namespace AND name = :name ORDER BY seen, rowid;

-- forget_deliveries: settled long ago
DELETE FROM deliveries WHERE settled < :before AND state <> 'dead';

-- forget_events: seen long ago
DELETE FROM events WHERE seen < :before;

-- forget_threads: not used for long
DELETE FROM threads WHERE used < :before;

-- forget_tombstones: deleted long ago
DELETE FROM digests WHERE deleted < :before;
