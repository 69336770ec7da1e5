package pool

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/saccade-dev/saccade"
)

func TestClassify(t *testing.T) {
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	for name, c := range map[string]struct {
		ctx  context.Context
		err  error
		want bool // over_capacity
	}{
		"none":              {t.Context(), nil, false},
		"no rows":           {t.Context(), sql.ErrNoRows, false},
		"syntax":            {t.Context(), &pgconn.PgError{Code: "42601"}, false},
		"unique":            {t.Context(), &pgconn.PgError{Code: "23505"}, false},
		"shutdown":          {t.Context(), fmt.Errorf("x: %w", &pgconn.PgError{Code: "57P01"}), true},
		"too many clients":  {t.Context(), &pgconn.PgError{Code: "53300"}, true},
		"disk full":         {t.Context(), &pgconn.PgError{Code: "53100"}, true},
		"refused":           {t.Context(), &pgconn.ConnectError{}, true},
		"hung up":           {t.Context(), io.ErrUnexpectedEOF, true},
		"too slow":          {t.Context(), context.DeadlineExceeded, true},
		"the caller's end":  {ended, context.Canceled, false},
		"something else":    {t.Context(), errors.New("x"), false},
		"ours stays itself": {t.Context(), saccade.Errorf(saccade.CodeNotFound, "x").With(io.EOF), false},
	} {
		got := Classify(c.ctx, c.err)
		if saccade.IsCode(got, saccade.CodeOverCapacity) != c.want || !errors.Is(got, c.err) {
			t.Errorf("%s: %v", name, got)
		}
	}
}
