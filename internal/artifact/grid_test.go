package artifact_test

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"io"
	"math"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/artifact"
)

// writeGrid returns the file of some densities, half a second apart.
func writeGrid(t testing.TB, maps ...saccade.Density) []byte {
	t.Helper()
	var b bytes.Buffer
	w := artifact.NewGridWriter(&b)
	for i, d := range maps {
		if err := w.Write(70+float64(i)/2, d); err != nil {
			t.Fatal(err)
		}
	}
	return b.Bytes()
}

// TestGridIsAsDocumented writes and reads the example of docs/numbers.md.
func TestGridIsAsDocumented(t *testing.T) {
	doc, err := os.ReadFile("../../docs/numbers.md")
	if err != nil {
		t.Fatal(err)
	}
	block := regexp.MustCompile(`(?s)## attention\.grid.*?\n\n((?:    [0-9a-f ]+\n|    [0-9a-f ]+  [^\n]*\n)+)`).FindSubmatch(doc)
	if block == nil {
		t.Fatal("docs/numbers.md shows no bytes of attention.grid")
	}
	var text strings.Builder
	for line := range strings.Lines(string(block[1])) {
		digits, _, _ := strings.Cut(strings.TrimPrefix(line, "    "), "  ")
		text.WriteString(strings.Map(func(r rune) rune {
			if strings.ContainsRune("0123456789abcdef", r) {
				return r
			}
			return -1
		}, digits))
	}
	want, err := hex.DecodeString(text.String())
	if err != nil {
		t.Fatal(err)
	}
	d := saccade.Density{W: 3, H: 2, V: []float32{0.5, 0.125, 0, 0.25, 0.125, 0}}
	if diff := cmp.Diff(want, writeGrid(t, d)); diff != "" {
		t.Errorf("the example and what is written: %s", diff)
	}
	r, err := artifact.NewGridReader(bytes.NewReader(want))
	if err != nil || r.W != 3 || r.H != 2 {
		t.Fatalf("%+v, %v", r, err)
	}
	at, got, err := r.Next()
	if err != nil || at != 70 || math.Abs(float64(got.V[1])-0.5*128*128/255/255) > 1e-7 || got.V[0] != 0.5 || got.V[5] != 0 {
		t.Errorf("at %v: %v, %v", at, got.V, err)
	}
	if _, _, err := r.Next(); !errors.Is(err, io.EOF) {
		t.Errorf("a second frame: %v", err)
	}
}

func TestGridKeepsDensities(t *testing.T) {
	maps := []saccade.Density{someDensity(48, 30, 1), someDensity(48, 30, 2), saccade.NewDensity(48, 30), someDensity(48, 30, 3)}
	r, err := artifact.NewGridReader(bytes.NewReader(writeGrid(t, maps...)))
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range maps {
		at, got, err := r.Next()
		if err != nil || at != 70+float64(i)/2 {
			t.Fatalf("frame %d at %v: %v", i, at, err)
		}
		var top float64
		for _, v := range want.V {
			top = max(top, float64(v))
		}
		for j, v := range want.V {
			bound := top * (math.Sqrt(float64(v)/top) + 1.0/1020) / 255
			if diff := math.Abs(float64(got.V[j]) - float64(v)); diff > bound*1.0001 {
				t.Fatalf("frame %d, cell %d: %v became %v, off by more than %v", i, j, v, got.V[j], bound)
			}
		}
		if s := got.Sum(); math.Abs(s-1) > 5e-3 {
			t.Errorf("frame %d: the sum is %v", i, s)
		}
	}
}

func TestGridWriterRefusesAnotherSize(t *testing.T) {
	w := artifact.NewGridWriter(io.Discard)
	if err := w.Write(0, someDensity(3, 2, 1)); err != nil {
		t.Fatal(err)
	}
	if w.Write(1, someDensity(2, 3, 1)) == nil {
		t.Error("two sizes in one file")
	}
}

// gridWith returns a file of one frame of 3 x 2 with some of its bytes replaced.
func gridWith(t *testing.T, offset int, value any) []byte {
	t.Helper()
	b := writeGrid(t, someDensity(3, 2, 1))
	if _, err := binary.Encode(b[offset:], binary.LittleEndian, value); err != nil {
		t.Fatal(err)
	}
	return b
}

func TestGridReaderRefuses(t *testing.T) {
	good := writeGrid(t, someDensity(3, 2, 1), someDensity(3, 2, 2))
	for name, tt := range map[string]struct {
		b    []byte
		want string
	}{
		"empty":           {nil, "unexpected EOF"},
		"short header":    {good[:15], "unexpected EOF"},
		"foreign":         {bytes.Repeat([]byte{7}, 400), "no grid"},
		"another version": {gridWith(t, 4, uint32(2)), "version 2"},
		"no rows":         {gridWith(t, 8, uint32(0)), "none of a density"},
		"huge":            {gridWith(t, 8, uint32(math.MaxUint32)), "none of a density"},
		"cut":             {good[:len(good)-1], "frame 1: unexpected EOF"},
		"no time":         {gridWith(t, 16, math.NaN()), "frame 0: time NaN"},
		"no end of time":  {gridWith(t, 16, math.Inf(1)), "frame 0: time +Inf"},
		"back in time":    {append(bytes.Clone(good), good[16:34]...), "frame 2: time 70 after 70.5"},
		"no maximum":      {gridWith(t, 24, float32(math.NaN())), "maximum"},
		"negative":        {gridWith(t, 24, float32(-1)), "maximum"},
	} {
		r, err := artifact.NewGridReader(bytes.NewReader(tt.b))
		for err == nil {
			_, _, err = r.Next()
		}
		if errors.Is(err, io.EOF) && tt.want != "unexpected EOF" || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v, want %q", name, err, tt.want)
		}
	}
}

func TestWholeGrid(t *testing.T) {
	b := writeGrid(t, someDensity(3, 2, 1), someDensity(3, 2, 2)) // frames of 18 bytes behind 16
	for size, want := range map[int]int64{0: 0, 15: 0, 16: 0, 33: 0, 34: 34, 35: 34, 51: 34, 52: 52} {
		if got, err := artifact.WholeGrid(bytes.NewReader(b[:size]), int64(size)); got != want || err != nil {
			t.Errorf("of %d bytes %d are whole, want %d (%v)", size, got, want, err)
		}
	}
	if _, err := artifact.WholeGrid(bytes.NewReader(bytes.Repeat([]byte{7}, 99)), 99); err == nil {
		t.Error("a foreign file has whole frames")
	}
}

// FuzzGrid: whatever is read keeps its bounds, and a file ends behind a whole frame.
func FuzzGrid(f *testing.F) {
	f.Add(writeGrid(f, someDensity(3, 2, 1), someDensity(3, 2, 2)))
	f.Add(writeGrid(f, saccade.NewDensity(1, 1)))
	f.Fuzz(func(t *testing.T, b []byte) {
		r, err := artifact.NewGridReader(bytes.NewReader(b))
		if err != nil {
			return
		}
		for n := 0; ; n++ {
			at, d, err := r.Next()
			if errors.Is(err, io.EOF) && len(b) != 16+n*(12+r.W*r.H) {
				t.Fatalf("%d frames of %dx%d in %d bytes", n, r.W, r.H, len(b))
			}
			if err != nil {
				return
			}
			if math.IsNaN(at) || len(d.V) != r.W*r.H {
				t.Fatalf("at %v: %d cells of %dx%d", at, len(d.V), r.W, r.H)
			}
			for _, v := range d.V {
				if !(v >= 0 && v <= 2) {
					t.Fatalf("a cell is %v", v)
				}
			}
		}
	})
}
