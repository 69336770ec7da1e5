-- +goose Up
-- How many bytes each account stores: the sums of analyses.bytes and uploads.size, kept by
-- triggers (see triggers.go), which fill the table as well.
CREATE TABLE stored (
    account TEXT PRIMARY KEY,
    bytes   BIGINT NOT NULL
);
