package main

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"net/http"
	"os"
	"strings"
	"time"
)

func containers() []attack {
	return []attack{
		{"a WebM of 16 MiB of empty clusters", clusters},
		{"a WebM of 1.4 MB with 60,000 frames at one time", frames},
		{"playlists and links to local files, sent as a video", playlists},
		{"a recording whose frames are damaged in many places, cut in the middle", damaged},
	}
}

// element is an EBML element; size < 0: of unknown size.
func element(id uint32, size int, body ...[]byte) []byte {
	b := binary.BigEndian.AppendUint32(nil, id)
	b = bytes.TrimLeft(b, "\x00")
	if size < 0 {
		b = append(b, 0x01, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff)
		return append(b, bytes.Join(body, nil)...)
	}
	content := bytes.Join(body, nil)
	b = append(b, 0x10|byte(len(content)>>24), byte(len(content)>>16), byte(len(content)>>8), byte(len(content)))
	return append(b, content...)
}

// webm returns a file of one VP8 track of 640 x 360 with what follows it.
func webm(after ...[]byte) []byte {
	e := func(id uint32, body ...[]byte) []byte { return element(id, 0, body...) }
	head := e(0x1A45DFA3, e(0x4282, []byte("webm")))
	info := e(0x1549A966, e(0x2AD7B1, []byte{0x0f, 0x42, 0x40}))
	track := e(0x1654AE6B, e(0xAE, e(0xD7, []byte{1}), e(0x73C5, []byte{1}), e(0x83, []byte{1}), e(0x86, []byte("V_VP8")),
		e(0xE0, e(0xB0, []byte{0x02, 0x80}), e(0xBA, []byte{0x01, 0x68}))))
	return append(head, element(0x18538067, -1, append([][]byte{info, track}, after...)...)...)
}

// judged sends a video that must be refused or fail.
func judged(ctx context.Context, t *target, video []byte) (string, error) {
	begin := time.Now()
	a := t.mallory.video(ctx, video)
	posted := time.Since(begin)
	if a.status == http.StatusBadRequest {
		return fmt.Sprintf("%v at POST after %.1f s", a, posted.Seconds()), nil
	}
	if a.status != http.StatusCreated || posted > 20*time.Second {
		return "", fmt.Errorf("answered %v after %v", a, posted)
	}
	done := t.mallory.settle(ctx, a.text("location"))
	if done.text("status") != "failed" {
		return "", fmt.Errorf("it became %v", done.body)
	}
	return fmt.Sprintf("failed as %s after %.1f s", done.code(), time.Since(begin).Seconds()), nil
}

func clusters(ctx context.Context, t *target) (string, error) {
	cluster := []byte{0x1F, 0x43, 0xB6, 0x75, 0x80}
	return judged(ctx, t, webm(bytes.Repeat(cluster, 16<<20/len(cluster))))
}

func frames(ctx context.Context, t *target) (string, error) {
	key := append([]byte{0x10, 0x02, 0x00, 0x9d, 0x01, 0x2a, 0x80, 0x02, 0x68, 0x01}, make([]byte, 8)...)
	block := element(0xA3, 0, []byte{0x81, 0, 0, 0x80}, key)
	return judged(ctx, t, webm(element(0x1F43B675, 0, element(0xE7, 0, []byte{0}), bytes.Repeat(block, 60_000))))
}

func playlists(ctx context.Context, t *target) (string, error) {
	for _, text := range []string{
		"#EXTM3U\n#EXT-X-MEDIA-SEQUENCE:0\n#EXTINF:1,\nfile:///etc/passwd\n#EXT-X-ENDLIST\n",
		"ffconcat version 1.0\nfile /etc/passwd\n",
		"<?xml version=\"1.0\"?><MPD><BaseURL>http://127.0.0.1/</BaseURL></MPD>",
		"v=0\no=- 0 0 IN IP4 127.0.0.1\nm=video 5000 RTP/AVP 96\n",
	} {
		if a := t.mallory.video(ctx, []byte(text)); a.status != http.StatusBadRequest {
			return "", fmt.Errorf("%.10q is answered %v", text, a)
		}
	}
	return "400: none is handed to a decoder", nil
}

func damaged(ctx context.Context, t *target) (string, error) {
	b, err := os.ReadFile("examples/sample.webm")
	if err != nil {
		return "", err
	}
	b = b[:min(len(b), 150_000)]
	for i := 1; i < 60; i++ {
		b[2000+i*(len(b)-2000)/60] ^= byte(i)
	}
	begin := time.Now()
	a := t.mallory.video(ctx, b)
	if a.status == http.StatusCreated {
		a = t.mallory.settle(ctx, a.text("location"))
	}
	if a.err != nil || a.status >= 500 || strings.Contains(a.code(), "server") {
		return "", fmt.Errorf("answered %v %v", a, a.body)
	}
	return fmt.Sprintf("%d %s after %.0f s", a.status, strings.TrimSpace(a.text("status")+" "+a.code()), time.Since(begin).Seconds()), nil
}
