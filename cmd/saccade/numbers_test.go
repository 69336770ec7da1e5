package main_test

import (
	"bytes"
	"encoding/binary"
	"encoding/csv"
	"encoding/json"
	"math"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// quarters tile the image: two boxes and two triangles.
var quarters = []object{
	{"name": "top left", "box": object{"x": 0, "y": 0, "width": 0.5, "height": 0.5}},
	{"name": "top right", "box": object{"x": 0.5, "y": 0, "width": 0.5, "height": 0.5}},
	{"name": "lower left", "polygon": [][2]float64{{0, 0.5}, {1, 0.5}, {0, 1}}},
	{"name": "lower right", "polygon": [][2]float64{{1, 0.5}, {1, 1}, {0, 1}}},
}

// area is the result for one area of interest.
type area struct {
	Name      string
	Share     float64
	Rank      int
	FirstSeen *float64 `json:"timeToFirstAttention"`
	PeakShare float64
	AreaShare float64
	Timeline  []struct{ Time, Share float64 }
}

// areas digs the areas of interest out of an answer to a poll or to a PUT.
func (a answer) areas(t *testing.T) []area {
	t.Helper()
	v := a.body["aois"]
	if outputs, ok := a.body["outputs"].(object); ok {
		v = outputs["aois"]
	}
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	var out []area
	if err := json.Unmarshal(b, &out); err != nil {
		t.Fatalf("%v: %s", err, b)
	}
	return out
}

// checkPartition checks areas that tile the image; a video has a line of
// shares for each.
func checkPartition(t *testing.T, got []area, video bool) {
	t.Helper()
	if len(got) != len(quarters) {
		t.Fatalf("%d areas: %+v", len(got), got)
	}
	var share, size float64
	ranks, strongest := []int{}, got[0]
	for i, a := range got {
		if a.Name != quarters[i]["name"] || a.PeakShare < a.Share-1e-6 || (len(a.Timeline) > 0) != video {
			t.Errorf("area %d: %+v", i, a)
		}
		share, size, ranks = share+a.Share, size+a.AreaShare, append(ranks, a.Rank)
		if a.Rank < strongest.Rank {
			strongest = a
		}
	}
	if math.Abs(share-1) > 1e-4 || math.Abs(size-1) > 1e-6 {
		t.Errorf("the shares of a partition sum to %v, its areas to %v", share, size)
	}
	if slices.Sort(ranks); !slices.Equal(ranks, []int{1, 2, 3, 4}) {
		t.Errorf("ranks %v", ranks)
	}
	for _, a := range got {
		if a.Share > strongest.Share {
			t.Errorf("%s has more attention than the first, %s", a.Name, strongest.Name)
		}
	}
	if strongest.FirstSeen == nil || *strongest.FirstSeen < 0 || *strongest.FirstSeen > 60 {
		t.Errorf("the strongest area was never seen: %+v", strongest)
	}
	for i := range got[0].Timeline {
		sum := 0.0
		for _, a := range got {
			sum += a.Timeline[i].Share
		}
		if math.Abs(sum-1) > 1e-4 {
			t.Errorf("at %v s the shares sum to %v", got[0].Timeline[i].Time, sum)
		}
	}
}

const short = "-f lavfi -i testsrc2=s=320x180:r=10:d=2" + vp8 // 20 frames

// TestNumbers asks for areas of interest and data of an image and a video.
func TestNumbers(t *testing.T) {
	t.Parallel()
	s := start(t, t.TempDir())
	clip := encoded(t, "clip.webm", short)
	ask := object{"predictions": object{"attention": object{"outputs": []string{"data", "attentionMap"}}}}
	t.Run("image", func(t *testing.T) {
		s, b := s.with(t), pngOf(t, screen(640, 400))
		with := s.analyzed(b, object{"predictions": ask["predictions"], "aois": quarters})
		s.checkData(with, 1)
		s.checkAreas(with, s.analyzed(b, nil), "/analyses/")
		s.checkTablesFollow(with, "/analyses/")
	})
	t.Run("video", func(t *testing.T) {
		s := s.with(t)
		input, url := object{}, s.upload(clip)
		input["content"] = url
		var done [2]answer
		for i, more := range []object{{"input": input, "predictions": ask["predictions"], "aois": quarters}, {"input": input}} {
			posted := s.call("POST", "/analyses/video", more)
			if posted.status != http.StatusCreated {
				t.Fatalf("%d %v", posted.status, posted.body)
			}
			if done[i] = s.settle(posted.text("location"), 2*time.Minute); done[i].text("status") != "success" {
				t.Fatalf("%v", done[i].body)
			}
		}
		s.checkData(done[0], 20)
		s.checkAreas(done[0], done[1], "/analyses/video/")
		s.checkTablesFollow(done[0], "/analyses/video/")
	})
	s.terminate(20 * time.Second)
}

// checkAreas compares areas given at POST with the same areas given later to an
// analysis that had none.
func (s *service) checkAreas(with, without answer, below string) {
	t := s.t
	t.Helper()
	video := below == "/analyses/video/"
	want := with.areas(t)
	checkPartition(t, want, video)
	if got := without.areas(t); len(got) > 0 {
		t.Errorf("areas that nobody asked for: %v", got)
	}
	path := below + without.text("id")
	begin := time.Now()
	put := s.call("PUT", path+"/aois", object{"aois": quarters})
	if put.status != http.StatusOK {
		t.Fatalf("PUT: %d %v", put.status, put.body)
	}
	t.Logf("areas measured later, in %v", time.Since(begin).Round(time.Millisecond))
	for name, got := range map[string]answer{"PUT": put, "GET": s.call("GET", path, nil)} {
		if diff := cmp.Diff(want, got.areas(t)); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
	for name, bad := range map[string]any{
		"outside": []object{{"name": "x", "box": object{"x": 0.9, "y": 0, "width": 0.5, "height": 1}}},
		"no name": []object{{"box": object{"x": 0, "y": 0, "width": 1, "height": 1}}}, "no list": "all of it",
	} {
		if a := s.call("PUT", path+"/aois", object{"aois": bad}); a.status != http.StatusBadRequest {
			t.Errorf("%s: %d %v", name, a.status, a.body)
		}
	}
	if a := s.call("PUT", path+"/aois", object{"aois": []object{}}); a.status != http.StatusOK || len(s.call("GET", path, nil).areas(t)) != 0 {
		t.Errorf("an empty list does not remove the areas: %d %v", a.status, a.body)
	}
}

// numbers fetches a file of numbers of an analysis: "json", "csv" or "density".
func (s *service) numbers(a answer, name string) []byte {
	s.t.Helper()
	outputs, _ := a.body["outputs"].(object)
	attention, _ := outputs["attention"].(object)
	links, _ := attention["data"].(object)
	url, _ := links[name].(string)
	if url == "" {
		s.t.Fatalf("no link to the %s: %v", name, attention)
	}
	return s.fetch(url)
}

// checkTablesFollow measures another area in an analysis that answered its
// tables; those of a fresh poll have it in place of the former ones. Those of before, which
// a link may still lead to, stay what they were.
func (s *service) checkTablesFollow(before answer, below string) {
	t := s.t
	t.Helper()
	path := below + before.text("id")
	former := s.areasOfTables(before)
	if put := s.call("PUT", path+"/aois", object{"aois": []object{{"name": "half", "box": object{"x": 0, "y": 0, "width": 0.5, "height": 1}}}}); put.status != http.StatusOK {
		t.Fatalf("PUT: %d %v", put.status, put.body)
	}
	if diff := cmp.Diff([]string{"half"}, s.areasOfTables(s.call("GET", path, nil))); diff != "" {
		t.Errorf("fresh links: %s", diff)
	}
	if diff := cmp.Diff(former, s.areasOfTables(before)); diff != "" || !slices.Contains(former, "top left") {
		t.Errorf("links of before: %s", diff)
	}
}

// areasOfTables returns the names of the areas in frames.json, which are those of
// frames.csv.
func (s *service) areasOfTables(a answer) []string {
	t := s.t
	t.Helper()
	var table struct {
		AOIs   []string
		Frames []struct{ AOIs map[string]float64 }
	}
	if err := json.Unmarshal(s.numbers(a, "json"), &table); err != nil || len(table.Frames[0].AOIs) != len(table.AOIs) {
		t.Errorf("frames.json: %v, areas %v and %v", err, table.AOIs, table.Frames[0].AOIs)
	}
	rows, err := csv.NewReader(bytes.NewReader(s.numbers(a, "csv"))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var columns []string
	for _, name := range rows[0] {
		if area, ok := strings.CutPrefix(name, "aoi:"); ok {
			columns = append(columns, area)
		}
	}
	if diff := cmp.Diff(table.AOIs, columns); diff != "" {
		t.Errorf("frames.csv has other areas than frames.json: %s", diff)
	}
	return table.AOIs
}

// checkData reads the tables and the raw maps of an analysis with the quarters
// as its areas.
func (s *service) checkData(a answer, frames int) {
	t := s.t
	t.Helper()
	link := func(name string) []byte { return s.numbers(a, name) }
	var table struct {
		Grid   [2]int
		Frames []struct {
			Frame, Focus          int
			Time                  float64
			Clarity, Excitingness *int
			Gaze                  []struct{ X, Y, Mass float64 }
			AOIs                  map[string]float64
		}
	}
	if err := json.Unmarshal(link("json"), &table); err != nil || len(table.Frames) != frames {
		t.Fatalf("frames.json: %v, %d frames, want %d", err, len(table.Frames), frames)
	}
	for i, f := range table.Frames {
		sum := 0.0
		for _, share := range f.AOIs {
			sum += share
		}
		if f.Frame != i || math.Abs(f.Time-float64(i)/10) > 0.002 || f.Clarity == nil || f.Excitingness == nil || len(f.Gaze) == 0 || math.Abs(sum-1) > 1e-4 {
			t.Errorf("frames.json, frame %d: %+v, shares sum to %v", i, f, sum)
		}
	}
	rows, err := csv.NewReader(bytes.NewReader(link("csv"))).ReadAll()
	if err != nil || len(rows) != frames+1 || rows[0][0] != "frame" || !slices.Contains(rows[0], "aoi:top left") {
		t.Errorf("frames.csv: %v, %d rows, want %d and a head", err, len(rows), frames)
	}
	checkDensity(t, link("density"), frames, table.Grid[0]*table.Grid[1])
}

// checkDensity checks that every map of a .npy file sums to 1.
func checkDensity(t *testing.T, b []byte, maps, cells int) {
	t.Helper()
	if !bytes.HasPrefix(b, []byte("\x93NUMPY\x01\x00")) {
		t.Fatal("density.npy is no NumPy file")
	}
	b = b[10+int(binary.LittleEndian.Uint16(b[8:])):]
	if len(b) != 4*maps*cells {
		t.Fatalf("density.npy has %d bytes of values, want %d maps of %d cells", len(b), maps, cells)
	}
	for i := range maps {
		sum := 0.0
		for c := range cells {
			v := math.Float32frombits(binary.LittleEndian.Uint32(b[4*(i*cells+c):]))
			if !(v >= 0) {
				t.Fatalf("map %d, cell %d: %v", i, c, v)
			}
			sum += float64(v)
		}
		if math.Abs(sum-1) > 1e-3 {
			t.Errorf("map %d sums to %v", i, sum)
		}
	}
}
