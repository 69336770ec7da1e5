package s3_test

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/blob"
	"github.com/saccade-dev/saccade/internal/blob/blobtest"
	"github.com/saccade-dev/saccade/internal/blob/s3"
	"github.com/saccade-dev/saccade/internal/blob/s3/s3test"
)

func TestMain(m *testing.M) { os.Exit(s3test.Main(m)) }

func open(t *testing.T, change func(*s3.Config)) *s3.Store {
	t.Helper()
	before := goleak.IgnoreCurrent()
	cfg := s3test.Config(t)
	if change != nil {
		change(&cfg)
	}
	s, err := s3.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		s.Close()
		http.DefaultTransport.(*http.Transport).CloseIdleConnections()
		left, err := os.ReadDir(cfg.Spool)
		if err != nil || len(left) > 0 {
			t.Errorf("the spool holds %v, %v", left, err)
		}
		if err := goleak.Find(before, goleak.IgnoreTopFunction("net/http.(*persistConn).readLoop"), goleak.IgnoreTopFunction("net/http.(*persistConn).writeLoop")); err != nil {
			t.Error(err)
		}
	})
	return s
}

func TestStore(t *testing.T) {
	for _, prefix := range []string{"", "below/a/prefix"} {
		t.Run("prefix "+prefix, func(t *testing.T) {
			blobtest.Run(t, func(t *testing.T) blob.Store {
				return open(t, func(c *s3.Config) { c.Prefix = prefix })
			})
		})
	}
}

// config is of a service that is not there.
func config(t *testing.T, address string) s3.Config {
	t.Helper()
	cfg, err := s3.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	cfg.AccessKey, cfg.SecretKey, cfg.Spool = "key", "secret", filepath.Join(t.TempDir(), "spool")
	return cfg
}

func TestLinks(t *testing.T) {
	for address, start := range map[string]string{
		"s3://bucket/?endpoint=http://127.0.0.1:7070&region=us-east-1":                        "http://127.0.0.1:7070/bucket/objects/uploads/acme/1?",
		"s3://bucket/a/b/?endpoint=https://s3.example.com":                                    "https://s3.example.com/bucket/a/b/objects/uploads/acme/1?",
		"s3://bucket?endpoint=http://s3:7070&public=https://files.example.com&region=nowhere": "https://files.example.com/bucket/objects/uploads/acme/1?",
		"s3://bucket/?region=eu-west-1":                                                       "https://bucket.s3.dualstack.eu-west-1.amazonaws.com/objects/uploads/acme/1?",
	} {
		t.Run(address, func(t *testing.T) {
			s, err := s3.New(config(t, address))
			if err != nil {
				t.Fatal(err)
			}
			blobtest.RunLinks(t, s.Links(), time.Now())
			link, err := s.Links().PutURL(blob.Origin{}, "uploads/acme/1", time.Now().Add(1000*time.Hour))
			if err != nil || !strings.HasPrefix(string(link), start) || !strings.Contains(string(link), "X-Amz-SignedHeaders=host&") ||
				!strings.Contains(string(link), "X-Amz-Expires=604800&") {
				t.Errorf("%s, %v; want %s", link, err, start)
			}
		})
	}
}

// send makes a request of a client that knows nothing but the link.
func send(t *testing.T, method string, link saccade.Link, body, contentType string) (int, string) {
	t.Helper()
	r, err := http.NewRequest(method, string(link), strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if contentType != "" {
		r.Header.Set("Content-Type", contentType)
	}
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	got, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(got)
}

// TestTransfers: a real service takes and answers by the links, and by no others.
func TestTransfers(t *testing.T) {
	s := open(t, nil)
	const key, other = blob.Key("uploads/acme/u1"), blob.Key("uploads/acme/u2")
	soon := time.Now().Add(time.Minute)
	put, err := s.Links().PutURL(blob.Origin{}, key, soon)
	if err != nil {
		t.Fatal(err)
	}
	get, err := s.Links().GetURL(blob.Origin{}, key, soon)
	if err != nil {
		t.Fatal(err)
	}
	for i, kind := range []string{"", "video/webm", "application/x-www-form-urlencoded"} {
		body := fmt.Sprint("bytes ", i)
		if status, answer := send(t, http.MethodPut, put, body, kind); status != http.StatusOK {
			t.Fatalf("PUT as %q: %d %s", kind, status, answer)
		}
		if status, got := send(t, http.MethodGet, get, "", ""); status != http.StatusOK || got != body {
			t.Errorf("GET: %d %q, want %q", status, got, body)
		}
	}
	first, err := s.Stat(t.Context(), key)
	if err != nil {
		t.Fatal(err)
	}
	if status, _ := send(t, http.MethodPut, put, "changed", ""); status != http.StatusOK {
		t.Errorf("an upload cannot be closed, but: %d", status)
	}
	_, release, err := s.File(t.Context(), key, first.ETag)
	release()
	if !errors.Is(err, blob.ErrChanged) {
		t.Errorf("after a change: %v", err)
	}
	for name, link := range map[string]saccade.Link{
		"other key":    saccade.Link(strings.Replace(string(put), string(key), string(other), 1)),
		"other method": get,
		"no signature": saccade.Link(strings.SplitN(string(put), "?", 2)[0]),
		"longer":       saccade.Link(strings.Replace(string(put), "X-Amz-Expires=", "X-Amz-Expires=1", 1)),
	} {
		if status, _ := send(t, http.MethodPut, link, "forged", ""); status != http.StatusForbidden {
			t.Errorf("PUT with %s: %d", name, status)
		}
	}
	if _, err := s.Stat(t.Context(), other); !errors.Is(err, blob.ErrNotFound) {
		t.Errorf("a forged upload: %v", err)
	}
}

// TestWrongBucket: what the operator set wrong is not taken for a missing object.
func TestWrongBucket(t *testing.T) {
	for name, change := range map[string]func(*s3.Config){
		"no bucket": func(c *s3.Config) { c.Bucket = "there-is-none" },
		"wrong key": func(c *s3.Config) { c.SecretKey = "wrong" },
	} {
		t.Run(name, func(t *testing.T) {
			s := open(t, change)
			_, putErr := s.Put(t.Context(), "uploads/a/b", strings.NewReader("x"))
			_, _, getErr := s.Open(t.Context(), "uploads/a/b")
			for _, err := range []error{putErr, getErr, s.Check(t.Context())} {
				if err == nil || errors.Is(err, blob.ErrNotFound) {
					t.Errorf("error %v", err)
				}
			}
		})
	}
}

func TestParse(t *testing.T) {
	for _, address := range []string{
		"", "s3", "s3:bucket", "/data", "http://bucket", "s3://a:b@bucket", "s3://bucket?x=1", "s3://bucket?endpoint=",
		"s3://bucket?endpoint=s3.example.com", "s3://bucket?endpoint=ftp://x", "s3://bucket?endpoint=http://a:b@x", "s3://bucket?endpoint=http://x/below",
		"s3://bucket?public=x", "s3://bucket#x", "s3://bucket?a=%zz",
	} {
		if c, err := s3.Parse(address); err == nil {
			t.Errorf("%q: %+v", address, c)
		}
	}
	for _, address := range []string{"s3:", "s3://", "s3://ab", "s3://UP.per", "s3://127.0.0.1", "s3://bucket/../x", "s3://bucket/a b", "s3://bucket/.x", "s3://bucket?region="} {
		c, err := s3.Parse(address)
		c.AccessKey, c.SecretKey, c.Spool = "a", "b", "c"
		if err == nil {
			err = c.Validate()
		}
		if err == nil {
			t.Errorf("%q is taken", address)
		}
	}
	err := s3.Config{}.Validate()
	for _, want := range []string{"Endpoint", "Bucket", "Region", "AWS_ACCESS_KEY_ID_FILE", "AWS_SECRET_ACCESS_KEY_FILE", "SACCADE_DATA"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v does not name %s", err, want)
		}
	}
}

func TestSpoolIsSwept(t *testing.T) {
	cfg := config(t, "s3://bucket/?endpoint=http://127.0.0.1:1")
	if err := os.MkdirAll(cfg.Spool, 0o700); err != nil {
		t.Fatal(err)
	}
	old, young := filepath.Join(cfg.Spool, "object-old"), filepath.Join(cfg.Spool, "object-young")
	for _, file := range []string{old, young} {
		if err := os.WriteFile(file, []byte("x"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	long := time.Now().Add(-24 * time.Hour)
	if err := os.Chtimes(old, long, long); err != nil {
		t.Fatal(err)
	}
	if _, err := s3.New(cfg); err != nil {
		t.Fatal(err)
	}
	left, err := os.ReadDir(cfg.Spool)
	if err != nil || len(left) != 1 || left[0].Name() != "object-young" {
		t.Errorf("the spool holds %v, %v", left, err)
	}
}
