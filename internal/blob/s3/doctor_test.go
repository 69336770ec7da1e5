package s3_test

import (
	"testing"
	"time"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/cors"
	"github.com/minio/minio-go/v7/pkg/credentials"

	"github.com/saccade-dev/saccade/internal/blob/s3"
	"github.com/saccade-dev/saccade/internal/blob/s3/s3test"
)

// TestDoctor: a bucket is tried by use, and its CORS rules are seen as a browser does.
func TestDoctor(t *testing.T) {
	cfg := s3test.Config(t)
	s, err := s3.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if err := s.Try(t.Context()); err != nil {
		t.Error(err)
	}
	const origin = "https://saccade.example.com"
	allowed, now, err := s.Preflight(t.Context(), origin)
	if err != nil || allowed {
		t.Errorf("without rules: %v, %v", allowed, err)
	}
	if off := time.Since(now).Abs(); off > time.Hour {
		t.Errorf("the clock of the service is off by %v", off)
	}
	c, err := minio.New(cfg.Endpoint.Host, &minio.Options{Creds: credentials.NewStaticV4(cfg.AccessKey, cfg.SecretKey, ""), Region: cfg.Region})
	if err != nil {
		t.Fatal(err)
	}
	err = c.SetBucketCors(t.Context(), cfg.Bucket, cors.NewConfig([]cors.Rule{{AllowedOrigin: []string{origin}, AllowedMethod: []string{"GET", "HEAD", "PUT"}, AllowedHeader: []string{"*"}}}))
	if err != nil {
		t.Fatal(err)
	}
	for site, want := range map[string]bool{origin: true, "https://other.example.com": false} {
		if allowed, _, err := s.Preflight(t.Context(), site); err != nil || allowed != want {
			t.Errorf("%s: %v, %v", site, allowed, err)
		}
	}
	cfg.SecretKey = "wrong"
	wrong, err := s3.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	defer wrong.Close()
	if err := wrong.Try(t.Context()); err == nil {
		t.Error("a wrong key is taken")
	}
}
