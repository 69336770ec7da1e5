package remote

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/client"
	"github.com/saccade-dev/saccade/internal/artifact"
	"github.com/saccade-dev/saccade/internal/batch"
	"github.com/saccade-dev/saccade/internal/markers"
)

// Result is what result.json holds: the answer of the API with names of files
// as links.
type Result struct {
	Input   string                         `json:"input,omitempty"` // only where lines of JSON are printed
	Status  saccade.Status                 `json:"status"`
	Title   string                         `json:"title"`
	Outputs *saccade.Outputs[saccade.File] `json:"outputs,omitempty"`
	Error   *saccade.Error                 `json:"error,omitempty"`
}

// File is a file of a result, with the name that it has on disk.
type File struct {
	Name saccade.File
	Link saccade.Link
}

// Files lists the files of a result. Those that this version knows have the
// names that saccade analyze uses; no name comes from the server unchecked.
func Files(a *client.Analysis) []File {
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
		if p := o.Input.Poster; p != nil {
			names[p.Plain], names[p.Heat] = artifact.PosterJPG, artifact.PosterHeatJPG
		}
	}
	if m := o.Attention; m != nil {
		names[m.AttentionMap], names[m.PerceptionMap], names[m.HotspotsMap] = "attentionMap"+ext, "perceptionMap"+ext, "hotspotsMap"+ext
		names[m.Overlay], names[m.Grid] = "overlay.webm", artifact.GridFile
		if d := m.Data; d != nil {
			names[d.JSON], names[d.CSV], names[d.Density] = artifact.FramesJSON, artifact.FramesCSV, artifact.DensityNPY
		}
	}
	nameMarkers(names, o.Attention)
	namePage(names, o)
	for name, s := range map[saccade.File]*saccade.ScoreOutput[saccade.Link]{"focusMap": o.Focus, "clarityMap": o.Clarity, "excitingnessMap": o.Excitingness} {
		if s != nil {
			names[s.Map] = name + ext
		}
	}
	var files []File
	seen := map[saccade.Link]bool{}
	saccade.MapLinks(o, func(l saccade.Link) saccade.File {
		if !seen[l] && (o.Input == nil || l != o.Input.Video) { // which is the upload, no result
			name, known := names[l]
			if !known {
				name = saccade.File(fmt.Sprintf("file%d-%s", len(files), batch.FileName(path.Base(strings.SplitN(string(l), "?", 2)[0]))))
			}
			files = append(files, File{name, l})
		}
		seen[l] = true
		return ""
	})
	return files
}

// nameMarkers names the files for cutting programs.
func nameMarkers(names map[saccade.Link]saccade.File, a *saccade.AttentionOutput[saccade.Link]) {
	if a != nil && a.Markers != nil {
		m := a.Markers
		names[m.EDL], names[m.FCPXML], names[m.CSV], names[m.EyeTrace] = markers.EDLFile, markers.FCPXMLFile, markers.CSVFile, markers.EyeTraceFile
	}
}

// namePage names what only pages have.
func namePage(names map[saccade.Link]saccade.File, o *saccade.Outputs[saccade.Link]) {
	if o.Elements != nil {
		names[o.Elements.Data] = artifact.ElementsJSON
	}
	for _, v := range o.Variants {
		if !slices.Contains(saccade.Variants(), v.Variant) {
			continue
		}
		names[v.Image] = "variant-" + saccade.File(v.Variant) + ".png"
		names[v.AttentionMap] = "variant-" + saccade.File(v.Variant) + "-attentionMap.png"
	}
}

// Fetch brings the files of an analysis that has ended into a directory,
// in the place of an older one, with result.json. It returns the path of that.
func (s *Session) Fetch(ctx context.Context, a *client.Analysis, to string) (string, error) {
	dir, err := os.MkdirTemp(filepath.Dir(to), ".download-")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(dir)
	outputs, err := s.fetchFiles(ctx, a, dir)
	if err != nil {
		return "", err
	}
	b, err := json.MarshalIndent(Result{Status: a.Status, Title: a.Title, Outputs: outputs, Error: a.Err}, "", "  ")
	if err != nil {
		return "", err
	}
	if err := os.WriteFile(filepath.Join(dir, batch.ResultFile), append(b, '\n'), 0o666); err != nil {
		return "", err
	}
	return filepath.Join(to, batch.ResultFile), batch.ReplaceDir(dir, to)
}

// fetchFiles downloads every file of a result and returns the outputs with the
// names of files as links.
func (s *Session) fetchFiles(ctx context.Context, a *client.Analysis, dir string) (*saccade.Outputs[saccade.File], error) {
	names := map[saccade.Link]saccade.File{}
	for _, f := range Files(a) {
		names[f.Link] = f.Name
		out, err := os.Create(filepath.Join(dir, string(f.Name)))
		if err != nil {
			return nil, err
		}
		if err := errors.Join(s.Download(ctx, f.Link, out), out.Close()); err != nil {
			return nil, fmt.Errorf("%s: %w", f.Name, err)
		}
	}
	return saccade.MapLinks(a.Outputs, func(l saccade.Link) saccade.File { return names[l] }), nil
}
