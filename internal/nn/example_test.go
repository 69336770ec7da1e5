package nn_test

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math"

	"github.com/saccade-dev/saccade/internal/nn"
)

// tensor is a named tensor of a made-up weights file.
type tensor struct {
	name   string
	shape  []int
	values []float32
}

// safetensors returns a weights file with these tensors as F32.
func safetensors(tensors ...tensor) []byte {
	header, data := map[string]any{}, []byte(nil)
	for _, t := range tensors {
		start := len(data)
		for _, v := range t.values {
			data = binary.LittleEndian.AppendUint32(data, math.Float32bits(v))
		}
		header[t.name] = map[string]any{"dtype": "F32", "shape": t.shape, "data_offsets": []int{start, len(data)}}
	}
	text, err := json.Marshal(header)
	if err != nil {
		panic(err)
	}
	file := binary.LittleEndian.AppendUint64(nil, uint64(len(text)))
	return append(append(file, text...), data...)
}

// A weights file is checked as a whole when it is opened; a torn one is refused before any tensor is read.
func ExampleOpen() {
	file := safetensors(tensor{"head.b", []int{2}, []float32{0.5, -1}})
	w, err := nn.Open(file)
	if err != nil {
		fmt.Println(err)
		return
	}
	bias, err := w.Floats("head.b")
	fmt.Println(w.Shape("head.b"), bias, err)

	_, err = nn.Open(file[:len(file)-4])
	fmt.Println(err)
	// Output:
	// [2] [0.5 -1] <nil>
	// nn: weights: tensor "head.b": bytes 0 to 8 of 4
}

// Layers are packed once for a set of kernels; a plan binds them to maps of one size and runs as often as needed.
// Channels of a map are padded with zeros to a multiple of 8.
func ExamplePlan_Pointwise() {
	kernels := nn.GoKernels()
	weights, err := nn.Open(safetensors(
		tensor{"mix.w", []int{2, 3, 1, 1}, []float32{1, 1, 1, 2, 0, -1}}, // outputs x inputs
		tensor{"mix.b", []int{2}, []float32{0, -3}},
	))
	if err != nil {
		fmt.Println(err)
		return
	}
	loader := nn.NewLoader(kernels, weights)
	mix := loader.Pointwise("mix", nn.Layout{3}, nn.Layout{2}, nn.ReLU)
	if err := loader.Err(); err != nil {
		fmt.Println(err)
		return
	}

	space := nn.NewWorkspace(kernels)
	in, plan := space.Map(1, 2, nn.Layout{3}.Padded()), space.Plan()
	out := plan.Pointwise(mix, in)
	space.Ready()

	copy(in.Data[0:], []float32{1, 2, 3})    // pixel 0
	copy(in.Data[in.C:], []float32{4, 5, 6}) // pixel 1
	plan.Run()
	fmt.Println(out.Data[0:2], out.Data[out.C:out.C+2])
	// Output:
	// [6 0] [15 0]
}

// A map that is kept holds the state of a recurrent unit from run to run; zeros start a new sequence.
func ExamplePlan_GRU() {
	kernels := nn.GoKernels()
	zeros := func(n int) []float32 { return make([]float32, n) }
	center := []float32{0, 0, 0, 0, 1, 0, 0, 0, 0}
	weights, err := nn.Open(safetensors(
		tensor{"gru.in.w", []int{1, 1, 1, 1}, []float32{1}}, tensor{"gru.in.b", []int{1}, zeros(1)},
		tensor{"gru.zr.dw.w", []int{2, 1, 3, 3}, zeros(18)}, tensor{"gru.zr.dw.b", []int{2}, zeros(2)},
		tensor{"gru.zr.pw.w", []int{2, 2, 1, 1}, zeros(4)}, tensor{"gru.zr.pw.b", []int{2}, zeros(2)},
		tensor{"gru.n.dw.w", []int{2, 1, 3, 3}, append(center[:9:9], zeros(9)...)}, tensor{"gru.n.dw.b", []int{2}, zeros(2)},
		tensor{"gru.n.pw.w", []int{1, 2, 1, 1}, []float32{1, 0}}, tensor{"gru.n.pw.b", []int{1}, zeros(1)},
		tensor{"gru.out.w", []int{1, 1, 1, 1}, []float32{1}}, tensor{"gru.out.b", []int{1}, zeros(1)},
	))
	if err != nil {
		fmt.Println(err)
		return
	}
	loader := nn.NewLoader(kernels, weights)
	unit := loader.GRU("gru", 1, 1)
	if err := loader.Err(); err != nil {
		fmt.Println(err)
		return
	}

	space := nn.NewWorkspace(kernels)
	in, state, plan := space.Map(1, 1, 8), space.Keep(1, 1, 8), space.Plan()
	out := plan.GRU(unit, in, state)
	space.Ready()

	in.Data[0] = 1
	for range 3 { // all gates are half open: the state approaches tanh(1) by half of the way each time
		plan.Run()
		fmt.Printf("state %.3f, output %.3f\n", state.Data[0], out.Data[0])
	}
	clear(state.Data)
	plan.Run()
	fmt.Printf("new sequence: state %.3f\n", state.Data[0])
	// Output:
	// state 0.381, output 1.381
	// state 0.571, output 1.571
	// state 0.666, output 1.666
	// new sequence: state 0.381
}

// Every machine has the kernels "go", the reference of all others.
func ExampleChoose() {
	k, err := nn.Choose("go")
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(k.Name(), k.Check())
	_, err = nn.Choose("mmx")
	fmt.Println(err != nil)
	// Output:
	// go <nil>
	// true
}
