// Package maps knows the maps among the outputs: what their files are called, and where an
// answer names them.
package maps

import (
	"slices"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/artifact"
)

// Files lists the maps among the outputs, with the stems of their files.
func Files(outputs []saccade.Output) map[saccade.Output]saccade.File {
	names := map[saccade.Output]saccade.File{}
	for _, o := range outputs {
		switch o {
		case saccade.OutAttentionMap:
			names[o] = "attentionMap"
		case saccade.OutPerceptionMap:
			names[o] = "perceptionMap"
		case saccade.OutHotspotsMap:
			names[o] = "hotspotsMap"
		case saccade.OutOverlay:
			names[o] = "overlay"
		case saccade.OutClarityMap:
			names[o] = "clarityMap"
		case saccade.OutExcitingnessMap:
			names[o] = "excitingnessMap"
		}
	}
	return names
}

// Link puts a file's name in its place in the answer.
func Link(out *saccade.Outputs[saccade.File], o saccade.Output, name saccade.File) {
	attention := func() *saccade.AttentionOutput[saccade.File] {
		if out.Attention == nil {
			out.Attention = &saccade.AttentionOutput[saccade.File]{}
		}
		return out.Attention
	}
	scored := func(s **saccade.ScoreOutput[saccade.File]) *saccade.ScoreOutput[saccade.File] {
		if *s == nil {
			*s = &saccade.ScoreOutput[saccade.File]{}
		}
		return *s
	}
	switch o {
	case saccade.OutAttentionMap:
		attention().AttentionMap = name
	case saccade.OutPerceptionMap:
		attention().PerceptionMap = name
	case saccade.OutHotspotsMap:
		attention().HotspotsMap = name
	case saccade.OutOverlay:
		attention().Overlay = name
	case saccade.OutClarityMap:
		scored(&out.Clarity).Map = name
	case saccade.OutExcitingnessMap:
		scored(&out.Excitingness).Map = name
	}
}

// Later lists the outputs that can be had once an analysis of a kind has succeeded: its
// maps, and the numbers, which are stored whatever is asked for.
func Later(kind saccade.Kind) []saccade.Output {
	return slices.DeleteFunc(saccade.AllOutputs(kind), func(o saccade.Output) bool {
		return o != saccade.OutData && o != saccade.OutGrid && len(Files([]saccade.Output{o})) == 0
	})
}

// FileOf returns the file of an answer that holds an output of [Later]; "" for none.
func FileOf(out *saccade.Outputs[saccade.File], o saccade.Output) saccade.File {
	a := out.Attention
	if a == nil {
		a = &saccade.AttentionOutput[saccade.File]{}
	}
	mapOf := func(s *saccade.ScoreOutput[saccade.File]) saccade.File {
		if s == nil {
			return ""
		}
		return s.Map
	}
	switch o {
	case saccade.OutAttentionMap:
		return a.AttentionMap
	case saccade.OutPerceptionMap:
		return a.PerceptionMap
	case saccade.OutHotspotsMap:
		return a.HotspotsMap
	case saccade.OutOverlay:
		return a.Overlay
	case saccade.OutGrid:
		return a.Grid
	case saccade.OutData:
		if a.Data != nil {
			return a.Data.JSON
		}
	case saccade.OutClarityMap:
		return mapOf(out.Clarity)
	case saccade.OutExcitingnessMap:
		return mapOf(out.Excitingness)
	}
	return ""
}

// Add puts outputs of [Later], whose files are there, into an answer.
func Add(out *saccade.Outputs[saccade.File], kind saccade.Kind, outputs []saccade.Output) {
	extension := saccade.File(".png")
	if kind == saccade.KindVideo {
		extension = ".webm"
	}
	for o, name := range Files(outputs) {
		Link(out, o, name+extension)
	}
	if out.Attention == nil {
		out.Attention = &saccade.AttentionOutput[saccade.File]{}
	}
	if r := (saccade.Request{Outputs: outputs}); r.Wants(saccade.OutData) {
		out.Attention.Data = Data()
	}
	out.Attention.Grid = artifact.GridFile // which every answer about attention has
}

// Data names the files of numbers.
func Data() *saccade.DataOutput[saccade.File] {
	return &saccade.DataOutput[saccade.File]{JSON: artifact.FramesJSON, CSV: artifact.FramesCSV, Density: artifact.DensityNPY}
}
