package main_test

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"hash/crc32"
	"os"
	"regexp"
	"strconv"
	"testing"
	"time"
)

// bombPNG is a small valid file of w x h pixels in stripes of black and white.
func bombPNG(t *testing.T, w, h int) []byte {
	t.Helper()
	var data bytes.Buffer
	z := zlib.NewWriter(&data)
	row := append([]byte{0}, bytes.Repeat([]byte{0xf0}, (w+7)/8)...)
	for range h {
		if _, err := z.Write(row); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	head := binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, uint32(w)), uint32(h))
	out := []byte("\x89PNG\r\n\x1a\n")
	for _, c := range []struct {
		name string
		data []byte
	}{{"IHDR", append(head, 1, 0, 0, 0, 0)}, {"IDAT", data.Bytes()}, {"IEND", nil}} {
		body := append([]byte(c.name), c.data...)
		out = binary.BigEndian.AppendUint32(out, uint32(len(c.data)))
		out = binary.BigEndian.AppendUint32(append(out, body...), crc32.ChecksumIEEE(body))
	}
	return out
}

// peakMemory is the most memory that the server has had, in MiB.
func (s *service) peakMemory() int {
	s.t.Helper()
	b, err := os.ReadFile("/proc/" + strconv.Itoa(s.cmd.Process.Pid) + "/status")
	if err != nil {
		s.t.Skip("no /proc here, so the server's memory cannot be seen: ", err)
	}
	m := regexp.MustCompile(`VmHWM:\s+(\d+) kB`).FindSubmatch(b)
	if m == nil {
		s.t.Skip("no VmHWM in /proc")
	}
	kib, _ := strconv.Atoi(string(m[1]))
	return kib >> 10
}

// TestDecompressionBombs sends small files that would be gigabytes of pixels.
func TestDecompressionBombs(t *testing.T) {
	t.Parallel()
	s := start(t, t.TempDir())
	liar := jpegOf(t, screen(64, 64))
	frame := bytes.Index(liar, []byte{0xff, 0xc0})
	copy(liar[frame+5:], []byte{0xff, 0xdc, 0xff, 0xdc}) // 65500 x 65500
	for name, b := range map[string][]byte{"PNG": bombPNG(t, 30000, 30000), "JPEG": liar, "long PNG": bombPNG(t, 8, 30000000)} {
		begin := time.Now()
		posted := s.image(base64Of(b), nil)
		done := s.settle(posted.text("location"), time.Minute)
		if done.text("status") != "failed" || done.code() != "unreadable_input_image" {
			t.Errorf("%s: %v", name, done.body)
		}
		t.Logf("%s of %d KiB: refused after %v", name, len(b)>>10, time.Since(begin).Round(time.Millisecond))
	}
	if mib := s.peakMemory(); mib > 600 {
		t.Errorf("the server took %d MiB", mib)
	} else {
		t.Logf("at most %d MiB of memory", mib)
	}
}
