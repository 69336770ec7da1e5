-- +goose Up
-- A lease that ran out makes an analysis a suspect: its next attempt runs alone
-- in its process. Only deaths while it did are held against it.
ALTER TABLE analyses ADD COLUMN suspect BIGINT NOT NULL DEFAULT 0;
ALTER TABLE analyses ADD COLUMN alone BIGINT NOT NULL DEFAULT 0;
ALTER TABLE analyses ADD COLUMN deaths BIGINT NOT NULL DEFAULT 0;
