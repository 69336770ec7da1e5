package proxy

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"net"
	"os"
	"strconv"
	"strings"
)

// peerUID finds the user at the other end of a loopback connection; -1 when it
// is not known.
func peerUID(c net.Conn) int {
	peer, ok1 := c.RemoteAddr().(*net.TCPAddr)
	own, ok2 := c.LocalAddr().(*net.TCPAddr)
	if !ok1 || !ok2 || peer.IP.To4() == nil || own.IP.To4() == nil {
		return -1
	}
	f, err := os.Open("/proc/net/tcp")
	if err != nil {
		return -1
	}
	defer func() { _ = f.Close() }()
	uid, err := findUID(bufio.NewScanner(f), hexAddr(peer), hexAddr(own))
	if err != nil {
		return -1
	}
	return uid
}

// findUID looks for the socket with these ends; columns 1, 2 and 7 of the table
// are its local and remote address and its user.
func findUID(s *bufio.Scanner, local, remote string) (int, error) {
	for s.Scan() {
		f := strings.Fields(s.Text())
		if len(f) > 7 && f[1] == local && f[2] == remote {
			return strconv.Atoi(f[7])
		}
	}
	return -1, errors.Join(errors.New("no such socket"), s.Err())
}

// hexAddr writes an IPv4 address as /proc/net/tcp does: the address as a number
// of this machine's byte order, the port as a plain one.
func hexAddr(a *net.TCPAddr) string {
	return fmt.Sprintf("%08X:%04X", binary.NativeEndian.Uint32(a.IP.To4()), a.Port)
}
