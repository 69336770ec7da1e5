package ffmpeg

import (
	"bytes"
	"testing"
)

func TestTailCountsAndForgets(t *testing.T) {
	var l tail
	for range 1000 {
		for _, part := range []string{"Error while deco", "ding stream #0:0: Invalid data\n", "something else\n"} {
			if _, err := l.Write([]byte(part)); err != nil {
				t.Fatal(err)
			}
		}
	}
	if _, err := l.Write(bytes.Repeat([]byte("x"), 100_000)); err != nil {
		t.Fatal(err)
	}
	if text, damaged := l.text(); damaged != 1000 || len(text) > maxTail || len(l.partial) > maxLine {
		t.Errorf("%d complaints, %d bytes kept, %d of a line", damaged, len(text), len(l.partial))
	}
}
