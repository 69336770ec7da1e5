package httpapi

import (
	"encoding/json"
	"errors"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"github.com/saccade-dev/saccade/internal/httpfront"
)

// jsonFormat reads and writes JSON for huma.
func jsonFormat() huma.Format {
	return huma.Format{Marshal: httpfront.EncodeJSON, Unmarshal: decodeJSON}
}

var errNUL = errors.New("texts must not contain NUL characters")

// decodeJSON reads a request. Members that are null count as left out, since
// clients send both; texts with NUL are refused, since no database keeps them.
func decodeJSON(data []byte, v any) error {
	if err := json.Unmarshal(data, v); err != nil {
		return err
	}
	if tree, ok := v.(*any); ok {
		return tidy(*tree)
	}
	return nil
}

// tidy drops null members in place and looks for NUL. The decoder has bounded
// the depth.
func tidy(tree any) error {
	switch t := tree.(type) {
	case string:
		if strings.IndexByte(t, 0) >= 0 {
			return errNUL
		}
	case []any:
		for _, v := range t {
			if err := tidy(v); err != nil {
				return err
			}
		}
	case map[string]any:
		for k, v := range t {
			if strings.IndexByte(k, 0) >= 0 {
				return errNUL
			}
			if v == nil {
				delete(t, k)
			} else if err := tidy(v); err != nil {
				return err
			}
		}
	}
	return nil
}
