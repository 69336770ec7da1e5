package store_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/store/storetest"
)

// TestRowsWithObjectKeysAreReadAsFileNames opens a database of the time when
// outputs held object keys.
func TestRowsWithObjectKeysAreReadAsFileNames(t *testing.T) {
	each(t, func(t *testing.T, f *fixture) {
		a, pending := f.create(saccade.KindVideo), f.create(saccade.KindImage)
		f.ok(f.begin(a.ID).Succeed(t.Context(), someOutputs()))
		old := `{"input":{"image":"analyses/` + a.ID + `/input.png","width":3},"attention":{"attentionMap":"analyses/` + a.ID + `/attentionMap.webm",` +
			`"data":{"json":"analyses/` + a.ID + `/frames.json","csv":"analyses/` + a.ID + `/frames.csv","density":"analyses/` + a.ID + `/density.npy"}},` +
			`"aois":[{"name":"analyses/other/x","share":0.5,"rank":1,"timeToFirstAttention":null,"peakShare":0,"areaShare":0}]}`
		_, err := f.DB().ExecContext(t.Context(), `DELETE FROM saccade_migrations WHERE name LIKE '%002_file_names.sql'`)
		f.ok(err)
		_, err = f.DB().ExecContext(t.Context(), `UPDATE analyses SET outputs = $1 WHERE id = $2`, old, a.ID)
		f.ok(err)
		upgraded := storetest.Open(t, f.cfg)
		got, err := upgraded.Analysis(t.Context(), "acme", a.ID)
		f.ok(err)
		want := &saccade.Outputs[saccade.File]{
			Input: &saccade.InputOutput[saccade.File]{Image: "input.png", Width: 3},
			Attention: &saccade.AttentionOutput[saccade.File]{AttentionMap: "attentionMap.webm",
				Data: &saccade.DataOutput[saccade.File]{JSON: "frames.json", CSV: "frames.csv", Density: "density.npy"}},
			AOIs: []saccade.AOIResult{{AOI: saccade.AOI{Name: "analyses/other/x"}, Share: 0.5, Rank: 1}},
		}
		if diff := cmp.Diff(want, got.Outputs); diff != "" {
			t.Error(diff)
		}
		if got, err := upgraded.Analysis(t.Context(), "acme", pending.ID); err != nil || got.Outputs != nil {
			t.Errorf("the pending one: %+v, %v", got, err)
		}
	})
}
