-- +goose Up
-- One text for SQLite and PostgreSQL. Times are microseconds since 1970, UTC;
-- lists and documents are JSON text.

CREATE TABLE accounts (
    name           TEXT PRIMARY KEY,
    add_ons        TEXT NOT NULL,
    webhook_secret TEXT NOT NULL,
    created_at     BIGINT NOT NULL
);

CREATE TABLE tokens (
    id         TEXT PRIMARY KEY,
    account    TEXT NOT NULL REFERENCES accounts (name),
    hash       TEXT NOT NULL UNIQUE,
    hint       TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT,
    revoked_at BIGINT,
    last_used  BIGINT
);
CREATE INDEX tokens_by_account ON tokens (account, created_at);

CREATE TABLE uploads (
    id         TEXT PRIMARY KEY,
    account    TEXT NOT NULL REFERENCES accounts (name),
    object     TEXT NOT NULL UNIQUE,
    size       BIGINT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX uploads_by_age ON uploads (created_at);

CREATE TABLE analyses (
    id           TEXT PRIMARY KEY,
    exposed_id   TEXT NOT NULL UNIQUE,
    account      TEXT NOT NULL REFERENCES accounts (name),
    kind         TEXT NOT NULL,
    object       TEXT NOT NULL,
    request      TEXT NOT NULL,
    status       TEXT NOT NULL,
    gone         TEXT NOT NULL,
    fraction     DOUBLE PRECISION NOT NULL,
    stage        TEXT NOT NULL,
    attempt      BIGINT NOT NULL,
    tries        BIGINT NOT NULL,
    instance     TEXT NOT NULL,
    heartbeat_at BIGINT NOT NULL,
    job          BIGINT NOT NULL,
    created_at   BIGINT NOT NULL,
    started_at   BIGINT,
    ended_at     BIGINT,
    expires_at   BIGINT,
    outputs      TEXT,
    error        TEXT,
    frames       BIGINT NOT NULL,
    seconds      DOUBLE PRECISION NOT NULL
);
CREATE INDEX analyses_by_account ON analyses (account, created_at, id);
CREATE INDEX analyses_by_object ON analyses (object);
CREATE INDEX analyses_pending ON analyses (created_at) WHERE status = 'pending';
CREATE INDEX analyses_expiring ON analyses (expires_at) WHERE expires_at IS NOT NULL;

CREATE TABLE idempotency (
    account    TEXT NOT NULL REFERENCES accounts (name),
    key        TEXT NOT NULL,
    body_hash  TEXT NOT NULL,
    analysis   TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (account, key)
);
CREATE INDEX idempotency_by_age ON idempotency (created_at);

CREATE TABLE texts (
    analysis   TEXT NOT NULL REFERENCES analyses (id),
    kind       TEXT NOT NULL,
    status     TEXT NOT NULL,
    body       TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (analysis, kind)
);

CREATE TABLE endpoints (
    id          TEXT PRIMARY KEY,
    account     TEXT NOT NULL REFERENCES accounts (name),
    url         TEXT NOT NULL,
    events      TEXT NOT NULL,
    secret      TEXT NOT NULL,
    created_at  BIGINT NOT NULL,
    disabled_at BIGINT
);
CREATE INDEX endpoints_by_account ON endpoints (account, created_at);

CREATE TABLE deliveries (
    id          TEXT PRIMARY KEY,
    account     TEXT NOT NULL REFERENCES accounts (name),
    endpoint    TEXT NOT NULL,
    url         TEXT NOT NULL,
    secret      TEXT NOT NULL,
    analysis    TEXT NOT NULL,
    event       TEXT NOT NULL,
    payload     TEXT NOT NULL,
    state       TEXT NOT NULL,
    attempts    BIGINT NOT NULL,
    http_status BIGINT NOT NULL,
    error       TEXT NOT NULL,
    job         BIGINT NOT NULL,
    created_at  BIGINT NOT NULL,
    next_at     BIGINT,
    ended_at    BIGINT
);
CREATE INDEX deliveries_by_account ON deliveries (account, created_at, id);

CREATE TABLE erasures (
    key    TEXT PRIMARY KEY,
    due_at BIGINT NOT NULL
);

CREATE TABLE instances (
    id           TEXT PRIMARY KEY,
    started_at   BIGINT NOT NULL,
    heartbeat_at BIGINT NOT NULL
);
