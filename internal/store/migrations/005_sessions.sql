-- +goose Up
-- Sessions of browsers, and the links that begin one. A session ends with its token.
CREATE TABLE sessions (
    hash       TEXT PRIMARY KEY,
    token      TEXT NOT NULL REFERENCES tokens (id),
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX sessions_by_expiry ON sessions (expires_at);

CREATE TABLE sign_ins (
    hash       TEXT PRIMARY KEY,
    account    TEXT NOT NULL REFERENCES accounts (name),
    expires_at BIGINT NOT NULL
);
