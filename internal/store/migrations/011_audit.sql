-- +goose Up
-- Who did what to whom, and when. Rows are added, and removed when they are old; none is changed,
-- and none refers to another table: it outlives what it is about.
CREATE TABLE audit (
    id       TEXT PRIMARY KEY,
    at       BIGINT NOT NULL,
    actor    TEXT NOT NULL,
    actor_id TEXT NOT NULL,
    address  TEXT NOT NULL,
    account  TEXT NOT NULL,
    action   TEXT NOT NULL,
    object   TEXT NOT NULL,
    detail   TEXT NOT NULL
);
CREATE INDEX audit_by_time ON audit (at, id);
CREATE INDEX audit_by_account ON audit (account, at, id);
