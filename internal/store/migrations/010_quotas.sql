-- +goose Up
-- How much an account may use: NULL is the server's default, 0 no quota. bytes is what the
-- files of an analysis take, without an upload; NULL: not measured yet.
ALTER TABLE accounts ADD COLUMN quota_analyses BIGINT;
ALTER TABLE accounts ADD COLUMN quota_bytes BIGINT;
ALTER TABLE analyses ADD COLUMN bytes BIGINT;
CREATE INDEX analyses_stored ON analyses (account, bytes) WHERE bytes > 0;
CREATE INDEX analyses_unmeasured ON analyses (ended_at) WHERE bytes IS NULL AND tombstone = '';
CREATE INDEX uploads_stored ON uploads (account, size);
CREATE INDEX uploads_unmeasured ON uploads (created_at) WHERE size < 0;
