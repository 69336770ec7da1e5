package service_test

import (
	"errors"
	"os"
	"testing"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/blob"
	"github.com/saccade-dev/saccade/internal/service"
)

// TestChangedUploadIsNotAnalyzed: in a bucket, whoever has the link may put other bytes
// after the first ones were accepted.
func TestChangedUploadIsNotAnalyzed(t *testing.T) {
	p := &painter{}
	s, disk := newService(t, p)
	video, err := os.ReadFile("../../examples/sample.webm")
	if err != nil {
		t.Fatal(err)
	}
	put(t, disk, "uploads/a/1", video)
	a, _, err := s.CreateVideo(t.Context(), service.Order{Account: "a"}, here, "http://h/objects/uploads/a/1")
	if err != nil || a.Request.Tag == "" {
		t.Fatalf("%+v, %v", a, err)
	}
	if _, err := s.Run(t.Context(), a, t.TempDir(), quiet); err != nil || p.saw != string(video) {
		t.Errorf("unchanged: %v, saw %d bytes", err, len(p.saw))
	}
	p.saw = ""
	put(t, disk, "uploads/a/1", append(video, 0))
	_, err = s.Run(t.Context(), a, t.TempDir(), quiet)
	if !saccade.IsCode(err, saccade.CodeInvalidInput) || saccade.AsError(err).Param != service.FieldContent || p.saw != "" {
		t.Errorf("changed: %v, saw %d bytes", err, len(p.saw))
	}
}

// TestTooLargeUploadIsDeleted: a bucket takes any size.
func TestTooLargeUploadIsDeleted(t *testing.T) {
	s, disk := newService(t, &painter{}, func(l *service.Limits, _ *service.Deps) { l.VideoBytes = 1000 })
	put(t, disk, "uploads/a/1", make([]byte, 1001))
	_, _, err := s.CreateVideo(t.Context(), service.Order{Account: "a"}, here, "http://h/objects/uploads/a/1")
	if !saccade.IsCode(err, saccade.CodeInvalidInput) {
		t.Errorf("got %v", err)
	}
	if _, err := disk.Stat(t.Context(), blob.Key("uploads/a/1")); !errors.Is(err, blob.ErrNotFound) {
		t.Errorf("it is still there: %v", err)
	}
}
