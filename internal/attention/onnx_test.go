package attention

import (
	"encoding/binary"
	"fmt"
	"math"
	"testing"

	"github.com/saccade-dev/saccade/internal/nn"
)

// message is a protocol buffer being written.
type message []byte

func (m *message) number(field int, v int64) {
	*m = binary.AppendUvarint(*m, uint64(field)<<3)
	*m = binary.AppendUvarint(*m, uint64(v))
}

func (m *message) bytes(field int, b []byte) {
	*m = binary.AppendUvarint(*m, uint64(field)<<3|2)
	*m = binary.AppendUvarint(*m, uint64(len(b)))
	*m = append(*m, b...)
}

func (m *message) text(field int, s string) { m.bytes(field, []byte(s)) }

// onnx writes a network as ONNX, for a comparison with ONNX Runtime.
type onnx struct {
	t       *testing.T
	w       *nn.Weights
	act     string
	graph   message
	names   int
	written map[string]bool
}

// attribute is a named number or list of a node: int, float32, string or []int.
type attribute struct {
	name  string
	value any
}

// encode writes an attribute.
func (a attribute) encode() message {
	var m message
	m.text(1, a.name)
	switch v := a.value.(type) {
	case int:
		m.number(3, int64(v))
		m.number(20, 2)
	case float32:
		m = binary.AppendUvarint(m, 2<<3|5)
		m = binary.LittleEndian.AppendUint32(m, math.Float32bits(v))
		m.number(20, 1)
	case string:
		m.text(4, v)
		m.number(20, 3)
	case []int:
		for _, i := range v {
			m.number(8, int64(i))
		}
		m.number(20, 7)
	}
	return m
}

// node adds a node and returns the name of its output.
func (o *onnx) node(op string, inputs []string, attributes ...attribute) string {
	o.names++
	out := fmt.Sprintf("v%d", o.names)
	var n message
	for _, in := range inputs {
		n.text(1, in)
	}
	n.text(2, out)
	n.text(4, op)
	for _, a := range attributes {
		n.bytes(5, a.encode())
	}
	o.graph.bytes(1, n)
	return out
}

// constant adds an initializer.
func (o *onnx) constant(name string, shape []int, x []float32) string {
	if o.written[name] {
		return name
	}
	o.written[name] = true
	var m message
	for _, d := range shape {
		m.number(1, int64(d))
	}
	m.number(2, 1)
	m.text(8, name)
	var raw []byte
	for _, v := range x {
		raw = binary.LittleEndian.AppendUint32(raw, math.Float32bits(v))
	}
	m.bytes(9, raw)
	o.graph.bytes(5, m)
	return name
}

// conv adds the convolution name.w, name.b.
func (o *onnx) conv(name, in string, stride int, depthwise bool) string {
	shape := o.w.Shape(name + ".w")
	for _, part := range []string{name + ".w", name + ".b"} {
		x, err := o.w.Floats(part)
		if err != nil {
			o.t.Fatal(err)
		}
		o.constant(part, o.w.Shape(part), x)
	}
	group, k := 1, shape[2]
	if depthwise {
		group = shape[0]
	}
	return o.node("Conv", []string{in, name + ".w", name + ".b"}, attribute{"group", group}, attribute{"strides", []int{stride, stride}},
		attribute{"kernel_shape", []int{k, k}}, attribute{"pads", []int{k / 2, k / 2, k / 2, k / 2}}, attribute{"dilations", []int{1, 1}})
}

// activated adds the network's activation.
func (o *onnx) activated(in string) string {
	if o.act == "hswish" {
		return o.node("HardSwish", []string{in})
	}
	return o.node("Clip", []string{in, o.constant("zero", nil, []float32{0}), o.constant("six", nil, []float32{6})})
}

// block adds block i.
func (o *onnx) block(i, width int, b blockSpec, in string) string {
	name := fmt.Sprintf("blocks.%d", i)
	x := in
	if b.E != width {
		x = o.activated(o.conv(name+".expand", x, 1, false))
	}
	x = o.activated(o.conv(name+".dw", x, b.S, true))
	if b.Se > 0 {
		g := o.node("Relu", []string{o.conv(name+".se1", o.node("GlobalAveragePool", []string{x}), 1, false)})
		g = o.node("HardSigmoid", []string{o.conv(name+".se2", g, 1, false)}, attribute{"alpha", float32(1.0 / 6)}, attribute{"beta", float32(0.5)})
		x = o.node("Mul", []string{x, g})
	}
	x = o.conv(name+".project", x, 1, false)
	if b.S == 1 && width == b.O {
		x = o.node("Add", []string{in, x})
	}
	return x
}

// separable adds a separable convolution.
func (o *onnx) separable(name, in string) string {
	return o.activated(o.conv(name+".pw", o.activated(o.conv(name+".dw", in, 1, true)), 1, false))
}

// joined adds the concatenation of the doubled first and the second map.
func (o *onnx) joined(small, fine string) string {
	up := o.node("Resize", []string{small, "", o.constant("twice", []int{4}, []float32{1, 1, 2, 2})},
		attribute{"mode", "linear"}, attribute{"coordinate_transformation_mode", "half_pixel"})
	return o.node("Concat", []string{up, fine}, attribute{"axis", 1})
}

// value is a ValueInfoProto of floats.
func value(name string, shape ...int) message {
	var dims, tensor, kind, m message
	for _, d := range shape {
		var dim message
		dim.number(1, int64(d))
		dims.bytes(1, dim)
	}
	tensor.number(1, 1)
	tensor.bytes(2, dims)
	kind.bytes(1, tensor)
	m.text(1, name)
	m.bytes(2, kind)
	return m
}

// writeONNX returns the network in a weights file, without recurrent branch and prior, as an ONNX model: "image" is the
// normalized image, "logits" the output.
func writeONNX(t *testing.T, w *nn.Weights, c config, height, width int) []byte {
	o := &onnx{t: t, w: w, act: c.Act, written: map[string]bool{}}
	x := o.activated(o.conv("stem", "image", 2, false))
	channels := c.Stem
	var taps []string
	for i, b := range c.Blocks {
		if b.S == 2 && i > 0 {
			taps = append(taps, x)
		}
		x = o.block(i, channels, b, x)
		channels = b.O
	}
	taps = append(taps, x)
	for i, name := range []string{"lat4", "lat8", "lat16", "lat32"} {
		taps[i] = o.activated(o.conv(name, taps[i], 1, false))
	}
	x = o.node("Add", []string{taps[3], o.separable("ctx", taps[3])})
	for i, name := range []string{"d16", "d8", "d4"} {
		x = o.separable(name, o.joined(x, taps[2-i]))
	}
	last := o.conv("head", x, 1, false)
	var out message
	out.text(1, last)
	out.text(2, "logits")
	out.text(4, "Identity")
	o.graph.bytes(1, out)
	o.graph.text(2, "saccade")
	o.graph.bytes(11, value("image", 1, 3, height, width))
	o.graph.bytes(12, value("logits", 1, 1, height/4, width/4))
	var opset, model message
	opset.text(1, "")
	opset.number(2, 14)
	model.number(1, 8)
	model.bytes(7, o.graph)
	model.bytes(8, opset)
	return model
}
