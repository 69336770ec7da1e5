package capture

import (
	"os"
	"syscall"
	"testing"
)

func TestGroupOf(t *testing.T) {
	for in, want := range map[string]int{
		"12 (sh) S 1 12 12 0 -1":         12,
		"12 (a) S 1 99 (b) R 1 77 12 0":  77, // the name holds a bracket
		"12 (a) b) S 1 45 12 0 -1 41943": 45,
		"":                               -1, "12 (sh)": -1, "12 (sh) S 1": -1, "12 (sh) S 1 x": -1,
	} {
		if got := groupOf([]byte(in)); got != want {
			t.Errorf("groupOf(%q) = %d, want %d", in, got, want)
		}
	}
	own, err := os.ReadFile("/proc/self/stat")
	if err != nil {
		t.Fatal(err)
	}
	if got := groupOf(own); got != syscall.Getpgrp() {
		t.Errorf("own group %d, want %d", got, syscall.Getpgrp())
	}
	if groupMemory(syscall.Getpgrp()) < 1<<20 {
		t.Error("we use less than 1 MiB?")
	}
}

func FuzzProc(f *testing.F) {
	f.Add([]byte("12 (sh) S 1 12 12 0 -1"))
	f.Add([]byte("RssAnon:\t  12 kB\nRssShmem:"))
	f.Fuzz(func(_ *testing.T, b []byte) {
		groupOf(b)
		kib(b, "RssAnon:")
	})
}
