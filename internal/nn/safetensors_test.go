package nn

import (
	"encoding/binary"
	"math"
	"testing"
)

// file returns a safetensors file with this header and data.
func file(header string, data []byte) []byte {
	b := binary.LittleEndian.AppendUint64(nil, uint64(len(header)))
	return append(append(b, header...), data...)
}

func TestOpen(t *testing.T) {
	data := binary.LittleEndian.AppendUint32(nil, math.Float32bits(1.5))
	data = append(data, 0x00, 0x3c, 0x00, 0xc0) // 1, -2
	w, err := Open(file(`{"__metadata__":{"config":"{}"},"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},
		"b":{"dtype":"F16","shape":[2,1],"data_offsets":[4,8]}}`, data))
	if err != nil {
		t.Fatal(err)
	}
	a, errA := w.Floats("a")
	b, errB := w.Floats("b")
	if errA != nil || errB != nil || a[0] != 1.5 || b[0] != 1 || b[1] != -2 || w.Metadata("config") != "{}" {
		t.Errorf("read %v %v, %v %v", a, b, errA, errB)
	}
	if _, err := w.Floats("c"); err == nil {
		t.Error("a missing tensor was read")
	}
}

func TestHalf(t *testing.T) {
	for bits, want := range map[uint16]float32{0: 0, 1: 1.0 / (1 << 24), 0x0400: 1.0 / (1 << 14), 0x3c01: 1 + 1.0/1024,
		0x7bff: 65504, 0xc000: -2} {
		if got := half(bits); got != want {
			t.Errorf("half(%#x) = %v, want %v", bits, got, want)
		}
	}
	if !math.IsInf(float64(half(0x7c00)), 1) || half(0x7e00) == half(0x7e00) {
		t.Error("infinity or NaN is wrong")
	}
}

// hostile are files that must be refused.
func hostile() map[string][]byte {
	return map[string][]byte{
		"empty":           nil,
		"short":           {1, 2, 3},
		"huge header":     {255, 255, 255, 255, 255, 255, 255, 255, '{', '}'},
		"cut header":      file(`{"a":{`, nil),
		"not an object":   file(`[1]`, nil),
		"cut data":        file(`{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}`, make([]byte, 4)),
		"negative shape":  file(`{"a":{"dtype":"F32","shape":[-1,-1],"data_offsets":[0,4]}}`, make([]byte, 4)),
		"overflow":        file(`{"a":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,0]}}`, nil),
		"reversed":        file(`{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}}`, make([]byte, 4)),
		"negative offset": file(`{"a":{"dtype":"F32","shape":[1],"data_offsets":[-4,0]}}`, make([]byte, 4)),
		"odd type":        file(`{"a":{"dtype":"F8","shape":[1],"data_offsets":[0,1]}}`, make([]byte, 4)),
		"too few bytes":   file(`{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}`, make([]byte, 4)),
	}
}

func TestOpenRefuses(t *testing.T) {
	for name, b := range hostile() {
		if _, err := Open(b); err == nil {
			t.Errorf("%s was accepted", name)
		}
	}
	w, err := Open(file(`{"a":{"dtype":"F16","shape":[1],"data_offsets":[0,2]}}`, []byte{0, 0x7c}))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Floats("a"); err == nil {
		t.Error("an infinite weight was accepted")
	}
}

func FuzzOpen(f *testing.F) {
	for _, b := range hostile() {
		f.Add(b)
	}
	f.Add(file(`{"a":{"dtype":"F16","shape":[1],"data_offsets":[0,2]}}`, []byte{0, 0x3c}))
	f.Fuzz(func(t *testing.T, b []byte) {
		w, err := Open(b)
		if err != nil {
			return
		}
		for name, e := range w.tensors {
			x, err := w.Floats(name)
			n := 1
			for _, d := range e.Shape {
				n *= d
			}
			if err == nil && len(x) != n {
				t.Errorf("tensor %q of shape %v has %d numbers", name, e.Shape, len(x))
			}
		}
	})
}
