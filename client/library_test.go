package client_test

import (
	"strings"
	"testing"
	"time"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/client"
)

func TestLibrary(t *testing.T) {
	_, c := newServer(t)
	ctx := deadline(t)
	ref, err := c.CreateImage(ctx, client.ImageRequest{Image: []byte("png"), Title: "Draft", Keep: true, Outputs: []saccade.Output{saccade.OutClarityScore}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.WaitImage(ctx, ref.ID, nil); err != nil {
		t.Fatal(err)
	}
	title, keep := "Final design", false
	a, err := c.UpdateImage(ctx, ref.ID, client.Change{Title: &title})
	if err != nil || a.Title != title || !a.Keep || a.ExpiresAt != nil {
		t.Fatalf("%+v, %v", a, err)
	}
	if a, err = c.UpdateImage(ctx, ref.ID, client.Change{Keep: &keep}); err != nil || a.Title != title || a.Keep || a.ExpiresAt == nil {
		t.Fatalf("%+v, %v", a, err)
	}
	page, _, err := c.List(ctx, client.ListOptions{Query: "final"})
	if err != nil || len(page) != 1 || page[0].Title != title || page[0].Scores.Clarity == nil || *page[0].Scores.Clarity != 71 || page[0].ExpiresAt == nil {
		t.Errorf("%+v, %v", page, err)
	}
	if page, _, err = c.List(ctx, client.ListOptions{Query: "draft"}); err != nil || len(page) != 0 {
		t.Errorf("%+v, %v", page, err)
	}
	if _, err := c.UpdateVideo(ctx, ref.ID, client.Change{Title: &title}); !saccade.IsCode(err, saccade.CodeClient) && !saccade.IsCode(err, saccade.CodeNotFound) {
		t.Errorf("an image as a video: %v", err)
	}
}

func TestShares(t *testing.T) {
	_, c := newServer(t)
	ctx := deadline(t)
	ref, err := c.CreateImage(ctx, client.ImageRequest{Image: []byte("png")})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.WaitImage(ctx, ref.ID, nil); err != nil {
		t.Fatal(err)
	}
	s, err := c.CreateShare(ctx, client.ShareRequest{Analyses: []string{ref.ID}, Life: time.Hour, Password: "secret"})
	if err != nil || s.Analysis != ref.ID || !s.Password || !strings.HasSuffix(s.URL, "/s/"+s.ID) || time.Until(time.Time(s.ExpiresAt)) > time.Hour {
		t.Fatalf("%+v, %v", s, err)
	}
	pair, err := c.CreateShare(ctx, client.ShareRequest{Analyses: []string{ref.ID, ref.ID}})
	if err != nil || len(pair.Pair) != 2 {
		t.Fatalf("%+v, %v", pair, err)
	}
	if all, err := c.Shares(ctx); err != nil || len(all) != 2 {
		t.Errorf("%+v, %v", all, err)
	}
	if err := c.DeleteShare(ctx, s.ID); err != nil {
		t.Error(err)
	}
	if all, err := c.Shares(ctx); err != nil || len(all) != 1 || all[0].ID != pair.ID {
		t.Errorf("%+v, %v", all, err)
	}
}

func TestTokens(t *testing.T) {
	_, c := newServer(t)
	ctx := deadline(t)
	made, err := c.CreateToken(ctx, time.Hour)
	if err != nil || made.Token == "" || made.ExpiresAt == nil || time.Until(time.Time(*made.ExpiresAt)) > time.Hour {
		t.Fatalf("%+v, %v", made, err)
	}
	all, err := c.Tokens(ctx)
	if err != nil || len(all) != 2 || !all[0].Current || all[1].ID != made.ID || all[1].Token != "" {
		t.Fatalf("%+v, %v", all, err)
	}
	if err := c.RevokeToken(ctx, made.ID); err != nil {
		t.Error(err)
	}
	if all, err = c.Tokens(ctx); err != nil || len(all) != 1 {
		t.Errorf("%+v, %v", all, err)
	}
}

func TestLensWithoutAModel(t *testing.T) {
	_, c := newServer(t)
	if _, err := c.Lens(deadline(t), []byte("png")); !saccade.IsCode(err, saccade.CodeOverCapacity) {
		t.Errorf("got %v", err)
	}
}
