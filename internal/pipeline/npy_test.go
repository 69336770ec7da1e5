package pipeline

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/saccade-dev/saccade"
)

func someDensity(w, h int, seed uint32) saccade.Density {
	d := saccade.NewDensity(w, h)
	for i := range d.V {
		seed = seed*1664525 + 1013904223
		d.V[i] = float32(seed >> 8)
	}
	d.Normalize()
	return d
}

func writeDensities(t *testing.T, still bool, ds ...saccade.Density) []byte {
	t.Helper()
	path := filepath.Join(t.TempDir(), string(DensityNPY))
	w, err := newDensityWriter(path, still)
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range ds {
		if err := w.Write(d); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestDensityFileRoundTrip(t *testing.T) {
	video := []saccade.Density{someDensity(7, 5, 1), someDensity(7, 5, 2), someDensity(7, 5, 3)}
	for name, tt := range map[string]struct {
		still bool
		maps  []saccade.Density
		shape string
	}{
		"video": {false, video, "'shape': (3, 5, 7), }"},
		"image": {true, video[:1], "'shape': (5, 7), }"},
	} {
		b := writeDensities(t, tt.still, tt.maps...)
		if !bytes.Contains(b[:npyHeader], []byte(tt.shape)) || len(b) != npyHeader+4*35*len(tt.maps) {
			t.Errorf("%s: header %q, %d bytes", name, b[:npyHeader], len(b))
		}
		r, err := newDensityReader(bytes.NewReader(b))
		if err != nil {
			t.Fatal(err)
		}
		var got []saccade.Density
		for d, err := r.Next(); err != io.EOF; d, err = r.Next() {
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, d)
		}
		if diff := cmp.Diff(tt.maps, got); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

func TestDensityFileRefuses(t *testing.T) {
	good := writeDensities(t, false, someDensity(3, 2, 1), someDensity(3, 2, 2))
	huge := bytes.Replace(good, []byte("(2, 2, 3), } "), []byte("(2, 99999, 99999), } ")[:13], 1)
	for name, b := range map[string][]byte{
		"empty": nil, "short header": good[:50], "foreign": bytes.Repeat([]byte{7}, 400), "huge": huge,
	} {
		if _, err := newDensityReader(bytes.NewReader(b)); err == nil {
			t.Errorf("%s was accepted", name)
		}
	}
	r, err := newDensityReader(bytes.NewReader(good[:len(good)-1]))
	if err != nil {
		t.Fatal(err)
	}
	_, first := r.Next()
	if _, err := r.Next(); first != nil || !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("truncated: %v, then %v", first, err)
	}
}

func TestDensityWriterKeepsOneSize(t *testing.T) {
	w, err := newDensityWriter(filepath.Join(t.TempDir(), "d.npy"), false)
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	if w.Write(someDensity(3, 2, 1)) != nil || w.Write(someDensity(2, 3, 1)) == nil {
		t.Error("maps of two sizes went into one file")
	}
}

func FuzzDensityReader(f *testing.F) {
	b := make([]byte, npyHeader+24)
	copy(b, "\x93NUMPY\x01\x00")
	binary.LittleEndian.PutUint16(b[8:], npyHeader-10)
	f.Add(b)
	f.Fuzz(func(t *testing.T, b []byte) {
		r, err := newDensityReader(bytes.NewReader(b))
		for err == nil {
			_, err = r.Next()
		}
	})
}
