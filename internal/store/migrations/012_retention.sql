-- +goose Up
-- How long an account's things are kept, in microseconds after their analysis ended: NULL is
-- the server's default, 0 for ever. The upload of a video goes before its results.
ALTER TABLE accounts ADD COLUMN video_ttl BIGINT;
ALTER TABLE accounts ADD COLUMN result_ttl BIGINT;
ALTER TABLE analyses ADD COLUMN input_expires_at BIGINT;
CREATE INDEX analyses_input_expiring ON analyses (input_expires_at) WHERE input_expires_at IS NOT NULL AND object <> '';
