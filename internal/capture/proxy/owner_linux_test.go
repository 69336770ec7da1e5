package proxy

import (
	"bufio"
	"net"
	"strings"
	"testing"
)

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

func FuzzFindUID(f *testing.F) {
	f.Add("   1: 0100007F:C001 0100007F:1F90 01 0:0 0:0 0 65534 0")
	f.Fuzz(func(t *testing.T, table string) {
		if uid, err := findUID(bufio.NewScanner(strings.NewReader(table)), "0100007F:C001", "0100007F:1F90"); err == nil && !strings.Contains(table, "0100007F:1F90") {
			t.Errorf("found user %d where the connection is not listed", uid)
		}
	})
}
