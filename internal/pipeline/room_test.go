package pipeline

import (
	"bytes"
	"context"
	"errors"
	"image"
	"image/png"
	"testing"
	"testing/synctest"

	"golang.org/x/sync/semaphore"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/pix"
)

// Images wait for the memory that others need, and one that cannot be read takes
// none.
func TestImagesWaitForMemory(t *testing.T) {
	var file bytes.Buffer
	if err := png.Encode(&file, image.NewGray(image.Rect(0, 0, 100, 80))); err != nil {
		t.Fatal(err)
	}
	synctest.Test(t, func(t *testing.T) {
		a := &Analyzer{room: semaphore.NewWeighted(pix.MaxPixels)}
		if err := a.room.Acquire(t.Context(), pix.MaxPixels-7999); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() {
			_, err := a.runImage(ctx, Job{Dir: t.TempDir()}, file.Bytes(), func(saccade.Progress) {})
			done <- err
		}()
		synctest.Wait()
		select {
		case err := <-done:
			t.Fatalf("it did not wait: %v", err)
		default:
		}
		cancel()
		if err := <-done; !errors.Is(err, context.Canceled) {
			t.Errorf("given up: %v", err)
		}
		a.room.Release(pix.MaxPixels - 7999)
		// The image is of one color: refused, and its memory is free again.
		if _, err := a.runImage(t.Context(), Job{Dir: t.TempDir()}, file.Bytes(), func(saccade.Progress) {}); !saccade.IsCode(err, saccade.CodeBlankImage) {
			t.Errorf("blank: %v", err)
		}
		if !a.room.TryAcquire(pix.MaxPixels) {
			t.Error("the memory was not returned")
		}
	})
}
