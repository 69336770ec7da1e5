-- +goose Up
-- The kind of the analysis, so that a worker can leave videos to others and still render
-- images.
ALTER TABLE renderings ADD COLUMN kind TEXT NOT NULL DEFAULT 'video';
UPDATE renderings SET kind = (SELECT a.kind FROM analyses a WHERE a.id = renderings.id);
