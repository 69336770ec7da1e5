package transfer_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/blob"
	"github.com/saccade-dev/saccade/internal/blob/s3/s3test"
	"github.com/saccade-dev/saccade/internal/state"
	"github.com/saccade-dev/saccade/internal/store"
	"github.com/saccade-dev/saccade/internal/store/storetest"
	"github.com/saccade-dev/saccade/internal/transfer"
)

func TestMain(m *testing.M) { os.Exit(storetest.Main(m)) }

// open opens a place until the end of the test.
func open(t *testing.T, c state.Config) (*store.Store, state.Objects) {
	t.Helper()
	s, err := c.OpenStore(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	o, err := c.OpenObjects(t.Context(), s.Settings())
	if err != nil {
		t.Fatal(err)
	}
	return s, o
}

// fill makes accounts, tokens, an upload and analyses, each with its files.
func fill(t *testing.T, c state.Config) (token string) {
	t.Helper()
	s, o := open(t, c)
	defer func() { o.Close(); _ = s.Close() }()
	if _, err := s.EnsureAccount(t.Context(), "acme"); err != nil {
		t.Fatal(err)
	}
	token, _, err := s.CreateToken(t.Context(), "acme", nil)
	if err != nil {
		t.Fatal(err)
	}
	u, err := s.CreateUpload(t.Context(), "acme")
	if err != nil {
		t.Fatal(err)
	}
	key := blob.UploadKey("acme", u.ID)
	info, err := o.Put(t.Context(), key, strings.NewReader("a video"))
	if err != nil {
		t.Fatal(err)
	}
	for i := range 12 {
		r := saccade.Request{Kind: saccade.KindVideo, Title: fmt.Sprintf("ünï \"%d\"", i), Object: string(key), Tag: info.ETag, Size: info.Size, Outputs: saccade.DefaultOutputs(saccade.KindVideo)}
		a, _, err := s.CreateAnalysis(t.Context(), &saccade.Analysis{Account: "acme", Request: r}, &store.Idempotency{Key: fmt.Sprint(i), BodyHash: "x"})
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range []saccade.File{"frames.json", "attentionMap.webm"} {
			if _, err := o.Put(t.Context(), blob.AnalysisKey(a.ID, file), strings.NewReader(string(file)+a.ID)); err != nil {
				t.Fatal(err)
			}
		}
	}
	return token
}

// contents is all that a place holds, as far as its clients can tell.
func contents(t *testing.T, c state.Config, token string) map[string]string {
	t.Helper()
	s, o := open(t, c)
	defer func() { o.Close(); _ = s.Close() }()
	all := map[string]string{}
	if _, _, err := s.Authenticate(t.Context(), token); err != nil {
		t.Errorf("the token: %v", err)
	}
	page, _, err := s.List(t.Context(), "acme", store.ListOptions{Limit: 100})
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range page {
		if a.Request.Tag != "" {
			a.Request.Tag = ""
		}
		all[a.ID] = fmt.Sprintf("%s %s %s %+v", a.ExposedID, a.Status, a.CreatedAt.Format(time.RFC3339Nano), a.Request)
	}
	q, err := s.Quota(t.Context(), "acme")
	if err != nil || q.Used.Bytes == 0 {
		t.Errorf("%d bytes are counted, %v", q.Used.Bytes, err)
	}
	all["bytes"] = fmt.Sprint(q.Used.Bytes)
	err = o.Walk(t.Context(), func(key blob.Key, _ time.Time) error {
		f, _, err := o.Open(t.Context(), key)
		if err != nil {
			return err
		}
		b, err := io.ReadAll(f)
		all[string(key)] = string(b)
		return errors.Join(err, f.Close())
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// cluster is PostgreSQL and a bucket.
func cluster(t *testing.T) state.Config {
	t.Helper()
	server, err := s3test.Start("127.0.0.1:0")
	if err != nil {
		t.Skipf("no S3 service here (%v); make test installs versitygw", err)
	}
	t.Cleanup(server.Remove)
	bucket, err := s3test.NewBucket(t.Context(), server.Address)
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("AWS_ACCESS_KEY_ID", s3test.AccessKey)
	t.Setenv("AWS_SECRET_ACCESS_KEY", s3test.SecretKey)
	return state.Config{Data: t.TempDir(), Database: storetest.Config(t, store.DriverPostgres).DSN,
		Storage: fmt.Sprintf("s3://%s/below?endpoint=%s", bucket.Bucket, server.Address)}
}

var errKilled = errors.New("killed")

// age makes all files of a directory older than what is copied from them: the times of
// objects in a bucket are whole seconds.
func age(t *testing.T, dir string) {
	t.Helper()
	old := time.Now().Add(-time.Hour)
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		return os.Chtimes(path, old, old)
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestThereAndBack: from one machine to PostgreSQL and a bucket, ended in the middle and
// begun again, and back: nothing is lost.
func TestThereAndBack(t *testing.T) {
	one, many, back := state.Config{Data: t.TempDir()}, cluster(t), state.Config{Data: filepath.Join(t.TempDir(), "back")}
	token := fill(t, one)
	want := contents(t, one, token)
	age(t, one.Data)
	objects := 0
	_, err := transfer.Run(t.Context(), one, many, transfer.Options{Object: func(blob.Key, bool) error {
		if objects++; objects == 10 {
			return errKilled
		}
		return nil
	}})
	if !errors.Is(err, errKilled) {
		t.Fatalf("got %v", err)
	}
	r, err := transfer.Run(t.Context(), one, many, transfer.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if r.Same != 25 {
		t.Errorf("%d of %d objects were compared", r.Same, r.Objects)
	}
	if r.Objects != 25 || r.Copied != 15 {
		t.Errorf("%d objects, copied %d; want 25 and 15", r.Objects, r.Copied)
	}
	if diff := cmp.Diff(want, contents(t, many, token)); diff != "" {
		t.Error(diff)
	}
	if _, err := transfer.Run(t.Context(), many, back, transfer.Options{}); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, contents(t, back, token)); diff != "" {
		t.Error(diff)
	}
	if _, err := transfer.Run(t.Context(), one, many, transfer.Options{}); !errors.Is(err, transfer.ErrNotEmpty) {
		t.Errorf("a target with rows: %v", err)
	}
}

// TestRefusals: a source at work, and a database of a version to come.
func TestRefusals(t *testing.T) {
	one := state.Config{Data: t.TempDir()}
	fill(t, one)
	s, o := open(t, one)
	defer func() { o.Close(); _ = s.Close() }()
	claim, err := s.ClaimAnalysis(t.Context(), store.WorkVideo, storetest.Holder("w"))
	if err != nil {
		t.Fatal(err)
	}
	to := state.Config{Data: filepath.Join(t.TempDir(), "to")}
	if _, err := transfer.Run(t.Context(), one, to, transfer.Options{}); err == nil || !strings.Contains(err.Error(), "at work") {
		t.Errorf("a source at work: %v", err)
	}
	if _, err := transfer.Run(t.Context(), one, to, transfer.Options{Running: true}); err != nil {
		t.Errorf("a backup meanwhile: %v", err)
	}
	if err := claim.Release(context.WithoutCancel(t.Context()), 0, false); err != nil {
		t.Fatal(err)
	}
	newer := state.Config{Data: filepath.Join(t.TempDir(), "newer")}
	n, no := open(t, newer)
	_, err = n.DB().Exec(`CREATE TABLE inventions (id TEXT)`)
	no.Close()
	if err = errors.Join(err, n.Close()); err != nil {
		t.Fatal(err)
	}
	for _, ends := range [][2]state.Config{{one, newer}, {newer, state.Config{Data: t.TempDir()}}} {
		if _, err := transfer.Run(t.Context(), ends[0], ends[1], transfer.Options{}); err == nil || !strings.Contains(err.Error(), "newer version") {
			t.Errorf("a newer database: %v", err)
		}
	}
}

// TestDamagedCopy: an object at the target that has the size of the source's and other
// bytes, as a disk or a hand may leave it between two attempts, is found, and no rows
// come.
func TestDamagedCopy(t *testing.T) {
	for _, all := range []bool{false, true} {
		from, to := state.Config{Data: t.TempDir()}, state.Config{Data: filepath.Join(t.TempDir(), "to")}
		fill(t, from)
		age(t, from.Data)
		var last blob.Key
		_, err := transfer.Run(t.Context(), from, to, transfer.Options{Object: func(key blob.Key, _ bool) error {
			last = key
			return errKilled
		}})
		if !errors.Is(err, errKilled) {
			t.Fatalf("got %v", err)
		}
		path := filepath.Join(to.Data, "objects", filepath.FromSlash(string(last)))
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		b[0] ^= 1
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
		_, err = transfer.Run(t.Context(), from, to, transfer.Options{Verify: all})
		if err == nil || !strings.Contains(err.Error(), string(last)+" is another one") {
			t.Errorf("Verify %v: %v", all, err)
		}
		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
		r, err := transfer.Run(t.Context(), from, to, transfer.Options{Verify: all})
		if err != nil || r.Same != r.Objects || r.Copied != 1 {
			t.Errorf("Verify %v: %+v, %v", all, r, err)
		}
	}
}
