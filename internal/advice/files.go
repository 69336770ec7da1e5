package advice

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"regexp"
	"strconv"
	"strings"

	"github.com/saccade-dev/saccade"
)

// Limits of the files that are read back: a minute of video at 120 frames a
// second, with room to spare.
const (
	maxFramesBytes  = 64 << 20
	maxDensityBytes = 1 << 30
	maxImageBytes   = 256 << 20
	maxCells        = 1 << 22
	maxFrames       = 20000
)

// frame is the part of a line of frames.json that the rules use.
type frame struct {
	Time         float64             `json:"time"`
	Focus        int                 `json:"focus"`
	Clarity      int                 `json:"clarity"`
	Excitingness int                 `json:"excitingness"`
	Cut          bool                `json:"cut"`
	Gaze         []saccade.GazePoint `json:"gaze"`
}

// frameTable is frames.json (schema "saccade.frames/1").
type frameTable struct {
	Schema string  `json:"schema"`
	Width  int     `json:"width"`
	Height int     `json:"height"`
	Frames []frame `json:"frames"`
}

// decodeFrames reads frames.json.
func decodeFrames(r io.Reader) (*frameTable, error) {
	var t frameTable
	if err := json.NewDecoder(io.LimitReader(r, maxFramesBytes)).Decode(&t); err != nil {
		return nil, err
	}
	if !strings.HasPrefix(t.Schema, "saccade.frames/") {
		return nil, fmt.Errorf("schema is %q", t.Schema)
	}
	if len(t.Frames) == 0 || len(t.Frames) > maxFrames {
		return nil, fmt.Errorf("%d frames", len(t.Frames))
	}
	return &t, nil
}

var (
	npyType  = regexp.MustCompile(`'descr'\s*:\s*'<f4'`)
	npyOrder = regexp.MustCompile(`'fortran_order'\s*:\s*False`)
	npyShape = regexp.MustCompile(`'shape'\s*:\s*\(\s*([0-9, ]+)\)`)
)

// meanDensity reads density.npy, (h, w) or (frames, h, w) float32, and gives
// the mean over the frames. It holds one frame at a time.
func meanDensity(ctx context.Context, r io.Reader) (saccade.Density, error) {
	var none saccade.Density
	n, h, w, err := npyHeader(r)
	if err != nil {
		return none, err
	}
	sum := make([]float64, h*w)
	buf := make([]byte, 4*h*w)
	for range n {
		if err := ctx.Err(); err != nil {
			return none, err
		}
		if _, err := io.ReadFull(r, buf); err != nil {
			return none, err
		}
		for i := range sum {
			v := float64(math.Float32frombits(binary.LittleEndian.Uint32(buf[4*i:])))
			if !(v >= 0 && v <= 1) {
				return none, errors.New("a weight is out of range")
			}
			sum[i] += v
		}
	}
	d := saccade.Density{W: w, H: h, V: make([]float32, h*w)}
	for i, v := range sum {
		d.V[i] = float32(v / float64(n))
	}
	d.Normalize()
	return d, nil
}

// npyHeader reads the header of a NumPy file (format 1.0).
func npyHeader(r io.Reader) (n, h, w int, err error) {
	var head [10]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return 0, 0, 0, err
	}
	if string(head[:8]) != "\x93NUMPY\x01\x00" {
		return 0, 0, 0, errors.New("no NumPy file of format 1.0")
	}
	text := make([]byte, binary.LittleEndian.Uint16(head[8:]))
	if _, err := io.ReadFull(r, text); err != nil {
		return 0, 0, 0, err
	}
	shape := npyShape.FindSubmatch(text)
	if !npyType.Match(text) || !npyOrder.Match(text) || shape == nil {
		return 0, 0, 0, errors.New("no float32 array in C order")
	}
	var dims []int
	for s := range strings.SplitSeq(string(shape[1]), ",") {
		if s = strings.TrimSpace(s); s == "" {
			continue
		}
		v, err := strconv.Atoi(s)
		if err != nil || v < 1 || v > maxCells {
			return 0, 0, 0, fmt.Errorf("a side is %q", s)
		}
		dims = append(dims, v)
	}
	if len(dims) == 2 {
		dims = append([]int{1}, dims...)
	}
	if len(dims) != 3 || dims[0] > maxFrames || dims[1]*dims[2] > maxCells {
		return 0, 0, 0, fmt.Errorf("shape %v is none of a density", dims)
	}
	return dims[0], dims[1], dims[2], nil
}
