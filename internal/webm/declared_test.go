package webm

import (
	"math"
	"strings"
	"testing"
	"time"
)

// TestDeclaredTooLong: a header that says more than a minute is believed as long
// as it can be true of the frames.
func TestDeclaredTooLong(t *testing.T) {
	vp9 := el(idTracks, videoTrack("V_VP9"))
	minute := func(duration float64) []byte {
		parts := [][]byte{infoOf(float(idDuration, duration)), vp9}
		for at := uint64(0); at < 61_000; at += 1000 {
			parts = append(parts, cluster(at, 0, 500))
		}
		return file(parts...)
	}
	whole := file(infoOf(float(idDuration, 90_000)), vp9, ten())
	for name, tc := range map[string]struct {
		b  []byte
		ok bool
	}{
		"61 s":                   {minute(61_000), false},
		"61 s, nothing declared": {minute(0), false},
		"61 s, NaN":              {minute(math.NaN()), false},
		"61 s of one picture":    {file(infoOf(float(idDuration, 61_000)), vp9, ten()), false},
		"60 s of one picture":    {file(infoOf(float(idDuration, 60_000)), vp9, ten()), true},
		"cut short":              {whole[:len(whole)-3], true},
		"infinite":               {file(infoOf(float(idDuration, math.Inf(1))), vp9, ten()), true},
		"since 1970":             {file(infoOf(float(idDuration, 1700000003000)), vp9, cluster(1700000000000, 0, 100, 2900)), true},
		"since 1970, 61 s":       {file(infoOf(float(idDuration, 1700000061000)), vp9, cluster(1700000000000, 0, 100, 2900)), false},
	} {
		i, err := scanBytes(tc.b)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if err := i.CheckLimits(time.Minute); (err == nil) != tc.ok || err != nil && !strings.Contains(err.Error(), " s long; at most 60 s") {
			t.Errorf("%s: %v, duration %v", name, err, i.Duration)
		}
	}
}
