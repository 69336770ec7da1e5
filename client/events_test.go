package client

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestEventSyntax(t *testing.T) {
	tests := map[string]struct {
		stream string
		want   []event
	}{
		"none":             {"", nil},
		"two":              {"event: progress\ndata: {}\n\nevent: success\ndata: 1\n\n", []event{{"progress", "{}"}, {"success", "1"}}},
		"without spaces":   {"event:a\ndata:b\n\n", []event{{"a", "b"}}},
		"one space only":   {"data:  b\n\n", []event{{"", " b"}}},
		"carriage returns": {"event: a\r\ndata: b\r\n\r\n", []event{{"a", "b"}}},
		"lines of data":    {"data: a\ndata\ndata: b\n\n", []event{{"", "a\n\nb"}}},
		"comments":         {": still here\n\nevent: a\n: x\ndata: b\n\n", []event{{"a", "b"}}},
		"other fields":     {"id: 7\nretry: 10\ndata: b\n\n", []event{{"", "b"}}},
		"no data":          {"event: a\n\ndata: b\n\n", []event{{"", "b"}}},
		"colons":           {"data: a:b: c\n\n", []event{{"", "a:b: c"}}},
		"cut off":          {"data: a\n\ndata: b\n", []event{{"", "a"}}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			var got []event
			for e, err := range events(strings.NewReader(tt.stream)) {
				if err != nil {
					t.Fatal(err)
				}
				got = append(got, e)
			}
			if d := cmp.Diff(tt.want, got, cmp.AllowUnexported(event{})); d != "" {
				t.Error(d)
			}
		})
	}
}

func TestEventTooLong(t *testing.T) {
	var last error
	for _, err := range events(strings.NewReader("data: " + strings.Repeat("x", maxEvent) + "\n\n")) {
		last = err
	}
	if last == nil {
		t.Error("a line without end was accepted")
	}
}

// FuzzEvents: whatever is sent, an event holds nothing that was not in the
// stream, and a stream that is cut off has no other events than the whole one.
func FuzzEvents(f *testing.F) {
	f.Add("event: progress\ndata: {\"id\":\"a\"}\n\n: still here\n\nevent: success\ndata: {}\n\n", 20)
	f.Add("data\r\n\r\n\ndata:x", 3)
	f.Fuzz(func(t *testing.T, stream string, cut int) {
		read := func(s string) (out []event) {
			for e, err := range events(strings.NewReader(s)) {
				if err != nil {
					return out
				}
				if len(e.name)+len(e.data) > len(s) {
					t.Fatalf("%d bytes became %+v", len(s), e)
				}
				_, _ = e.analysis()
				out = append(out, e)
			}
			return out
		}
		all := read(stream)
		part := read(stream[:min(max(cut, 0), len(stream))])
		if len(part) > len(all)+1 {
			t.Fatalf("%d events, of a part %d", len(all), len(part))
		}
	})
}
