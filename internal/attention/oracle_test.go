package attention

import (
	"encoding/binary"
	"encoding/json"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/saccade-dev/saccade/internal/nn"
	"github.com/saccade-dev/saccade/internal/pix"
)

// TestOracle compares result and speed with ONNX Runtime on the same weights and one thread. It wants SACCADE_ORT to
// name a directory in which "npm install --ignore-scripts onnxruntime-node@1.30.0" was run, and node.
func TestOracle(t *testing.T) {
	dir := os.Getenv("SACCADE_ORT")
	if dir == "" {
		t.Skip("SACCADE_ORT does not name a directory with node_modules/onnxruntime-node")
	}
	const height, width, runs = 224, 384, 150
	file, _ := files(t)
	w, err := nn.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	c, err := parse(w.Metadata("config"))
	if err != nil {
		t.Fatal(err)
	}
	img := page(width, height, 0)
	args := oracleFiles(t, writeONNX(t, w, c, height, width), c, img)
	n, err := newNeural(file, kernelSets(t)[0])
	if err != nil {
		t.Fatal(err)
	}
	r := n.net.newRunner(width, height)
	r.in.RGB = img.Pix
	ours, theirs := timing{math.Inf(1), math.Inf(1)}, timing{math.Inf(1), math.Inf(1)}
	var logits []float32
	for range 3 { // by turns, so that a busy machine disturbs both alike
		took, got := onnxRuntime(t, dir, append(args, strconv.Itoa(runs)))
		theirs, logits = theirs.least(took), got
		took = timing{Min: math.Inf(1)}
		before := cpuTime()
		for range runs {
			start := time.Now()
			r.imageMode()
			took.Min = min(took.Min, time.Since(start).Seconds()*1000)
		}
		took.CPU = (cpuTime() - before).Seconds() * 1000 / runs
		ours = ours.least(took)
	}
	worst := 0.0
	for i, v := range logits {
		worst = max(worst, math.Abs(float64(v-r.logits[i])))
	}
	ratio := ours.CPU / theirs.CPU // the clock means little on a busy machine
	t.Logf("%s: least %.2f ms, processor time %.2f ms; ONNX Runtime: %.2f ms, %.2f ms; %.2f times; logits differ by up to %.2g",
		n.Kernels(), ours.Min, ours.CPU, theirs.Min, theirs.CPU, ratio, worst)
	if !(worst < 2e-3) {
		t.Errorf("logits differ from ONNX Runtime by %g", worst)
	}
	if ratio > 1.1 {
		t.Errorf("the engine takes %.2f times as long as ONNX Runtime", ratio)
	}
}

// oracleFiles writes model and input and returns the script's arguments.
func oracleFiles(t *testing.T, model []byte, c config, img *pix.RGB) []string {
	dir := t.TempDir()
	write := func(name string, b []byte) string {
		name = filepath.Join(dir, name)
		if err := os.WriteFile(name, b, 0o600); err != nil {
			t.Fatal(err)
		}
		return name
	}
	var input []byte
	for ch := range 3 {
		for i := range img.W * img.H {
			v := (float32(img.Pix[3*i+ch])/255 - c.Mean[ch]) / c.Std[ch]
			input = binary.LittleEndian.AppendUint32(input, math.Float32bits(v))
		}
	}
	return []string{write("model.onnx", model), write("input", input), write("output", nil),
		strconv.Itoa(img.H), strconv.Itoa(img.W)}
}

// timing is the least time of a run and the processor time per run in milliseconds.
type timing struct{ Min, CPU float64 }

func (a timing) least(b timing) timing { return timing{min(a.Min, b.Min), min(a.CPU, b.CPU)} }

// onnxRuntime runs ONNX Runtime and returns how long it took, and the logits.
func onnxRuntime(t *testing.T, dir string, args []string) (timing, []float32) {
	script, err := filepath.Abs("testdata/oracle.cjs")
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("node", append([]string{script}, args...)...)
	cmd.Env = append(os.Environ(), "NODE_PATH="+filepath.Join(dir, "node_modules"))
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		t.Skip("ONNX Runtime does not run here: ", err)
	}
	var times timing
	if err := json.Unmarshal(out, &times); err != nil {
		t.Fatal(err)
	}
	raw, err := os.ReadFile(args[2])
	if err != nil {
		t.Fatal(err)
	}
	logits := make([]float32, len(raw)/4)
	for i := range logits {
		logits[i] = math.Float32frombits(binary.LittleEndian.Uint32(raw[4*i:]))
	}
	return times, logits
}
