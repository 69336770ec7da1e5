package main_test

import (
	"bytes"
	"errors"
	"math/rand"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"
	"time"
)

// smallDisk is a file system of some MiB.
func smallDisk(t *testing.T, mib int) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "small")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size="+strconv.Itoa(mib)+"m"); err != nil {
		t.Skip("no small file system can be mounted here (root is needed): ", err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(dir, syscall.MNT_DETACH); err != nil {
			t.Error(err)
		}
	})
	return dir
}

// free is how many bytes a file system has left.
func free(t *testing.T, dir string) int {
	t.Helper()
	var st syscall.Statfs_t
	if err := syscall.Statfs(dir, &st); err != nil {
		t.Fatal(err)
	}
	return int(st.Bavail) * int(st.Bsize)
}

// ballast fills a file system until so many bytes are left, or none: the server
// writes beside it.
func ballast(t *testing.T, dir string, left int) (remove func()) {
	t.Helper()
	path := filepath.Join(dir, "ballast")
	if err := os.WriteFile(path, make([]byte, max(0, free(t, dir)-left)), 0o600); err != nil && !errors.Is(err, syscall.ENOSPC) {
		t.Fatal(err)
	}
	return func() {
		if err := os.Remove(path); err != nil {
			t.Error(err)
		}
	}
}

// noise does not compress.
func noise(n int) []byte {
	b := make([]byte, n)
	_, _ = rand.New(rand.NewSource(1)).Read(b) // never fails
	return b
}

// objectsOn lists every object and every unfinished one.
func (s *service) objectsOn() []string {
	var all []string
	for _, pattern := range []string{"objects/uploads/*/*", "objects/analyses/*/*", "objects/.tmp/*", "scratch/*/*"} {
		found, _ := filepath.Glob(filepath.Join(s.data, pattern))
		all = append(all, found...)
	}
	return all
}

// TestFullDisk keeps the data on a disk that is too small.
func TestFullDisk(t *testing.T) {
	s := start(t, smallDisk(t, 30))
	clip := encoded(t, "clip.webm", short)
	input := pngOf(t, screen(1440, 900))
	url := s.call("GET", "/upload-urls", nil).text("url")
	if status := s.put(url, noise(40<<20)); status != http.StatusServiceUnavailable {
		t.Errorf("an upload that does not fit: %d", status)
	}
	if a := s.video(url); a.status != http.StatusBadRequest || a.code() != "invalid_input_configuration" {
		t.Errorf("what did not fit can be analysed: %d %v", a.status, a.body)
	}
	if left := s.objectsOn(); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
	if a := s.settle(s.video(s.upload(clip)).text("location"), time.Minute); a.text("status") != "success" {
		t.Errorf("after the upload that did not fit: %v", a.body)
	}
	t.Run("results do not fit", func(t *testing.T) { noRoomForResults(t, s.with(t), input) })
	t.Run("room comes back", func(t *testing.T) {
		s := s.with(t)
		remove := ballast(t, s.data, 600<<10)
		posted := s.image(base64Of(input), nil)
		until(t, time.Minute, "an attempt fails", func() bool {
			return bytes.Contains([]byte(s.log.String()), []byte(posted.text("id")+" attempt=1 took="))
		})
		remove()
		if a := s.settle(posted.text("location"), time.Minute); a.text("status") != "success" {
			t.Errorf("%v", a.body)
		}
	})
	t.Run("no room at all", func(t *testing.T) { noRoomAtAll(t, s.with(t), clip) })
	s.terminate(20 * time.Second)
}

// noRoomForResults has room for an image, not for its maps: the analysis must
// fail in a while, and leave nothing behind but its input.
func noRoomForResults(t *testing.T, s *service, input []byte) {
	before := len(s.objectsOn())
	remove := ballast(t, s.data, 600<<10)
	defer remove()
	begin := time.Now()
	posted := s.image(base64Of(input), nil)
	if posted.status != http.StatusCreated {
		t.Fatalf("POST: %d %v", posted.status, posted.body)
	}
	a := s.settle(posted.text("location"), time.Minute)
	t.Logf("%v after %v", a.body["error"], time.Since(begin).Round(time.Second))
	if a.text("status") != "failed" || (a.code() != "over_capacity" && a.code() != "server_error") {
		t.Errorf("%v", a.body)
	}
	if left := s.objectsOn(); len(left) > before+1 {
		t.Errorf("left behind: %v", left)
	}
}

// noRoomAtAll has not even room for the database.
func noRoomAtAll(t *testing.T, s *service, clip []byte) {
	url := s.upload(clip)
	remove := ballast(t, s.data, 0)
	for range 3 {
		if a := s.video(url); a.status != http.StatusServiceUnavailable || a.code() != "over_capacity" || a.retryAfter() < 1 {
			t.Errorf("POST: %d %v", a.status, a.body)
		}
		if status := s.put(url, clip); status < 500 {
			t.Errorf("PUT: %d", status)
		}
		if a := s.call("GET", "/analyses/video", nil); a.status != http.StatusOK {
			t.Errorf("list: %d %v", a.status, a.body)
		}
	}
	if a := s.call("GET", s.url+"/readyz", nil); a.status != http.StatusServiceUnavailable {
		t.Errorf("ready on a full disk: %v", a.body)
	}
	remove()
	until(t, 30*time.Second, "the server is ready again", func() bool { return s.call("GET", s.url+"/readyz", nil).status == http.StatusOK })
	if a := s.settle(s.video(s.upload(clip)).text("location"), time.Minute); a.text("status") != "success" {
		t.Errorf("with room again: %v", a.body)
	}
	_, ids := s.pages("/analyses/video?status=pending")
	for _, id := range ids {
		s.settle("/analyses/video/"+id, time.Minute)
	}
}
