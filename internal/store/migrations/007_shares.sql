-- +goose Up
-- Links that show an analysis, or two side by side, to whoever has them.
CREATE TABLE shares (
    id         TEXT PRIMARY KEY,
    account    TEXT NOT NULL REFERENCES accounts (name),
    analysis   TEXT NOT NULL REFERENCES analyses (id),
    other      TEXT NOT NULL,
    password   TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX shares_by_account ON shares (account, created_at);
CREATE INDEX shares_by_expiry ON shares (expires_at);
