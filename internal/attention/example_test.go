package attention_test

import (
	"fmt"
	"time"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/attention"
	"github.com/saccade-dev/saccade/internal/pix"
)

// scene returns a gray image with one red square, its upper left corner at
// (x, y).
func scene(w, h, x, y int) *pix.RGB {
	p := pix.New(w, h)
	for i := range p.Pix {
		p.Pix[i] = 128
	}
	for j := y; j < y+h/6; j++ {
		for i := x; i < x+h/6; i++ {
			copy(p.Pix[3*(j*w+i):], []byte{220, 40, 30})
		}
	}
	return p
}

// left returns the share of attention in the left half of a density.
func left(d saccade.Density) (share float32) {
	for y := range d.H {
		for x := range d.W / 2 {
			share += d.At(x, y)
		}
	}
	return share
}

// A density is absolute: its weights sum to 1 over the image, so the sum over
// an area is the share of attention that the area receives.
func ExamplePredictor_image() {
	model, err := attention.ByName("baseline")
	if err != nil {
		fmt.Println(err)
		return
	}
	d, err := model.Image(scene(640, 480, 80, 200), attention.PriorNone)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(model.Name(), d.W, "x", d.H, d.Validate())
	fmt.Println("most of it on the left:", left(d) > 0.6)
	// Output:
	// baseline 96 x 72 <nil>
	// most of it on the left: true
}

// A prior adds what people do whatever is shown; "none" leaves it out.
func ExamplePrior() {
	model := attention.NewBaseline()
	img := scene(640, 480, 20, 20)
	center := func(p attention.Prior) (share float32) {
		d, err := model.Image(img, p)
		if err != nil {
			fmt.Println(err)
			return 0
		}
		for y := d.H / 4; y < 3*d.H/4; y++ {
			for x := d.W / 4; x < 3*d.W/4; x++ {
				share += d.At(x, y)
			}
		}
		return share
	}
	fmt.Println(center(attention.PriorNatural) > 2*center(attention.PriorNone))
	_, err := model.Image(img, "sideways")
	fmt.Println(err)
	// Output:
	// true
	// attention: unknown prior "sideways"
}

// A stream has a working size of its own, to which the caller scales the frames.
// The density it returns is valid until the next frame.
func ExampleStream() {
	stream, err := attention.NewBaseline().NewStream(1920, 1080, attention.PriorNone)
	if err != nil {
		fmt.Println(err)
		return
	}
	w, h := stream.Size()
	fmt.Println(w, "x", h)
	for i := range 4 {
		frame := scene(w, h, 10, h/3)
		if i >= 2 { // a cut: nothing of the earlier frames may remain
			frame = scene(w, h, w-h/6-10, h/3)
			for k := range frame.Pix {
				frame.Pix[k] /= 3
			}
		}
		d, err := stream.Next(frame, time.Duration(i)*time.Second/25)
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println("left:", left(d) > 0.5)
	}
	_, err = stream.Next(pix.New(9, 9), time.Second)
	fmt.Println(err)
	// Output:
	// 222 x 124
	// left: true
	// left: true
	// left: false
	// left: false
	// attention: the frame has 9 x 9 pixels, the stream wants 222 x 124
}

// The weight of the web prior under PriorAuto comes from the image itself.
func ExamplePageProbability() {
	boxes := scene(640, 480, 80, 200) // flat areas, straight edges, few colors
	noise, seed := pix.New(64, 48), uint32(1)
	for i := range noise.Pix {
		seed = seed*1664525 + 1013904223
		noise.Pix[i] = byte(seed >> 24)
	}
	fmt.Println("drawn:", attention.PageProbability(boxes) > 0.5)
	fmt.Println("noise:", attention.PageProbability(noise.Scale(640, 480)) > 0.5)
	// Output:
	// drawn: true
	// noise: false
}
