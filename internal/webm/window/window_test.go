package window

import (
	"bytes"
	"errors"
	"testing"
	"testing/iotest"
)

func TestWindow(t *testing.T) {
	b := bytes.Repeat([]byte("abcdefgh"), 100)
	copy(b[701:], "MARK")
	copy(b[796:], "LAST")
	w := New(bytes.NewReader(b), int64(len(b)), 16)
	for _, tc := range []struct {
		off  int64
		n    int
		want string
	}{{0, 4, "abcd"}, {3, 8, "defghabc"}, {1, 2, "bc"}, {798, 16, "ST"}, {800, 1, ""}, {-1, 4, ""}, {5, 0, ""}} {
		if got := string(w.Bytes(tc.off, tc.n)); got != tc.want {
			t.Errorf("%d bytes at %d: %q, want %q", tc.n, tc.off, got, tc.want)
		}
		if got := string(w.Read(max(tc.off, 0), tc.n)); tc.off >= 0 && got != tc.want {
			t.Errorf("read %d bytes at %d: %q, want %q", tc.n, tc.off, got, tc.want)
		}
	}
	at := w.Find(0, []byte("LAST"), []byte("MARK"))
	if last := w.Find(at+1, []byte("LAST"), []byte("MARK")); at != 701 || last != 796 || w.Find(last+1, []byte("MARK")) != w.Size {
		t.Errorf("marks at %d and %d", at, last)
	}
	if w.Err != nil {
		t.Error(w.Err)
	}
}

// A fault of the file ends every search and is kept.
func TestWindowFails(t *testing.T) {
	broken := errors.New("broken")
	w := New(faulty{broken}, 100, 16)
	if b := w.Bytes(0, 4); len(b) != 0 || !errors.Is(w.Err, broken) || w.Find(0, []byte("MARK")) != 100 {
		t.Errorf("%q, %v", b, w.Err)
	}
}

type faulty struct{ err error }

func (f faulty) ReadAt(b []byte, _ int64) (int, error) { return iotest.ErrReader(f.err).Read(b) }
