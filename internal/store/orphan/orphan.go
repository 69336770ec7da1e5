// Package orphan tells objects that rows know from those that none does.
//
// The contract: what a row knows is never returned as unknown; what is being made may be,
// so that who removes objects spares the young ones.
package orphan

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strconv"
	"strings"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/blob"
	"github.com/saccade-dev/saccade/internal/store/pool"
)

// Finder looks into a database whose tables are up to date.
type Finder struct{ read pool.DB }

// New returns a finder.
func New(read pool.DB) *Finder { return &Finder{read} }

// Unknown returns those of the keys that no row knows: of uploads that were never
// given out or are deleted, and of files of analyses that are not there or are
// gone, or of an edition that is not kept. Keys of other classes are not judged. A few
// hundred keys at a time.
func (s *Finder) Unknown(ctx context.Context, keys []blob.Key) ([]blob.Key, error) {
	var uploads, analyses, renewed []any
	for _, key := range keys {
		if _, _, ok := key.Upload(); ok {
			uploads = append(uploads, string(key))
		} else if id, ok := key.Analysis(); ok {
			analyses = append(analyses, id)
			if edition, _ := key.Edition(); edition != "" {
				renewed = append(renewed, id)
			}
		}
	}
	byUpload, err := s.found(ctx, `SELECT object FROM uploads WHERE object`, uploads)
	byUse, err2 := s.found(ctx, `SELECT object FROM analyses WHERE object`, uploads)
	byID, err3 := s.found(ctx, `SELECT id FROM analyses WHERE tombstone = '' AND id`, analyses)
	kept, err4 := s.keptEditions(ctx, renewed)
	if err := errors.Join(err, err2, err3, err4); err != nil {
		return nil, err
	}
	var unknown []blob.Key
	for _, key := range keys {
		edition, _ := key.Edition()
		if id, ok := key.Analysis(); ok && (!slices.Contains(byID, id) || edition != "" && !slices.Contains(kept[id], edition)) {
			unknown = append(unknown, key)
		}
		if _, _, ok := key.Upload(); ok && !slices.Contains(byUpload, string(key)) && !slices.Contains(byUse, string(key)) {
			unknown = append(unknown, key)
		}
	}
	return unknown, nil
}

// keptEditions returns the editions of tables that analyses keep, by their ids.
func (s *Finder) keptEditions(ctx context.Context, ids []any) (map[string][]string, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	rows, err := s.read.QueryContext(ctx, `SELECT id, request FROM analyses WHERE id IN `+placeholders(len(ids)), ids...)
	kept := map[string][]string{}
	_, err = pool.Collect(rows, err, func(row pool.Scanner) (id string, err error) {
		var text string
		var request saccade.Request
		if err = row.Scan(&id, &text); err == nil {
			err = json.Unmarshal([]byte(text), &request)
		}
		kept[id] = request.Editions
		return id, err
	})
	return kept, err
}

// found returns which of the values a query, which ends before its IN, has.
func (s *Finder) found(ctx context.Context, query string, values []any) ([]string, error) {
	if len(values) == 0 {
		return nil, nil
	}
	rows, err := s.read.QueryContext(ctx, query+` IN `+placeholders(len(values)), values...)
	return pool.Collect(rows, err, func(row pool.Scanner) (string, error) {
		var v string
		err := row.Scan(&v)
		return v, err
	})
}

// placeholders returns those of n values, in brackets.
func placeholders(n int) string {
	all := make([]string, n)
	for i := range all {
		all[i] = "$" + strconv.Itoa(i+1)
	}
	return "(" + strings.Join(all, ", ") + ")"
}
