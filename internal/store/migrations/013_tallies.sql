-- +goose Up
-- What had ended until a time, summed up, so that metrics need not count every row.
CREATE TABLE tallies (
    kind    TEXT NOT NULL,
    status  TEXT NOT NULL,
    n       BIGINT NOT NULL,
    frames  BIGINT NOT NULL,
    seconds DOUBLE PRECISION NOT NULL,
    until   BIGINT NOT NULL,
    PRIMARY KEY (kind, status)
);
CREATE INDEX analyses_ended ON analyses (ended_at) WHERE ended_at IS NOT NULL;
