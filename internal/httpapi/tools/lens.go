package tools

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"strconv"
	"time"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/artifact"
	"github.com/saccade-dev/saccade/internal/httpapi/route"
	"github.com/saccade-dev/saccade/internal/httpfront"
)

// Lens predicts the density of an image; *service.Service does.
type Lens interface {
	Lens(ctx context.Context, image []byte) (saccade.Density, error)
}

// Bounds of the lens: an answer takes a good part of a second of processor time.
const (
	MaxLens   = 2 << 20 // bytes of an image
	maxLenses = 4       // at once
	lensShare = 1       // of them, those of one account
)

// lens predicts an image and keeps nothing of it.
func (g *group) lens(w http.ResponseWriter, r *http.Request) {
	if err := g.table.Authenticated(r, func(ctx context.Context) error { return g.predict(ctx, w, r) }); err != nil {
		g.table.Front().Refuse(w, r, err)
	}
}

func (g *group) predict(ctx context.Context, w http.ResponseWriter, r *http.Request) error {
	account := route.AccountOf(ctx)
	if !g.lenses.Enter(account) {
		return httpfront.RetryAfter(saccade.Errorf(saccade.CodeRateLimited, "One image at a time. Please wait for the answer before you send the next one."), time.Second)
	}
	defer g.lenses.Leave(account)
	body := httpfront.NewBodyReader(w, r, MaxLens)
	image, err := io.ReadAll(body)
	var over *http.MaxBytesError
	switch {
	case errors.As(err, &over):
		return saccade.Errorf(saccade.CodeTooLarge, "An image has at most %d bytes here. Scale it down.", MaxLens)
	case err != nil:
		return saccade.Errorf(saccade.CodeClient, "The image broke off. Please send it again.").With(err)
	case len(image) == 0:
		return saccade.Errorf(saccade.CodeClient, "The body is empty. Send the bytes of a JPEG, PNG or WebP.")
	}
	body.Done()
	d, err := g.deps.Lens.Lens(ctx, image)
	if saccade.IsCode(err, saccade.CodeUnreadableImage) {
		return saccade.Errorf(saccade.CodeClient, "%s", saccade.AsError(err).Message).With(err)
	}
	if err != nil {
		return err
	}
	var grid bytes.Buffer
	if err := artifact.NewGridWriter(&grid).Write(0, d); err != nil {
		return err
	}
	h := w.Header()
	h.Set("Content-Type", "application/octet-stream")
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Length", strconv.Itoa(grid.Len()))
	_, _ = w.Write(grid.Bytes()) // whoever is gone needs no answer
	return nil
}
