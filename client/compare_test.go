package client_test

import (
	"context"
	"strings"
	"testing"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/client"
)

// TestCompareRefused: errors arrive with their code and the field at fault.
func TestCompareRefused(t *testing.T) {
	s, c := newServer(t)
	ctx := context.Background()
	ref, err := c.CreateImage(ctx, client.ImageRequest{Page: "https://www.example.com/"})
	if err != nil {
		t.Fatal(err)
	}
	d, err := c.Compare(ctx, client.CompareRequest{Base: ref.Location, Candidate: ref.ID})
	if err != nil || d.Schema != saccade.ComparisonSchema || d.Verdict != saccade.VerdictPass {
		t.Errorf("%+v %v", d, err)
	}
	var page strings.Builder
	if err := c.Report(ctx, ref.Location, &page); err != nil || !strings.HasPrefix(page.String(), "<!DOCTYPE html>") {
		t.Errorf("%v %.100s", err, page.String())
	}
	if err := c.Report(ctx, "nothing", &page); !saccade.IsCode(err, saccade.CodeNotFound) {
		t.Errorf("the report of nothing: %v", err)
	}
	_, err = c.Compare(ctx, client.CompareRequest{Base: ref.ID, Candidate: ref.ID, Conditions: []saccade.Condition{{Check: "focus < "}}})
	if e := saccade.AsError(err); e == nil || e.Code != saccade.CodeInvalidInput || e.Param != "conditions[0].check" {
		t.Errorf("a check that ends too early: %v", err)
	}
	s.slow = true
	pending, err := c.CreateImage(ctx, client.ImageRequest{Page: "https://www.example.com/"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Compare(ctx, client.CompareRequest{Base: ref.ID, Candidate: pending.ID}); !saccade.IsCode(err, saccade.CodeConflict) {
		t.Errorf("a pending analysis: %v", err)
	}
}
