package webm_test

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"time"

	"github.com/saccade-dev/saccade/internal/webm"
)

// A file is judged before anything is decoded; the error says what to do.
func ExampleScan() {
	upload := []byte("------WebKitFormBoundary7MA4YWxk\r\nContent-Disposition: form-data; name=\"file\"\r\n\r\n")
	_, err := webm.Scan(context.Background(), bytes.NewReader(upload), int64(len(upload)))
	fmt.Println(err)
	// Output:
	// invalid_input_configuration: The file is not a WebM video: it is a web form (multipart/form-data) around a file. Please send the bytes of the file itself as the body of the PUT, not a form.
}

// Uncompressed frames go through a pipe with their times.
func ExampleRawWriter() {
	var pipe bytes.Buffer
	w, err := webm.NewRawWriter(&pipe, webm.RawHeader{Width: 4, Height: 2})
	if err != nil {
		panic(err)
	}
	frame := image.NewYCbCr(image.Rect(0, 0, 4, 2), image.YCbCrSubsampleRatio420)
	for _, at := range []time.Duration{0, 33 * time.Millisecond} {
		if err := w.Write(frame, at); err != nil {
			panic(err)
		}
	}
	r := webm.NewRawReader(&pipe)
	head, err := r.Header()
	if err != nil {
		panic(err)
	}
	buf := make([]byte, head.FrameSize())
	for {
		at, err := r.Next(buf)
		if err != nil {
			break
		}
		fmt.Printf("%d x %d at %v\n", head.Width, head.Height, at)
	}
	// Output:
	// 4 x 2 at 0s
	// 4 x 2 at 33ms
}
