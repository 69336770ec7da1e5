package ffmpeg

import (
	"context"
	"os"

	"github.com/saccade-dev/saccade/internal/webm"
)

// scanFile judges the container of a file.
func scanFile(ctx context.Context, path string) (webm.Info, error) {
	return withFile(path, func(f *os.File, size int64) (webm.Info, error) { return webm.Scan(ctx, f, size) })
}

// scanAudio judges a file of audio that we have made.
func scanAudio(ctx context.Context, path string) (webm.Info, error) {
	return withFile(path, func(f *os.File, size int64) (webm.Info, error) { return webm.ScanAudio(ctx, f, size) })
}

func withFile(path string, scan func(*os.File, int64) (webm.Info, error)) (webm.Info, error) {
	f, err := os.Open(path)
	if err != nil {
		return webm.Info{}, err
	}
	defer f.Close()
	st, err := f.Stat()
	if err != nil {
		return webm.Info{}, err
	}
	return scan(f, st.Size())
}
