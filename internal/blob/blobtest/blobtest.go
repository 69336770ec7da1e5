// Package blobtest is the contracts of blob.Store ([Run]) and blob.Links
// ([RunLinks]) as test suites. Every implementation runs them.
package blobtest

import (
	"bytes"
	"context"
	"crypto/md5"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"testing"
	"testing/iotest"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/blob"
)

// Run runs the suite. open returns an empty store.
func Run(t *testing.T, open func(t *testing.T) blob.Store) {
	for _, c := range []struct {
		name string
		test func(t *testing.T, s blob.Store)
	}{
		{"put then read", putThenRead},
		{"put replaces", putReplaces},
		{"failed put leaves what was there", failedPut},
		{"canceled put", canceledPut},
		{"not found", notFound},
		{"bad keys", badKeys},
		{"delete", deleteOne},
		{"delete prefix", deletePrefix},
		{"reader keeps its version", readerKeepsVersion},
		{"file of one version", fileOfVersion},
		{"several parts", severalParts},
		{"concurrent puts", concurrentPuts},
		{"puts beside deletes", putsBesideDeletes},
		{"walk", walk},
		{"check", func(t *testing.T, s blob.Store) { ok(t, s.Check(t.Context())) }},
	} {
		t.Run(c.name, func(t *testing.T) { c.test(t, open(t)) })
	}
}

func ok(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// read returns the whole object by Open, and checks that File says the same.
func read(t testing.TB, s blob.Store, key blob.Key) string {
	t.Helper()
	o, info, err := s.Open(t.Context(), key)
	ok(t, err)
	b, err := io.ReadAll(o)
	ok(t, errors.Join(err, o.Close()))
	if info.Size != int64(len(b)) {
		t.Errorf("%s: size %d, read %d bytes", key, info.Size, len(b))
	}
	path, release, err := s.File(t.Context(), key, "")
	ok(t, err)
	defer release()
	file, err := os.ReadFile(path)
	ok(t, err)
	if !bytes.Equal(b, file) {
		t.Errorf("%s: File and Open differ", key)
	}
	return string(b)
}

func put(t testing.TB, s blob.Store, key blob.Key, content string) blob.Info {
	t.Helper()
	info, err := s.Put(t.Context(), key, strings.NewReader(content))
	ok(t, err)
	return info
}

func putThenRead(t *testing.T, s blob.Store) {
	for _, content := range []string{"", "x", strings.Repeat("0123456789abcdef", 1<<16)} {
		key := blob.Key(fmt.Sprintf("analyses/a1/file-%d.bin", len(content)))
		info := put(t, s, key, content)
		sum := md5.Sum([]byte(content))
		if info.MD5 != hex.EncodeToString(sum[:]) || info.Size != int64(len(content)) || info.ETag == "" || info.ModTime.IsZero() {
			t.Errorf("put of %d bytes: %+v", len(content), info)
		}
		stat, err := s.Stat(t.Context(), key)
		ok(t, err)
		if stat.ETag != info.ETag || stat.Size != info.Size || !stat.ModTime.Equal(info.ModTime) {
			t.Errorf("stat %+v, put %+v", stat, info)
		}
		if read(t, s, key) != content {
			t.Errorf("%d bytes came back changed", len(content))
		}
	}
	o, _, err := s.Open(t.Context(), "analyses/a1/file-1048576.bin")
	ok(t, err)
	defer func() { ok(t, o.Close()) }()
	b := make([]byte, 4)
	_, err = o.ReadAt(b, 10)
	ok(t, err)
	at, err := o.Seek(-6, io.SeekEnd)
	ok(t, err)
	rest, err := io.ReadAll(o)
	ok(t, err)
	if string(b) != "abcd" || at != 1<<20-6 || string(rest) != "abcdef" {
		t.Errorf("ReadAt %q, Seek %d, rest %q", b, at, rest)
	}
}

func putReplaces(t *testing.T, s blob.Store) {
	first := put(t, s, "uploads/acme/u1", "same size")
	second := put(t, s, "uploads/acme/u1", "other one")
	if first.ETag == second.ETag {
		t.Errorf("two versions have one ETag %q", first.ETag)
	}
	if got := read(t, s, "uploads/acme/u1"); got != "other one" {
		t.Errorf("got %q", got)
	}
}

var errReader = errors.New("the client went away")

func failedPut(t *testing.T, s blob.Store) {
	half := func() io.Reader {
		return io.MultiReader(strings.NewReader(strings.Repeat("x", 100_000)), iotest.ErrReader(errReader))
	}
	if _, err := s.Put(t.Context(), "uploads/acme/u1", half()); !errors.Is(err, errReader) {
		t.Errorf("the reader's error is lost: %v", err)
	}
	if _, err := s.Stat(t.Context(), "uploads/acme/u1"); !errors.Is(err, blob.ErrNotFound) {
		t.Errorf("a failed put left an object: %v", err)
	}
	put(t, s, "uploads/acme/u1", "old")
	if _, err := s.Put(t.Context(), "uploads/acme/u1", half()); err == nil {
		t.Error("no error")
	}
	if got := read(t, s, "uploads/acme/u1"); got != "old" {
		t.Errorf("a failed put changed the object to %q", got)
	}
}

// canceling cancels while it is read.
type canceling struct {
	cancel context.CancelFunc
	n      int
}

func (c *canceling) Read(p []byte) (int, error) {
	if c.n++; c.n == 3 {
		c.cancel()
	}
	return len(p), nil // for ever
}

func canceledPut(t *testing.T, s blob.Store) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	if _, err := s.Put(ctx, "uploads/acme/u1", &canceling{cancel: cancel}); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want that of the context", err)
	}
	if _, err := s.Stat(t.Context(), "uploads/acme/u1"); !errors.Is(err, blob.ErrNotFound) {
		t.Errorf("a canceled put left an object: %v", err)
	}
}

func notFound(t *testing.T, s blob.Store) {
	put(t, s, "analyses/a1/x", "x")
	for _, key := range []blob.Key{"analyses/a2/x", "analyses/a1", "analyses/a1/x/y"} {
		_, _, err := s.Open(t.Context(), key)
		_, statErr := s.Stat(t.Context(), key)
		_, release, fileErr := s.File(t.Context(), key, "")
		release()
		for _, err := range []error{err, statErr, fileErr} {
			if !errors.Is(err, blob.ErrNotFound) {
				t.Errorf("%s: %v, want ErrNotFound", key, err)
			}
		}
	}
}

func badKeys(t *testing.T, s blob.Store) {
	for _, key := range BadKeys() {
		_, err := s.Put(t.Context(), key, strings.NewReader("x"))
		_, _, openErr := s.Open(t.Context(), key)
		_, statErr := s.Stat(t.Context(), key)
		for _, err := range []error{err, openErr, statErr} {
			if !saccade.IsCode(err, saccade.CodeClient) {
				t.Errorf("%.40q: %v, want client_error", key, err)
			}
		}
		if !strings.HasSuffix(string(key), "/") && s.Delete(t.Context(), key) == nil {
			t.Errorf("%.40q could be deleted", key)
		}
	}
	if s.Delete(t.Context(), "uploads/") == nil {
		t.Error("all uploads could be deleted at once")
	}
}

// BadKeys are keys that every store refuses.
func BadKeys() []blob.Key {
	return []blob.Key{
		"", "/", "//", ".", "..", "../x", "a/../b", "a/./b", "a//b", "/a", "a/", "a/b/", ".tmp/x", "a/.hidden", "a/b.",
		"a\x00b", "a\\b", "a/..\\b", "a b", "a%2fb", "a%2e%2e/b", "a?b", "a#b", "a:b", "é", "a\nb", "~/x",
		blob.Key(strings.Repeat("a", blob.MaxKey+1)), blob.Key("a/" + strings.Repeat("b", blob.MaxSegment+1)),
	}
}

func deleteOne(t *testing.T, s blob.Store) {
	put(t, s, "analyses/a1/x", "x")
	put(t, s, "analyses/a1/y", "y")
	for range 2 { // twice is once
		ok(t, s.Delete(t.Context(), "analyses/a1/x"))
	}
	ok(t, s.Delete(t.Context(), "analyses/a1"))    // no object of this name
	ok(t, s.Delete(t.Context(), "analyses/a1/y/")) // nothing below it
	if _, err := s.Stat(t.Context(), "analyses/a1/x"); !errors.Is(err, blob.ErrNotFound) {
		t.Errorf("a deleted object: %v", err)
	}
	if read(t, s, "analyses/a1/y") != "y" {
		t.Error("a neighbor is gone")
	}
}

func deletePrefix(t *testing.T, s blob.Store) {
	for _, key := range []blob.Key{"analyses/a1/x", "analyses/a1/y", "analyses/a12/x"} {
		put(t, s, key, "x")
	}
	for range 2 {
		ok(t, s.Delete(t.Context(), "analyses/a1/"))
	}
	for _, key := range []blob.Key{"analyses/a1/x", "analyses/a1/y"} {
		if _, err := s.Stat(t.Context(), key); !errors.Is(err, blob.ErrNotFound) {
			t.Errorf("%s: %v", key, err)
		}
	}
	if read(t, s, "analyses/a12/x") != "x" {
		t.Error("a neighbor is gone")
	}
	put(t, s, "analyses/a1/x", "again")
}

func readerKeepsVersion(t *testing.T, s blob.Store) {
	old := strings.Repeat("old", 50_000)
	put(t, s, "analyses/a1/x", old)
	o, _, err := s.Open(t.Context(), "analyses/a1/x")
	ok(t, err)
	defer func() { ok(t, o.Close()) }()
	put(t, s, "analyses/a1/x", strings.Repeat("new", 50_000))
	ok(t, s.Delete(t.Context(), "analyses/a1/x"))
	got, err := io.ReadAll(o)
	ok(t, err)
	if string(got) != old {
		t.Error("an open object changed")
	}
}

func fileOfVersion(t *testing.T, s blob.Store) {
	const key = "uploads/acme/u1"
	first := put(t, s, key, "first")
	path, release, err := s.File(t.Context(), key, first.ETag)
	ok(t, err)
	got, err := os.ReadFile(path)
	ok(t, err)
	release()
	if string(got) != "first" {
		t.Errorf("got %q", got)
	}
	second := put(t, s, key, "other")
	for etag, want := range map[string]error{first.ETag: blob.ErrChanged, "x": blob.ErrChanged, second.ETag: nil, "": nil} {
		_, release, err := s.File(t.Context(), key, etag)
		release()
		if !errors.Is(err, want) || want == nil && err != nil {
			t.Errorf("the file with ETag %q: %v, want %v", etag, err, want)
		}
	}
	ok(t, s.Delete(t.Context(), key))
	_, release, err = s.File(t.Context(), key, second.ETag)
	release()
	if !errors.Is(err, blob.ErrNotFound) {
		t.Errorf("a deleted object: %v", err)
	}
}

// severalParts puts what stores with parts put in several, at the end or with an
// error in the middle.
func severalParts(t *testing.T, s blob.Store) {
	const key = "analyses/a1/heat.webm"
	content := bytes.Repeat([]byte("0123456789abcdef"), 40<<20/16)
	info, err := s.Put(t.Context(), key, bytes.NewReader(content))
	ok(t, err)
	if info.Size != int64(len(content)) || info.MD5 != fmt.Sprintf("%x", md5.Sum(content)) {
		t.Errorf("put of %d bytes: %+v", len(content), info)
	}
	_, err = s.Put(t.Context(), key, io.MultiReader(bytes.NewReader(content[1:]), iotest.ErrReader(errReader)))
	if !errors.Is(err, errReader) {
		t.Errorf("the reader's error is lost: %v", err)
	}
	path, release, err := s.File(t.Context(), key, info.ETag)
	ok(t, err)
	defer release()
	got, err := os.ReadFile(path)
	ok(t, err)
	if !bytes.Equal(got, content) {
		t.Error("the object came back changed")
	}
}

func concurrentPuts(t *testing.T, s blob.Store) {
	contents := map[string]bool{}
	var wg sync.WaitGroup
	for i := range 8 {
		content := strings.Repeat(fmt.Sprint(i), 30_000)
		contents[content] = true
		wg.Go(func() {
			if _, err := s.Put(t.Context(), "uploads/acme/u1", strings.NewReader(content)); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if !contents[read(t, s, "uploads/acme/u1")] {
		t.Error("the object is none of those put")
	}
}

func putsBesideDeletes(t *testing.T, s blob.Store) {
	var wg sync.WaitGroup
	for i := range 4 {
		wg.Go(func() {
			for range 10 {
				if _, err := s.Put(t.Context(), blob.Key(fmt.Sprintf("analyses/a1/%d", i)), strings.NewReader("x")); err != nil {
					t.Error(err)
				}
			}
		})
		wg.Go(func() {
			for range 10 {
				if err := s.Delete(t.Context(), "analyses/a1/"); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
}
