package markers

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestTimecodesAgree compares every label of the first eleven minutes and around the
// first hour with those of npm's smpte-timecode, which knows nothing of us. It
// installs it below bin, once; it skips where node, npm or the registry is missing.
func TestTimecodesAgree(t *testing.T) {
	for _, name := range []string{"node", "npm"} {
		if _, err := exec.LookPath(name); err != nil {
			t.Skipf("%s is not installed", name)
		}
	}
	dir, err := filepath.Abs("../../bin/timecode")
	if err != nil {
		t.Fatal(err)
	}
	module := filepath.Join(dir, "node_modules", "smpte-timecode")
	if _, err := os.Stat(module); err != nil {
		install := exec.Command("npm", "install", "--silent", "--no-audit", "--no-fund", "--ignore-scripts", "--prefix", dir, "smpte-timecode@1.3.6")
		if out, err := install.CombinedOutput(); err != nil {
			t.Skipf("smpte-timecode cannot be installed: %v %s", err, out)
		}
	}
	const script = `const T = require(process.argv[1]), out = {};
for (const [name, rate, drop] of [['23.976', 23.976, false], ['25', 25, false], ['29.97 drop-frame', 29.97, true], ['60', 60, false], ['59.94 drop-frame', 59.94, true]]) {
  const labels = [], fps = Math.round(rate);
  for (const from of [0, 3600 * fps - 500]) for (let n = from; n < from + 11 * 60 * fps; n++) labels.push(T(n, rate, drop).toString());
  out[name] = labels.join(' ');
}
console.log(JSON.stringify(out));`
	b, err := exec.Command("node", "-e", script, module).Output()
	if err != nil {
		t.Fatal(err)
	}
	var theirs map[string]string
	if err := json.Unmarshal(b, &theirs); err != nil || len(theirs) != 5 {
		t.Fatal(len(theirs), err)
	}
	for name, text := range theirs {
		r, labels := broadcast[name], strings.Fields(text)
		half := len(labels) / 2
		for i, want := range labels {
			n := i
			if i >= half {
				n = 3600*r.nominal() - 500 + i - half
			}
			if got := r.Timecode(n); got != want {
				t.Fatalf("%s, frame %d: %s, theirs %s", name, n, got, want)
			}
		}
	}
}
