package nn

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"math"
)

// Weights is a read safetensors file: named tensors and a table of texts. It is immutable and keeps the file's bytes.
type Weights struct {
	tensors  map[string]entry
	metadata map[string]string
	data     []byte
}

// entry is the description of one tensor in the file's header.
type entry struct {
	DType   string   `json:"dtype"`
	Shape   []int    `json:"shape"`
	Offsets [2]int64 `json:"data_offsets"`
}

// Open reads a safetensors file. Numbers may be F16, F32, U8 or I64; anything that does not fit together is an error.
func Open(file []byte) (*Weights, error) {
	if len(file) < 8 {
		return nil, errors.New("nn: weights: the file is shorter than its header")
	}
	n := binary.LittleEndian.Uint64(file)
	if n > uint64(len(file)-8) {
		return nil, fmt.Errorf("nn: weights: the header claims %d bytes, the file has %d", n, len(file)-8)
	}
	var header map[string]json.RawMessage
	if err := json.Unmarshal(file[8:8+n], &header); err != nil {
		return nil, fmt.Errorf("nn: weights: header: %w", err)
	}
	w := &Weights{tensors: map[string]entry{}, data: file[8+n:]}
	for name, raw := range header {
		if name == "__metadata__" {
			if err := json.Unmarshal(raw, &w.metadata); err != nil {
				return nil, fmt.Errorf("nn: weights: metadata: %w", err)
			}
			continue
		}
		var e entry
		if err := json.Unmarshal(raw, &e); err != nil {
			return nil, fmt.Errorf("nn: weights: tensor %q: %w", name, err)
		}
		if err := e.validate(int64(len(w.data))); err != nil {
			return nil, fmt.Errorf("nn: weights: tensor %q: %w", name, err)
		}
		w.tensors[name] = e
	}
	return w, nil
}

// validate checks an entry against the bytes there are.
func (e entry) validate(have int64) error {
	size := map[string]int64{"F16": 2, "F32": 4, "U8": 1, "I64": 8}[e.DType]
	if size == 0 {
		return fmt.Errorf("unknown type %q", e.DType)
	}
	start, end := e.Offsets[0], e.Offsets[1]
	if start < 0 || end < start || end > have {
		return fmt.Errorf("bytes %d to %d of %d", start, end, have)
	}
	if len(e.Shape) > 8 {
		return fmt.Errorf("%d dimensions", len(e.Shape))
	}
	count := int64(1)
	for _, d := range e.Shape {
		if d < 0 || (d > 0 && count > have/int64(d)) {
			return fmt.Errorf("shape %v is larger than the file", e.Shape)
		}
		count *= int64(d)
	}
	if count*size != end-start {
		return fmt.Errorf("shape %v does not fill bytes %d to %d", e.Shape, start, end)
	}
	return nil
}

// Metadata returns a text of the file's table, "" when it is not there.
func (w *Weights) Metadata(key string) string { return w.metadata[key] }

// Has reports whether there is a tensor with this name.
func (w *Weights) Has(name string) bool {
	_, ok := w.tensors[name]
	return ok
}

// Shape returns a tensor's dimensions, nil when it is not there.
func (w *Weights) Shape(name string) []int { return w.tensors[name].Shape }

// Bytes returns the numbers of a U8 tensor, which must not be changed.
func (w *Weights) Bytes(name string) ([]byte, error) {
	e, ok := w.tensors[name]
	if !ok || e.DType != "U8" {
		return nil, fmt.Errorf("nn: weights: no bytes %q", name)
	}
	return w.data[e.Offsets[0]:e.Offsets[1]], nil
}

// Floats returns the numbers of an F16 or F32 tensor, which must be finite. The last dimension runs fastest.
func (w *Weights) Floats(name string) ([]float32, error) {
	e, ok := w.tensors[name]
	if !ok {
		return nil, fmt.Errorf("nn: weights: no tensor %q", name)
	}
	raw := w.data[e.Offsets[0]:e.Offsets[1]]
	var out []float32
	switch e.DType {
	case "F16":
		out = make([]float32, len(raw)/2)
		for i := range out {
			out[i] = half(binary.LittleEndian.Uint16(raw[2*i:]))
		}
	case "F32":
		out = make([]float32, len(raw)/4)
		for i := range out {
			out[i] = math.Float32frombits(binary.LittleEndian.Uint32(raw[4*i:]))
		}
	default:
		return nil, fmt.Errorf("nn: weights: tensor %q is %s, not floats", name, e.DType)
	}
	for _, x := range out {
		if x-x != 0 {
			return nil, fmt.Errorf("nn: weights: tensor %q has a number that is not finite", name)
		}
	}
	return out, nil
}

// half turns the bits of a half-precision float into a float32.
func half(h uint16) float32 {
	sign, exponent, fraction := uint32(h>>15)<<31, uint32(h>>10)&31, uint32(h)&1023
	switch exponent {
	case 0:
		x := float32(fraction) * (1.0 / (1 << 24))
		return math.Float32frombits(math.Float32bits(x) | sign)
	case 31:
		return math.Float32frombits(sign | 0x7f800000 | fraction<<13)
	}
	return math.Float32frombits(sign | (exponent+112)<<23 | fraction<<13)
}
