package mcp

import (
	"context"
	"errors"
	"io"
	"os"
	"strings"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/client"
)

// Backend makes and keeps analyses. Errors for users are *saccade.Error.
type Backend interface {
	// Analyze makes an analysis and returns it when it has ended. When the
	// context ends first, the analysis is canceled.
	Analyze(ctx context.Context, r Request, progress func(saccade.Progress)) (*client.Analysis, error)
	// Analysis returns an analysis as it is now.
	Analysis(ctx context.Context, id string) (*client.Analysis, error)
	// AOIs measures areas of interest in an analysis that has succeeded.
	AOIs(ctx context.Context, id string, aois []saccade.AOI) ([]saccade.AOIResult, error)
	Archive
}

// Archive is what a Backend keeps.
type Archive interface {
	// List returns a page of the analyses, newest first, and the next cursor.
	List(ctx context.Context, o client.ListOptions) ([]client.Item, string, error)
	// Delete erases an analysis, or cancels it.
	Delete(ctx context.Context, id string) error
	// Download copies a file of an analysis into w.
	Download(ctx context.Context, link saccade.Link, w io.Writer) error
}

// Request asks for an analysis of a file, an image or a page; one of them is
// set.
type Request struct {
	Path   string // of a video, or of an image
	Image  []byte // PNG or JPEG
	Page   string // address
	Title  string
	Medium saccade.Medium
	AOIs   []saccade.AOI

	Elements bool // of a page: attention by what is on it
	Steal    bool // and who gives attention to whom; needs Elements
}

// kind returns what is asked for, of a file by its first bytes.
func (r Request) kind() (saccade.Kind, error) {
	switch {
	case r.Page != "":
		return saccade.KindPage, nil
	case r.Path == "":
		return saccade.KindImage, nil
	}
	f, err := os.Open(r.Path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	head := make([]byte, 8)
	n, err := io.ReadFull(f, head)
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) {
		return "", saccade.Errorf(saccade.CodeInvalidInput, "The file is empty.")
	}
	if s := string(head[:n]); strings.HasPrefix(s, "\x89PNG") || strings.HasPrefix(s, "\xff\xd8\xff") {
		return saccade.KindImage, nil
	}
	return saccade.KindVideo, nil
}

// Outputs are what an analysis of a kind is asked for by the tools.
func Outputs(kind saccade.Kind) []saccade.Output {
	return []saccade.Output{saccade.OutAttentionMap, saccade.OutData, saccade.OutFocusScore, saccade.OutClarityScore, saccade.OutExcitingnessScore}
}

// Served is a Backend on a server.
type Served struct{ *client.Client }

// Analyze implements [Backend].
func (s Served) Analyze(ctx context.Context, r Request, progress func(saccade.Progress)) (*client.Analysis, error) {
	ref, err := s.start(ctx, r)
	if err != nil {
		return nil, err
	}
	a, err := s.Wait(ctx, ref.ID, func(a *client.Analysis) { progress(saccade.Progress{Fraction: a.Progress, Stage: a.Stage}) })
	if ctx.Err() != nil { // nobody waits for it any more
		return nil, errors.Join(ctx.Err(), s.Delete(context.WithoutCancel(ctx), ref.ID))
	}
	return a, err
}

func (s Served) start(ctx context.Context, r Request) (client.Ref, error) {
	kind, err := r.kind()
	if err != nil {
		return client.Ref{}, err
	}
	if kind == saccade.KindVideo {
		upload, err := s.UploadFile(ctx, r.Path)
		if err != nil {
			return client.Ref{}, err
		}
		return s.CreateVideo(ctx, client.VideoRequest{Upload: upload, Title: r.Title, Outputs: Outputs(kind), AOIs: r.AOIs})
	}
	if r.Path != "" {
		if r.Image, err = os.ReadFile(r.Path); err != nil {
			return client.Ref{}, err
		}
	}
	return s.CreateImage(ctx, client.ImageRequest{Image: r.Image, Page: r.Page, Title: r.Title, Medium: r.Medium, Outputs: Outputs(kind), AOIs: r.AOIs,
		Elements: r.Elements, Steal: r.Steal})
}
