-- The tables and rows of a data folder of before versions were numbers: schema 001,
-- with outputs that hold object keys, and with what an old worker left when it was
-- killed. One text for SQLite and PostgreSQL.


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

CREATE TABLE saccade_migrations (name TEXT PRIMARY KEY, applied_at BIGINT NOT NULL);
INSERT INTO saccade_migrations VALUES ('migrations/001_initial.sql', 1780000000000000);

INSERT INTO accounts VALUES ('acme', '["video-analyses"]', 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', 1780000000000000);
INSERT INTO uploads VALUES ('up', 'acme', 'uploads/acme/up', 1234, 1780000000000000);
INSERT INTO instances VALUES ('dead', 1780000000000000, 1780000009000000);
INSERT INTO analyses VALUES ('done', 'exposed-done', 'acme', 'video', 'uploads/acme/up', '{"kind":"video","title":"old"}', 'success', '', 1, 'done',
    1, 1, '', 1780000001000000, 1, 1780000000000000, 1780000001000000, 1780000002000000, NULL,
    '{"input":{"image":"analyses/done/input.png","width":3},"attention":{"attentionMap":"analyses/done/attentionMap.webm","data":{"json":"analyses/done/frames.json","csv":"analyses/done/frames.csv","density":"analyses/done/density.npy"}},"aois":[{"name":"analyses/other/x","share":0.5,"rank":1,"timeToFirstAttention":null,"peakShare":0,"areaShare":0}]}',
    NULL, 90, 3);
INSERT INTO analyses VALUES ('running', 'exposed-running', 'acme', 'video', '', '{"kind":"video"}', 'pending', '', 0.5, 'predicting',
    1, 1, 'dead', 1780000009000000, 2, 1780000001000000, 1780000008000000, NULL, NULL, NULL, NULL, 0, 0);
INSERT INTO analyses VALUES ('waiting', 'exposed-waiting', 'acme', 'image', '', '{"kind":"image"}', 'pending', '', 0, 'queued',
    0, 0, '', 0, 3, 1780000002000000, NULL, NULL, NULL, NULL, NULL, 0, 0);
INSERT INTO analyses VALUES ('erased', 'exposed-erased', 'acme', 'image', '', '{"kind":"image"}', 'failed', 'deleted', 0, 'queued',
    0, 0, '', 0, 4, 1780000003000000, NULL, 1780000003000000, NULL, NULL, NULL, 0, 0);
INSERT INTO texts VALUES ('done', 'summary', 'completed', '# Old', 1780000004000000);
INSERT INTO texts VALUES ('done', 'recommendations', 'processing', '', 1780000004000000);
INSERT INTO endpoints VALUES ('hook', 'acme', 'https://example.org/hook', '[]', 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', 1780000000000000, NULL);
INSERT INTO deliveries VALUES ('msg_1', 'acme', 'hook', 'https://example.org/hook', 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', 'done',
    'analysis.succeeded', '{}', 'pending', 2, 500, 'status 500', 5, 1780000002000000, 1780000009000000, NULL);
INSERT INTO deliveries VALUES ('msg_0', 'acme', '', 'https://example.org/hook', 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', 'done',
    'analysis.succeeded', '{}', 'delivered', 1, 204, '', 6, 1780000002000000, NULL, 1780000003000000);
INSERT INTO erasures VALUES ('analyses/erased/', 1780000003000000);
