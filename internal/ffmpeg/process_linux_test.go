package ffmpeg

import (
	"bytes"
	"errors"
	"io"
	"os"
	"syscall"
	"testing"
)

// TestConnect holds both kinds of connection to one contract, since which of
// them is used depends on the system.
func TestConnect(t *testing.T) {
	kinds := map[string]func(bool) (*os.File, *os.File, error){"chosen": connect, "sockets": connectSockets, "pipe": connectPipe}
	for name, kind := range kinds {
		open := func(t *testing.T, toChild bool) (ours, theirs *os.File) {
			t.Helper()
			ours, theirs, err := kind(toChild)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = errors.Join(ours.Close(), theirs.Close()) })
			return ours, theirs
		}
		// pass sends more than any buffer holds and expects the end behind it.
		pass := func(t *testing.T, from, to *os.File) {
			t.Helper()
			want := bytes.Repeat([]byte("frame"), 2<<20)
			sent := make(chan error, 1)
			go func() {
				_, err := from.Write(want)
				sent <- errors.Join(err, from.Close())
			}()
			got, err := io.ReadAll(to)
			if err := errors.Join(err, <-sent); err != nil || !bytes.Equal(got, want) {
				t.Errorf("%d of %d bytes arrived: %v", len(got), len(want), err)
			}
		}
		t.Run(name+"/to child", func(t *testing.T) {
			ours, theirs := open(t, true)
			if _, err := theirs.Write([]byte("x")); err == nil {
				t.Error("a child may write to its input")
			}
			pass(t, ours, theirs)
		})
		t.Run(name+"/from child", func(t *testing.T) {
			ours, theirs := open(t, false)
			if _, err := ours.Write([]byte("x")); err == nil {
				t.Error("we may write to a child's output")
			}
			pass(t, theirs, ours)
		})
		t.Run(name+"/child ends early", func(t *testing.T) {
			ours, theirs := open(t, true)
			if _, err := ours.Write([]byte("unread")); err != nil {
				t.Fatal(err)
			}
			_ = theirs.Close()
			var err error
			for range 2 { // a socket tells first that something went unread
				if _, err = ours.Write([]byte("x")); !hungUp(err) {
					t.Errorf("%v, want EPIPE or ECONNRESET", err)
				}
			}
			if !errors.Is(err, syscall.EPIPE) {
				t.Errorf("%v, want EPIPE", err)
			}
		})
	}
}
