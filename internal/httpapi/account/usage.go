package account

import (
	"context"
	"time"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/httpapi/route"
)

type usageInput struct {
	From string `query:"from" doc:"First time that counts: a date (2026-06-01) or RFC 3339. Default: the first of this month, UTC." example:"2026-06-01"`
	To   string `query:"to" doc:"First time that no longer counts. Default: now." example:"2026-07-01"`
}

// UsageRow is what one kind of input came to.
type UsageRow struct {
	Type      string  `json:"type" enum:"video,image,url" doc:"Kind of input." example:"video"`
	Pending   int     `json:"pending" doc:"Analyses that have not ended." example:"1"`
	Succeeded int     `json:"succeeded" doc:"Analyses with a result." example:"41"`
	Failed    int     `json:"failed" doc:"Analyses without." example:"2"`
	Frames    int64   `json:"frames" doc:"Frames of the videos with a result." example:"36900"`
	Seconds   float64 `json:"seconds" doc:"Their length together." example:"1230.5"`
}

// QuotaView is what the account uses now of what it may.
type QuotaView struct {
	AnalysesToday  int    `json:"analyses_today" doc:"Started since midnight UTC." example:"12"`
	AnalysesPerDay int    `json:"analyses_per_day,omitempty" doc:"How many may start a day; absent: any number. More answer 429 with Retry-After." example:"500"`
	ResetsAt       string `json:"resets_at" doc:"When the next day begins: UTC, six digits of a second, no zone." example:"2026-07-02T00:00:00.000000"`
	StoredBytes    int64  `json:"stored_bytes" doc:"Of uploads and results." example:"734003200"`
	MaxStoredBytes int64  `json:"max_stored_bytes,omitempty" doc:"How many may be stored; absent: any number. More answer 403." example:"21474836480"`
}

type usageOutput struct {
	Body struct {
		From  time.Time  `json:"from" doc:"First time that counts." example:"2026-06-01T00:00:00Z"`
		To    time.Time  `json:"to" doc:"First time that does not." example:"2026-07-01T00:00:00Z"`
		Usage []UsageRow `json:"usage" nullable:"false" doc:"One entry for every kind of input that was used."`
		Quota QuotaView  `json:"quota" doc:"What the account uses now of what it may, whatever the span."`
	} `nameHint:"Usage"`
}

// usage sums up what the account did in a span of time.
func (g *group) usage(ctx context.Context, in *usageInput) (*usageOutput, error) {
	now := g.now().UTC()
	from, err := parseTime(in.From, time.Date(now.Year(), now.Month(), 1, 0, 0, 0, 0, time.UTC), "from")
	if err != nil {
		return nil, err
	}
	to, err := parseTime(in.To, now, "to")
	if err != nil {
		return nil, err
	}
	if !to.After(from) {
		return nil, saccade.Errorf(saccade.CodeClient, "The span is empty: \"to\" must be later than \"from\".").About("to")
	}
	rows, err := g.deps.Usage.Usage(ctx, route.AccountOf(ctx), from, to)
	if err != nil {
		return nil, err
	}
	q, err := g.deps.Usage.Quota(ctx, route.AccountOf(ctx))
	if err != nil {
		return nil, err
	}
	out := &usageOutput{}
	out.Body.Quota = QuotaView{AnalysesToday: q.Used.Analyses, AnalysesPerDay: q.Analyses, ResetsAt: route.Stamp(q.Resets), StoredBytes: q.Used.Bytes, MaxStoredBytes: q.Bytes}
	out.Body.From, out.Body.To, out.Body.Usage = from, to, make([]UsageRow, 0, len(rows))
	for _, u := range rows {
		out.Body.Usage = append(out.Body.Usage, UsageRow{
			Type: string(u.Kind), Pending: u.Pending, Succeeded: u.Succeeded, Failed: u.Failed, Frames: u.Frames, Seconds: u.Seconds,
		})
	}
	return out, nil
}

// parseTime reads a date or a time; without one it is what otherwise says.
func parseTime(text string, otherwise time.Time, param string) (time.Time, error) {
	if text == "" {
		return otherwise, nil
	}
	for _, layout := range []string{time.DateOnly, time.RFC3339} {
		if t, err := time.Parse(layout, text); err == nil && t.Year() >= 1970 && t.Year() < 3000 {
			return t.UTC(), nil
		}
	}
	return time.Time{}, saccade.Errorf(saccade.CodeClient, "%s is a date like 2026-06-01 or a time like 2026-06-01T12:00:00Z.", param).About(param)
}
