// Package maps knows the maps among the outputs: what their files are called, and where an
// answer names them.
package maps

import "github.com/saccade-dev/saccade"

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
