package saccade_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/saccade-dev/saccade"
)

func TestTimestampIsTheWireLayout(t *testing.T) {
	at := saccade.Timestamp(time.Date(2026, 6, 1, 11, 12, 43, 512_000_000, time.FixedZone("CEST", 7200)))
	b, err := json.Marshal(at)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := string(b), `"2026-06-01T09:12:43.512000"`; got != want {
		t.Fatalf("got %s, want %s", got, want)
	}
	var back saccade.Timestamp
	if err := json.Unmarshal(b, &back); err != nil || !time.Time(back).Equal(time.Time(at)) {
		t.Fatalf("read back %v, %v", time.Time(back), err)
	}
	for _, bad := range []string{`""`, `7`, `"2026-06-01T09:12:43Z"`, `"x"`} {
		if err := json.Unmarshal([]byte(bad), &back); err == nil {
			t.Errorf("%s was accepted", bad)
		}
	}
}

func TestErrorTable(t *testing.T) {
	for code, want := range map[saccade.Code]struct {
		status int
		wire   saccade.Code
	}{
		saccade.CodeAuth:         {http.StatusUnauthorized, "authentication_failed"},
		saccade.CodeGone:         {http.StatusGone, "resource_gone"},
		saccade.CodeOverCapacity: {http.StatusServiceUnavailable, "over_capacity"},
		saccade.CodeNotFound:     {http.StatusNotFound, "client_error"},
		saccade.CodeTooLarge:     {http.StatusRequestEntityTooLarge, "client_error"},
		saccade.CodeInvalidInput: {http.StatusBadRequest, "invalid_input_configuration"},
		"made up":                {http.StatusInternalServerError, "server_error"},
	} {
		if code.Status() != want.status || code.Wire() != want.wire {
			t.Errorf("%s: %d %s, want %d %s", code, code.Status(), code.Wire(), want.status, want.wire)
		}
	}
}

func TestAsErrorHidesTheCause(t *testing.T) {
	cause := errors.New("open /secret/place: no such file")
	e := saccade.AsError(fmt.Errorf("load: %w", cause))
	if e.Code != saccade.CodeServer || strings.Contains(e.Message, "secret") || !errors.Is(e, cause) {
		t.Errorf("got %+v", e)
	}
	b, err := json.Marshal(e)
	if err != nil || strings.Contains(string(b), "secret") {
		t.Errorf("the cause reached the wire: %s, %v", b, err)
	}
	known := saccade.Errorf(saccade.CodeGone, "gone").About("id")
	if got := saccade.AsError(fmt.Errorf("get: %w", known)); got != known || got.Param != "id" {
		t.Errorf("got %+v", got)
	}
	if !saccade.IsCode(known, saccade.CodeGone) || saccade.IsCode(cause, saccade.CodeGone) || saccade.AsError(nil) != nil {
		t.Error("IsCode or AsError(nil) is wrong")
	}
}

func TestParseOutputs(t *testing.T) {
	tests := []struct {
		kind  saccade.Kind
		names []string
		want  []saccade.Output
		bad   bool
	}{
		{kind: saccade.KindVideo, want: []saccade.Output{saccade.OutAttentionMap}},
		{kind: saccade.KindImage, want: []saccade.Output{saccade.OutAttentionMap, saccade.OutClarityScore, saccade.OutClarityMap}},
		{kind: saccade.KindImage, names: []string{"attention", "focus.score", "attention.attentionMap"},
			want: []saccade.Output{saccade.OutAttentionMap, saccade.OutFocusScore}},
		{kind: saccade.KindVideo, names: []string{" clarity.timeline "}, want: []saccade.Output{saccade.OutClarityTimeline}},
		{kind: saccade.KindImage, names: []string{"attention.overlay"}, bad: true},
		{kind: saccade.KindImage, names: []string{"mood"}, bad: true},
		{kind: saccade.KindImage, names: []string{""}, bad: true},
	}
	for _, tt := range tests {
		got, err := saccade.ParseOutputs(tt.kind, tt.names)
		if tt.bad != (err != nil) || tt.bad && !saccade.IsCode(err, saccade.CodeInvalidInput) {
			t.Errorf("%v: error %v", tt.names, err)
		}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%v: %s", tt.names, diff)
		}
	}
}

func TestValidateAOIs(t *testing.T) {
	num := func(v float64) *float64 { return &v }
	box := func(x, y, w, h float64) *saccade.Box { return &saccade.Box{X: x, Y: y, Width: w, Height: h} }
	many := make([]saccade.AOI, saccade.MaxAOIs+1)
	for i := range many {
		many[i] = saccade.AOI{Name: fmt.Sprint(i), Box: box(0, 0, 1, 1)}
	}
	tests := map[string]struct {
		aois  []saccade.AOI
		param string // of the error; empty: valid
	}{
		"none":          {nil, ""},
		"box":           {[]saccade.AOI{{Name: "cta", Box: box(0.2, 0.2, 0.3, 0.1)}}, ""},
		"polygon":       {[]saccade.AOI{{Name: "t", Polygon: []saccade.Point{{0, 0}, {1, 0}, {0, 1}}, From: num(1), To: num(2)}}, ""},
		"no name":       {[]saccade.AOI{{Name: " ", Box: box(0, 0, 1, 1)}}, "aois[0].name"},
		"same name":     {[]saccade.AOI{{Name: "a", Box: box(0, 0, 1, 1)}, {Name: "a", Box: box(0, 0, 1, 1)}}, "aois[1].name"},
		"no shape":      {[]saccade.AOI{{Name: "a"}}, "aois[0]"},
		"both shapes":   {[]saccade.AOI{{Name: "a", Box: box(0, 0, 1, 1), Polygon: []saccade.Point{{0, 0}, {1, 0}, {0, 1}}}}, "aois[0]"},
		"two corners":   {[]saccade.AOI{{Name: "a", Polygon: []saccade.Point{{0, 0}, {1, 0}}}}, "aois[0].polygon"},
		"outside":       {[]saccade.AOI{{Name: "a", Box: box(0.5, 0.5, 0.6, 0.1)}}, "aois[0]"},
		"flat":          {[]saccade.AOI{{Name: "a", Box: box(0.5, 0.5, 0, 0.1)}}, "aois[0].box"},
		"NaN":           {[]saccade.AOI{{Name: "a", Polygon: []saccade.Point{{math.NaN(), 0}, {1, 0}, {0, 1}}}}, "aois[0]"},
		"empty span":    {[]saccade.AOI{{Name: "a", Box: box(0, 0, 1, 1), From: num(2), To: num(2)}}, "aois[0].to"},
		"negative time": {[]saccade.AOI{{Name: "a", Box: box(0, 0, 1, 1), From: num(-1)}}, "aois[0]"},
		"too many":      {many, "aois"},
	}
	for name, tt := range tests {
		got := ""
		if err := saccade.ValidateAOIs(tt.aois); err != nil {
			got = saccade.AsError(err).Param
		}
		if got != tt.param {
			t.Errorf("%s: the error names %q, want %q", name, got, tt.param)
		}
	}
}

func TestMapLinksTouchesLinksAlone(t *testing.T) {
	score := 7
	in := &saccade.Outputs[saccade.File]{
		Input: &saccade.InputOutput[saccade.File]{Image: "in.png", Video: "v.webm", Poster: &saccade.PosterOutput[saccade.File]{Plain: "p.jpg", Heat: "h.jpg"}, Width: 3},
		Attention: &saccade.AttentionOutput[saccade.File]{AttentionMap: "a.png", Grid: "g", Data: &saccade.DataOutput[saccade.File]{JSON: "j", CSV: "c", Density: "d"},
			Markers: &saccade.MarkersOutput[saccade.File]{EDL: "e", FCPXML: "f", CSV: "mc", EyeTrace: "t", Rate: "25", Cuts: []saccade.CutTrace{{Frame: 3}}}},
		Clarity: &saccade.ScoreOutput[saccade.File]{Score: &score, Map: "m.png"},
	}
	before, _ := json.Marshal(in)
	out := saccade.MapLinks(in, func(f saccade.File) saccade.Link { return "https://x/" + saccade.Link(f) })
	want := &saccade.Outputs[saccade.Link]{
		Input: &saccade.InputOutput[saccade.Link]{Image: "https://x/in.png", Video: "https://x/v.webm",
			Poster: &saccade.PosterOutput[saccade.Link]{Plain: "https://x/p.jpg", Heat: "https://x/h.jpg"}, Width: 3},
		Attention: &saccade.AttentionOutput[saccade.Link]{AttentionMap: "https://x/a.png", Grid: "https://x/g", Data: &saccade.DataOutput[saccade.Link]{JSON: "https://x/j", CSV: "https://x/c", Density: "https://x/d"},
			Markers: &saccade.MarkersOutput[saccade.Link]{EDL: "https://x/e", FCPXML: "https://x/f", CSV: "https://x/mc", EyeTrace: "https://x/t", Rate: "25", Cuts: []saccade.CutTrace{{Frame: 3}}}},
		Clarity: &saccade.ScoreOutput[saccade.Link]{Score: &score, Map: "https://x/m.png"},
	}
	if diff := cmp.Diff(want, out); diff != "" {
		t.Error(diff)
	}
	if after, _ := json.Marshal(in); string(after) != string(before) {
		t.Error("the original was changed")
	}
	if saccade.MapLinks[saccade.File, saccade.Link](nil, nil) != nil {
		t.Error("nil is not nil")
	}
}

func TestDensity(t *testing.T) {
	d := saccade.NewDensity(4, 3)
	if err := d.Validate(); err != nil {
		t.Fatal(err)
	}
	c := d.Clone()
	c.V[0] = 5
	c.Normalize()
	if err := c.Validate(); err != nil || d.V[0] == c.V[0] || c.At(0, 0) != c.V[0] {
		t.Errorf("clone or normalize: %v", err)
	}
	zero := saccade.Density{W: 2, H: 1, V: make([]float32, 2)}
	zero.Normalize()
	if zero.V[0] != 0.5 {
		t.Errorf("a grid without weight became %v", zero.V)
	}
	for name, bad := range map[string]saccade.Density{
		"empty": {}, "size": {W: 2, H: 2, V: []float32{1}}, "sum": {W: 2, H: 1, V: []float32{1, 1}},
		"negative": {W: 2, H: 1, V: []float32{-1, 2}}, "NaN": {W: 1, H: 1, V: []float32{float32(math.NaN())}},
	} {
		if bad.Validate() == nil {
			t.Errorf("%s is valid", name)
		}
	}
}

func TestNewID(t *testing.T) {
	a, b := saccade.NewID(), saccade.NewID()
	if a == b || len(a) != 26 || strings.ToLower(a) != a {
		t.Errorf("ids %q and %q", a, b)
	}
}
