package main

import (
	"encoding/json"

	"github.com/evanw/esbuild/pkg/api"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/render"
)

// colors is the module "saccade:colors": the color tables of attention by
// palette, so that the browser draws with the very colors of the rendered maps.
func colors() api.Plugin {
	return api.Plugin{Name: "colors", Setup: func(b api.PluginBuild) {
		b.OnResolve(api.OnResolveOptions{Filter: `^saccade:colors$`}, func(a api.OnResolveArgs) (api.OnResolveResult, error) {
			return api.OnResolveResult{Path: a.Path, Namespace: "colors"}, nil
		})
		b.OnLoad(api.OnLoadOptions{Filter: `.*`, Namespace: "colors"}, func(api.OnLoadArgs) (api.OnLoadResult, error) {
			tables := map[saccade.Palette][]byte{} // Base64 in JSON
			for _, p := range saccade.Palettes() {
				for _, c := range render.Colors(p) {
					tables[p] = append(tables[p], c.R, c.G, c.B, c.A)
				}
			}
			text, err := json.Marshal(tables)
			module := "export const tables = " + string(text) + ";"
			return api.OnLoadResult{Contents: &module, Loader: api.LoaderJS}, err
		})
	}}
}
