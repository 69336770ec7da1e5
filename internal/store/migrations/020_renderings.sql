-- +goose Up
-- Outputs that are asked for of an analysis that has succeeded, one row for each
-- analysis: while they are being rendered, and afterwards if that failed.
CREATE TABLE renderings (
    id          TEXT PRIMARY KEY REFERENCES analyses (id),
    account     TEXT NOT NULL,
    outputs     TEXT NOT NULL,
    palette     TEXT NOT NULL,
    status      TEXT NOT NULL,
    error       TEXT NOT NULL,
    fraction    DOUBLE PRECISION NOT NULL,
    created_at  BIGINT NOT NULL,
    next_at     BIGINT NOT NULL,
    attempt     BIGINT NOT NULL,
    tries       BIGINT NOT NULL,
    instance    TEXT NOT NULL,
    lease_until BIGINT NOT NULL
);
CREATE INDEX renderings_pending ON renderings (created_at) WHERE status = 'pending';
