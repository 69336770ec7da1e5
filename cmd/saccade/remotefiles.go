package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/client"
	"github.com/saccade-dev/saccade/internal/artifact"
	"github.com/saccade-dev/saccade/internal/pipeline"
)

// remoteInput is an input to analyze on a server.
type remoteInput struct {
	Input       string // a file, or the address of a page
	Title       string
	Medium      saccade.Medium
	Predictions []string
	AOIs        []saccade.AOI
}

// remoteState is what must survive so that an analysis that was begun is not
// begun again.
type remoteState struct {
	Key    string     `json:"key"`    // Idempotency-Key
	Upload string     `json:"upload"` // where the video was uploaded to
	Ref    client.Ref `json:"ref"`    // the analysis

	save func(remoteState) error // nil: nobody keeps it
}

func (s *remoteState) keep() error {
	if s.save == nil {
		return nil
	}
	return s.save(*s)
}

// blamesInput reports whether an error is about one input or analysis, so that
// others may fare better.
func blamesInput(err error) bool {
	var e *saccade.Error
	return errors.As(err, &e) && exitCodeOf(err) == exitFailed
}

// isPage reports whether an input is the address of a page.
func isPage(input string) bool {
	return strings.HasPrefix(input, "http://") || strings.HasPrefix(input, "https://")
}

// outputsFor reads --predictions for a kind of input; "all" is every output.
func outputsFor(kind saccade.Kind, names []string) ([]saccade.Output, error) {
	if len(names) == 1 && names[0] == "all" {
		return saccade.AllOutputs(kind), nil
	}
	return saccade.ParseOutputs(kind, names)
}

// start begins an analysis, or finds the one that the state remembers.
func (s *session) start(ctx context.Context, in remoteInput, state *remoteState) (client.Ref, error) {
	if state.Ref.ID != "" {
		return state.Ref, nil
	}
	kind := saccade.KindPage
	if !isPage(in.Input) {
		var err error
		if kind, err = pipeline.SniffKind(in.Input); err != nil {
			return client.Ref{}, err
		}
	}
	var outputs []saccade.Output
	if len(in.Predictions) > 0 { // without any, the server has its own default
		var err error
		if outputs, err = outputsFor(kind, in.Predictions); err != nil {
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

func (s *session) startVideo(ctx context.Context, in remoteInput, outputs []saccade.Output, state *remoteState) (client.Ref, error) {
	if state.Upload == "" {
		upload, err := s.UploadFile(ctx, in.Input)
		if err != nil {
			return client.Ref{}, err
		}
		if state.Upload = upload; state.keep() != nil {
			return client.Ref{}, state.keep()
		}
	}
	return s.CreateVideo(ctx, client.VideoRequest{Upload: state.Upload, Title: in.Title, Outputs: outputs, AOIs: in.AOIs, Key: state.Key})
}

func (s *session) startImage(ctx context.Context, in remoteInput, outputs []saccade.Output, key string) (client.Ref, error) {
	r := client.ImageRequest{Title: in.Title, Medium: in.Medium, Outputs: outputs, AOIs: in.AOIs, Key: key}
	if isPage(in.Input) {
		r.Page = in.Input
		return s.CreateImage(ctx, r)
	}
	var err error
	if r.Image, err = os.ReadFile(in.Input); err != nil {
		return client.Ref{}, saccade.Errorf(saccade.CodeInvalidInput, "%v", err)
	}
	return s.CreateImage(ctx, r)
}

// await waits for the end of an analysis.
func (s *session) await(ctx context.Context, ref client.Ref, bar bar) (*client.Analysis, error) {
	set := func(a *client.Analysis) { bar.Set(saccade.Progress{Fraction: a.Progress, Stage: a.Stage}) }
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

// linkedFile is a file of a result, with the name that it has on disk.
type linkedFile struct {
	name saccade.File
	link saccade.Link
}

// filesOf lists the files of a result. Those that this version knows have the
// names that saccade analyze uses; no name comes from the server unchecked.
func filesOf(a *client.Analysis) []linkedFile {
	o := a.Outputs
	if o == nil {
		return nil
	}
	names, ext := map[saccade.Link]saccade.File{}, saccade.File(".png")
	if a.Type == saccade.KindVideo {
		ext = ".webm"
	}
	if o.Input != nil {
		names[o.Input.Image] = artifact.InputPNG
	}
	if m := o.Attention; m != nil {
		names[m.AttentionMap], names[m.PerceptionMap], names[m.HotspotsMap] = "attentionMap"+ext, "perceptionMap"+ext, "hotspotsMap"+ext
		names[m.Overlay] = "overlay.webm"
		if d := m.Data; d != nil {
			names[d.JSON], names[d.CSV], names[d.Density] = artifact.FramesJSON, artifact.FramesCSV, artifact.DensityNPY
		}
	}
	for name, s := range map[saccade.File]*saccade.ScoreOutput[saccade.Link]{"focusMap": o.Focus, "clarityMap": o.Clarity, "excitingnessMap": o.Excitingness} {
		if s != nil {
			names[s.Map] = name + ext
		}
	}
	var files []linkedFile
	seen := map[saccade.Link]bool{}
	saccade.MapLinks(o, func(l saccade.Link) saccade.File {
		if !seen[l] {
			name, known := names[l]
			if !known {
				name = saccade.File(fmt.Sprintf("file%d-%s", len(files), safeName(path.Base(strings.SplitN(string(l), "?", 2)[0]))))
			}
			files = append(files, linkedFile{name, l})
		}
		seen[l] = true
		return ""
	})
	return files
}

// safeName returns a name of a file or directory that cannot lead elsewhere:
// letters, digits, dots, dashes and underscores, the first no dot or dash; what had to
// change gets a hash so that names stay different.
func safeName(s string) string {
	safe := strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '.' || r == '-' || r == '_' {
			return r
		}
		return '_'
	}, s)
	safe = strings.TrimLeft(safe, ".-")
	if safe == s && s != "" && len(s) <= 80 {
		return s
	}
	sum := sha256.Sum256([]byte(s))
	return safe[:min(len(safe), 60)] + "-" + hex.EncodeToString(sum[:4])
}

// download brings the files of an analysis that has ended into a directory,
// in the place of an older one, with result.json. It returns the path of that.
func (s *session) download(ctx context.Context, a *client.Analysis, to string) (string, error) {
	dir, err := os.MkdirTemp(filepath.Dir(to), ".download-")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(dir)
	outputs, err := s.fetchFiles(ctx, a, dir)
	if err != nil {
		return "", err
	}
	b, err := json.MarshalIndent(result{Status: a.Status, Title: a.Title, Outputs: outputs, Error: a.Err}, "", "  ")
	if err != nil {
		return "", err
	}
	if err := os.WriteFile(filepath.Join(dir, "result.json"), append(b, '\n'), 0o666); err != nil {
		return "", err
	}
	return filepath.Join(to, "result.json"), replaceDir(dir, to)
}

// fetchFiles downloads every file of a result and returns the outputs with the
// names of files as links.
func (s *session) fetchFiles(ctx context.Context, a *client.Analysis, dir string) (*saccade.Outputs[saccade.File], error) {
	names := map[saccade.Link]saccade.File{}
	for _, f := range filesOf(a) {
		names[f.link] = f.name
		out, err := os.Create(filepath.Join(dir, string(f.name)))
		if err != nil {
			return nil, err
		}
		if err := errors.Join(s.Download(ctx, f.link, out), out.Close()); err != nil {
			return nil, fmt.Errorf("%s: %w", f.name, err)
		}
	}
	return saccade.MapLinks(a.Outputs, func(l saccade.Link) saccade.File { return names[l] }), nil
}
