package capture

import (
	"bufio"
	"net"
	"os"
	"strings"
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

func TestFindUID(t *testing.T) {
	const table = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 1 1
   1: 0100007F:C001 0100007F:1F90 01 00000000:00000000 00:00000000 00000000 65534        0 2 1
   2: broken
`
	client := hexAddr(&net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 0xC001})
	server := hexAddr(&net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 8080})
	if uid, err := findUID(bufio.NewScanner(strings.NewReader(table)), client, server); uid != 65534 || err != nil {
		t.Errorf("%d %v", uid, err)
	}
	if uid, err := findUID(bufio.NewScanner(strings.NewReader(table)), server, client); uid != -1 || err == nil {
		t.Errorf("%d %v", uid, err)
	}
}

func FuzzProc(f *testing.F) {
	f.Add([]byte("12 (sh) S 1 12 12 0 -1"))
	f.Add([]byte("RssAnon:\t  12 kB\nRssShmem:"))
	f.Add([]byte("   1: 0100007F:C001 0100007F:1F90 01 0:0 0:0 0 65534 0"))
	f.Fuzz(func(_ *testing.T, b []byte) {
		groupOf(b)
		kib(b, "RssAnon:")
		_, _ = findUID(bufio.NewScanner(strings.NewReader(string(b))), "0100007F:C001", "0100007F:1F90")
	})
}
