-- version: a number that is another one after every write of somebody else
PRAGMA data_version;

-- stamps: which Rollouts there are, and how often each digest was written
SELECT uid, writes FROM digests WHERE kind = 'Rollout' AND deleted IS NULL;

-- digests: some digests
SELECT uid, kind, namespace, root, version, shape, writes, body, deleted FROM digests
WHERE uid IN (SELECT value FROM json_each(:uids));

-- last_told: the latest delivery about each of some objects
SELECT told.* FROM json_each(:objects) AS wanted
JOIN deliveries AS told ON told.id = (SELECT max(id) FROM deliveries
  WHERE namespace = wanted.value ->> 0 AND name = wanted.value ->> 1);

-- story: what happened to an object, the newest first; a place is a time and a number among those of the same time
SELECT seen, rowid AS number, body FROM events
WHERE namespace = :namespace AND name = :name AND (seen, rowid) < (:seen, :number)
ORDER BY seen DESC, rowid DESC LIMIT :limit;

-- told: the deliveries of some events of an object, and of its conditions in a span of time
SELECT * FROM deliveries
WHERE namespace = :namespace AND name = :name AND (
  event IN (SELECT value FROM json_each(:events)) OR (event IS NULL AND created > :after AND created <= :until))
ORDER BY id DESC LIMIT :limit;

-- show: one delivery
SELECT * FROM deliveries WHERE id = :id;

-- census: open and dead deliveries by service and state, with the time of the oldest
SELECT service, state, count(*) AS number, min(created) AS oldest FROM deliveries
WHERE state IN ('pending', 'leased', 'dead') GROUP BY service, state;
