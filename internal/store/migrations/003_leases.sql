-- +goose Up
-- The lease on a row is the only sign that somebody works on it. Which row a
-- ticket of the queue stands for is chosen when it is worked on, so that the
-- jobs of before, which name a row, are no longer of use.
DROP TABLE instances;
DELETE FROM river_job WHERE kind IN ('analysis', 'webhook');

ALTER TABLE analyses DROP COLUMN job;
ALTER TABLE analyses DROP COLUMN heartbeat_at;
ALTER TABLE analyses RENAME COLUMN gone TO tombstone;
ALTER TABLE analyses ADD COLUMN lease_until BIGINT NOT NULL DEFAULT 0;
ALTER TABLE analyses ADD COLUMN next_at BIGINT NOT NULL DEFAULT 0;
UPDATE analyses SET instance = '', fraction = 0, stage = 'queued', started_at = NULL WHERE status = 'pending';

ALTER TABLE texts ADD COLUMN id TEXT NOT NULL DEFAULT '';
ALTER TABLE texts ADD COLUMN account TEXT NOT NULL DEFAULT '';
ALTER TABLE texts ADD COLUMN next_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE texts ADD COLUMN attempt BIGINT NOT NULL DEFAULT 0;
ALTER TABLE texts ADD COLUMN tries BIGINT NOT NULL DEFAULT 0;
ALTER TABLE texts ADD COLUMN instance TEXT NOT NULL DEFAULT '';
ALTER TABLE texts ADD COLUMN lease_until BIGINT NOT NULL DEFAULT 0;
UPDATE texts SET id = analysis || '/' || kind, account = (SELECT a.account FROM analyses a WHERE a.id = texts.analysis),
    status = CASE WHEN status = 'processing' THEN 'started' ELSE status END;
CREATE UNIQUE INDEX texts_by_id ON texts (id);
CREATE INDEX texts_pending ON texts (created_at) WHERE status IN ('started', 'processing');

ALTER TABLE endpoints RENAME TO webhooks;
ALTER TABLE deliveries RENAME COLUMN endpoint TO webhook;
ALTER TABLE deliveries DROP COLUMN job;
ALTER TABLE deliveries ADD COLUMN attempt BIGINT NOT NULL DEFAULT 0;
ALTER TABLE deliveries ADD COLUMN instance TEXT NOT NULL DEFAULT '';
ALTER TABLE deliveries ADD COLUMN lease_until BIGINT NOT NULL DEFAULT 0;
CREATE INDEX deliveries_pending ON deliveries (next_at) WHERE state = 'pending';

ALTER TABLE erasures RENAME TO pending_deletions;

-- When an account was last served with a kind of work.
CREATE TABLE served (
    work    TEXT NOT NULL,
    account TEXT NOT NULL,
    at      BIGINT NOT NULL,
    PRIMARY KEY (work, account)
);
