-- +goose Up
-- Outputs name the files of their analysis; they held the keys of objects
-- ("analyses/ID/frames.json").
UPDATE analyses SET outputs = replace(outputs, 'analyses/' || id || '/', '') WHERE outputs IS NOT NULL;
