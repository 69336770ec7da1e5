package ffmpeg

import (
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestThreads says who gets how many of the cores.
func TestThreads(t *testing.T) {
	type shares struct {
		Alone, Beside int // threads of a decoder
		Encoder       [3]string
	}
	encoder := func(width, threads int) string {
		args := VP9Args(width, width*9/16, threads)
		value := func(name string) string { return args[slices.Index(args, name)+1] }
		return fmt.Sprintf("%s threads, 2^%s tiles", value("-threads"), value("-tile-columns"))
	}
	for threads, want := range map[int]shares{
		1: {1, 1, [3]string{"1 threads, 2^0 tiles", "1 threads, 2^1 tiles", "1 threads, 2^1 tiles"}},
		2: {2, 1, [3]string{"1 threads, 2^0 tiles", "2 threads, 2^1 tiles", "2 threads, 2^1 tiles"}},
		3: {3, 1, [3]string{"1 threads, 2^0 tiles", "2 threads, 2^1 tiles", "2 threads, 2^1 tiles"}},
		4: {4, 2, [3]string{"1 threads, 2^0 tiles", "4 threads, 2^2 tiles", "4 threads, 2^2 tiles"}},
		8: {8, 4, [3]string{"1 threads, 2^0 tiles", "4 threads, 2^2 tiles", "8 threads, 2^3 tiles"}},
	} {
		var got shares
		var alone, beside int
		got.Alone, alone = Alone.share(threads)
		got.Beside, beside = BesideEncoders.share(threads)
		for i, width := range []int{320, 1920, 3840} {
			got.Encoder[i] = encoder(width, threads)
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("%d threads (-want +got):\n%s", threads, d)
		}
		if alone != 0 || beside <= 0 {
			t.Errorf("a decoder is nicer by %d alone and by %d beside encoders, which go first", alone, beside)
		}
	}
}
