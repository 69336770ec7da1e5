package remote

import (
	"context"
	"os"
	"strings"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/client"
	"github.com/saccade-dev/saccade/internal/batch"
	"github.com/saccade-dev/saccade/internal/movie"
)

// Input is an input to analyze on a server.
type Input struct {
	Input       string // a file, or the address of a page
	Title       string
	Medium      saccade.Medium
	Format      saccade.Format // of a file; "": by its bytes
	Predictions []string
	AOIs        []saccade.AOI
	PageFlags
}

// State is what must survive so that an analysis that was begun is not
// begun again.
type State struct {
	Key    string     `json:"key"`    // Idempotency-Key
	Upload string     `json:"upload"` // where the video was uploaded to
	Ref    client.Ref `json:"ref"`    // the analysis

	save func(State) error // nil: nobody keeps it
}

func (s *State) keep() error {
	if s.save == nil {
		return nil
	}
	return s.save(*s)
}

// Outputs reads names of outputs for a kind of input, as [saccade.ParseOutputs]
// does; the one name "all" is every output.
func Outputs(kind saccade.Kind, names []string) ([]saccade.Output, error) {
	if len(names) == 1 && names[0] == "all" {
		return saccade.AllOutputs(kind), nil
	}
	return saccade.ParseOutputs(kind, names)
}

// FormatOf returns the kind of a file and its format: the one that is named, or by its
// bytes ("": the default of its kind).
func FormatOf(path string, named saccade.Format) (saccade.Kind, saccade.Format, error) {
	kind, format, err := movie.SniffFile(path)
	if err != nil || named == "" {
		return kind, format, err
	}
	for _, kind := range []saccade.Kind{saccade.KindVideo, saccade.KindImage} {
		if format, err = saccade.ParseFormat(kind, string(named)); err == nil {
			return kind, format, nil
		}
	}
	return kind, "", err
}

// Start begins an analysis, or finds the one that the state remembers.
func (s *Session) Start(ctx context.Context, in Input, state *State) (client.Ref, error) {
	if state.Ref.ID != "" {
		return state.Ref, nil
	}
	kind := saccade.KindPage
	if !batch.IsPage(in.Input) {
		var err error
		if kind, in.Format, err = FormatOf(in.Input, in.Format); err != nil {
			return client.Ref{}, err
		}
	}
	asked := saccade.Request{Kind: kind}
	if in.Into(&asked); in.Any() {
		if err := asked.ValidatePage(); err != nil {
			return client.Ref{}, err
		}
	}
	var outputs []saccade.Output
	if len(in.Predictions) > 0 { // without any, the server has its own default
		var err error
		if outputs, err = Outputs(kind, in.Predictions); err != nil {
			return client.Ref{}, err
		}
	}
	var err error
	if kind == saccade.KindVideo {
		state.Ref, err = s.startVideo(ctx, in, outputs, state)
	} else {
		state.Ref, err = s.startImage(ctx, in, outputs, state.Key)
	}
	if err != nil {
		return client.Ref{}, err
	}
	return state.Ref, state.keep()
}

func (s *Session) startVideo(ctx context.Context, in Input, outputs []saccade.Output, state *State) (client.Ref, error) {
	if state.Upload == "" {
		upload, err := s.UploadFile(ctx, in.Input)
		if err != nil {
			return client.Ref{}, err
		}
		state.Upload = upload
		if err := state.keep(); err != nil {
			return client.Ref{}, err
		}
	}
	return s.CreateVideo(ctx, client.VideoRequest{Upload: state.Upload, Title: in.Title, Format: in.Format, Outputs: outputs, AOIs: in.AOIs, Key: state.Key})
}

func (s *Session) startImage(ctx context.Context, in Input, outputs []saccade.Output, key string) (client.Ref, error) {
	r := client.ImageRequest{Title: in.Title, Format: in.Format, Medium: in.Medium, Outputs: outputs, AOIs: in.AOIs, Key: key}
	if batch.IsPage(in.Input) {
		r.Page = in.Input
		var asked saccade.Request
		in.Into(&asked)
		r.Elements, r.Steal, r.Variants = asked.Elements, asked.Steal, asked.Variants
		return s.CreateImage(ctx, r)
	}
	var err error
	if r.Image, err = os.ReadFile(in.Input); err != nil {
		return client.Ref{}, saccade.Errorf(saccade.CodeInvalidInput, "%v", err)
	}
	return s.CreateImage(ctx, r)
}

// Await waits for the end of an analysis and calls progress on the way.
func (s *Session) Await(ctx context.Context, ref client.Ref, progress func(saccade.Progress)) (*client.Analysis, error) {
	set := func(a *client.Analysis) { progress(saccade.Progress{Fraction: a.Progress, Stage: a.Stage}) }
	if strings.Contains(ref.Location, "/analyses/video/") {
		a, err := s.WaitVideo(ctx, ref.ID, set)
		if err == nil {
			a.Type = saccade.KindVideo
		}
		return a, err
	}
	if ref.Location != "" {
		return s.WaitImage(ctx, ref.ID, set)
	}
	return s.Wait(ctx, ref.ID, set)
}
