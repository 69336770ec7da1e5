package main

import (
	"encoding/json"

	"github.com/evanw/esbuild/pkg/api"

	"github.com/saccade-dev/saccade/internal/render"
)

// colors is the module "saccade:colors": the color table of heat, so that the
// browser draws with the very colors of the rendered maps.
func colors() api.Plugin {
	return api.Plugin{Name: "colors", Setup: func(b api.PluginBuild) {
		b.OnResolve(api.OnResolveOptions{Filter: `^saccade:colors$`}, func(a api.OnResolveArgs) (api.OnResolveResult, error) {
			return api.OnResolveResult{Path: a.Path, Namespace: "colors"}, nil
		})
		b.OnLoad(api.OnLoadOptions{Filter: `.*`, Namespace: "colors"}, func(api.OnLoadArgs) (api.OnLoadResult, error) {
			table := render.HeatColors()
			flat := make([]byte, 0, 4*len(table))
			for _, c := range table {
				flat = append(flat, c.R, c.G, c.B, c.A)
			}
			text, err := json.Marshal(flat) // Base64
			module := "export const heat = " + string(text) + ";"
			return api.OnLoadResult{Contents: &module, Loader: api.LoaderJS}, err
		})
	}}
}
