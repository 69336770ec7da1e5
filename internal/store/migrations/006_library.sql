-- +goose Up
-- What is kept does not expire. search is the title in lower case, filled by the program
-- where it is NULL.
ALTER TABLE analyses ADD COLUMN keep BIGINT NOT NULL DEFAULT 0;
ALTER TABLE analyses ADD COLUMN search TEXT;
