package main

import (
	"bytes"
	"compress/zlib"
	"context"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"image"
	"image/color"
	"image/jpeg"
	"time"
)

func images() []attack {
	return []attack{
		{"PNG and JPEG bombs: 900 million pixels, 65,500 x 65,500, 8 x 30,000,000", bombs},
		{"a JPEG of 24 million pixels with 250 scans", scans},
		{"two images of 50 million pixels of 16 bits, at once", deep},
	}
}

// png returns a small file of w x h pixels in bars of gray, of 1 or 16 bits.
func png(w, h, bits int) []byte {
	head := binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, uint32(w)), uint32(h))
	var data bytes.Buffer
	z, _ := zlib.NewWriterLevel(&data, zlib.BestSpeed)
	row := []byte{0}
	for i := range (w*bits + 7) / 8 {
		row = append(row, byte(i/100*70|0xf))
	}
	const block = 1000
	rows := bytes.Repeat(row, min(h, block))
	for ; h > 0; h -= block {
		_, _ = z.Write(rows[:min(h, block)*len(row)])
	}
	_ = z.Close()
	out := []byte("\x89PNG\r\n\x1a\n")
	for _, c := range []struct {
		name string
		data []byte
	}{{"IHDR", append(head, byte(bits), 0, 0, 0, 0)}, {"IDAT", data.Bytes()}, {"IEND", nil}} {
		body := append([]byte(c.name), c.data...)
		out = binary.BigEndian.AppendUint32(out, uint32(len(c.data)))
		out = binary.BigEndian.AppendUint32(append(out, body...), crc32.ChecksumIEEE(body))
	}
	return out
}

// jpg returns a JPEG of stripes.
func jpg(w, h int) []byte {
	img := image.NewGray(image.Rect(0, 0, w, h))
	for i := range img.Pix {
		img.Pix[i] = color.Gray{uint8(i * 7)}.Y
	}
	var b bytes.Buffer
	_ = jpeg.Encode(&b, img, nil)
	return b.Bytes()
}

func bombs(ctx context.Context, t *target) (string, error) {
	liar := jpg(64, 64)
	at := bytes.Index(liar, []byte{0xff, 0xc0})
	copy(liar[at+5:], []byte{0xff, 0xdc, 0xff, 0xdc})
	for _, b := range [][]byte{png(30000, 30000, 1), liar, png(8, 30_000_000, 1)} {
		a := t.mallory.settle(ctx, t.mallory.image(ctx, b).text("location"))
		if a.text("status") != "failed" || a.code() != "unreadable_input_image" {
			return "", fmt.Errorf("answered %v %v", a, a.body)
		}
	}
	return "failed as unreadable_input_image, before any pixel is decoded", nil
}

func scans(ctx context.Context, t *target) (string, error) {
	b := jpg(6000, 4000)
	at := bytes.Index(b, []byte{0xff, 0xda})
	scan := b[at : len(b)-2]
	if len(scan) > 70_000 {
		scan = scan[:70_000]
	}
	b = append(append(b[:at:at], bytes.Repeat(scan, 250)...), 0xff, 0xd9)
	begin := time.Now()
	a := t.mallory.settle(ctx, t.mallory.image(ctx, b).text("location"))
	if took := time.Since(begin); a.text("status") == "" || took > 30*time.Second {
		return "", fmt.Errorf("answered %v after %v", a, took)
	}
	return fmt.Sprintf("%s after %.1f s", a.text("status"), time.Since(begin).Seconds()), nil
}

func deep(ctx context.Context, t *target) (string, error) {
	b := png(7071, 7071, 16)
	var locations []string
	for range 2 {
		a := t.mallory.image(ctx, b)
		if a.text("location") == "" {
			return "", fmt.Errorf("answered %v", a)
		}
		locations = append(locations, a.text("location"))
	}
	for _, l := range locations {
		if a := t.mallory.settle(ctx, l); a.text("status") != "success" {
			return "", fmt.Errorf("it became %v", a.body)
		}
	}
	return "both succeed; they wait for each other's memory", nil
}
