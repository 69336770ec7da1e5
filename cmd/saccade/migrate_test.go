package main_test

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/saccade-dev/saccade/internal/blob/s3/s3test"
	"github.com/saccade-dev/saccade/internal/store"
	"github.com/saccade-dev/saccade/internal/store/storetest"
)

// hashes is the SHA-256 of every file of a directory, by its path in it.
func hashes(t *testing.T, dir string) map[string]string {
	t.Helper()
	all := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			return nil // not made yet, or renamed meanwhile
		}
		if err != nil || !d.Type().IsRegular() || strings.Contains(path, "/.") {
			return err
		}
		b, err := os.ReadFile(path)
		rel, _ := filepath.Rel(dir, path)
		all[rel] = fmt.Sprintf("%x", sha256.Sum256(b))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// manyObjects puts so many more objects into a data directory that there is time to kill
// what copies them, and makes all of them older than any copy.
func manyObjects(t *testing.T, data string) {
	t.Helper()
	for i := range 500 {
		dir := filepath.Join(data, "objects", "analyses", fmt.Sprintf("extra%d", i))
		if err := os.MkdirAll(dir, 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, "frames.json"), bytes.Repeat([]byte{byte(i)}, 5000+i), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	old := time.Now().Add(-time.Hour)
	err := filepath.WalkDir(filepath.Join(data, "objects"), func(path string, _ fs.DirEntry, err error) error {
		return errors.Join(err, os.Chtimes(path, old, old))
	})
	if err != nil {
		t.Fatal(err)
	}
}

// copiedNow finds how many objects a migration copied and how many there are.
var copiedNow = regexp.MustCompile(`and (\d+) objects .* of which (\d+) were copied now; (\d+) are the same`)

// killedMigration begins a migration, kills it by kill -9 once some objects are in a
// directory, and lets another one bring it to its end.
func killedMigration(t *testing.T, s *service, from, to, objects string) {
	t.Helper()
	args := []string{"migrate", "--from", from, "--to", to, "--data", t.TempDir()}
	cmd := exec.Command(s.bin, args...)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	for deadline := time.Now().Add(2 * time.Minute); len(hashes(t, objects)) < 30; {
		if time.Now().After(deadline) {
			t.Fatal("nothing is copied")
		}
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err == nil {
		t.Fatal("it was over before it was killed")
	}
	out, err := exec.Command(s.bin, append(args, "--verify")...).CombinedOutput()
	m := copiedNow.FindStringSubmatch(string(out))
	if err != nil || m == nil {
		t.Fatalf("%v: %s", err, out)
	}
	all, _ := strconv.Atoi(m[1])
	now, _ := strconv.Atoi(m[2])
	if now == 0 || now > all-20 || m[3] != m[1] {
		t.Errorf("it did not go on where it was killed: %s", out)
	}
	if out, err := exec.Command(s.bin, args...).CombinedOutput(); err == nil || !strings.Contains(string(out), "not empty") {
		t.Errorf("a target with rows was taken: %v, %s", err, out)
	}
}

// TestKilledMigration: real processes move a service from SQLite and a directory to
// PostgreSQL and a bucket, and back; both are killed by kill -9 in the middle and begun
// again. All objects come back with the same bytes, and the client sees what it saw.
func TestKilledMigration(t *testing.T) {
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
	many := storetest.Config(t, store.DriverPostgres).DSN + fmt.Sprintf(",s3://%s/?endpoint=%s&region=us-east-1", bucket.Bucket, server.Address)
	one, back := t.TempDir(), filepath.Join(t.TempDir(), "back")

	s := start(t, one, "--model", "baseline")
	id := s.video(s.upload(read(t, sample))).text("id")
	before := s.settle("/analyses/video/"+id, 2*time.Minute)
	heat := s.fetch(before.output("attention", "attentionMap"))
	s.terminate(20 * time.Second)
	manyObjects(t, one)
	want := hashes(t, filepath.Join(one, "objects"))

	killedMigration(t, s, one, many, filepath.Join(server.Data(), bucket.Bucket))
	killedMigration(t, s, many, back, filepath.Join(back, "objects"))
	if diff := cmp.Diff(want, hashes(t, filepath.Join(back, "objects"))); diff != "" {
		t.Error(diff)
	}
	token := s.token
	s = start(t, back, "--model", "baseline")
	s.token = token
	after := s.settle("/analyses/video/"+id, time.Minute)
	if after.text("status") != "success" || !bytes.Equal(heat, s.fetch(after.output("attention", "attentionMap"))) {
		t.Errorf("another answer than before: %v", after.body)
	}
}
