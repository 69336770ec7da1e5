package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/saccade-dev/saccade/cmd/saccade/operator"
	"github.com/saccade-dev/saccade/internal/attention"
	"github.com/saccade-dev/saccade/internal/capture"
	"github.com/saccade-dev/saccade/internal/ffmpeg"
	"github.com/saccade-dev/saccade/internal/nn"
)

// doctorCmd examines the machine.
type doctorCmd struct {
	stateFlags
	operator.Door
	operator.SignIn
	Encoder   string `enum:"libvpx,vaapi" default:"libvpx" help:"Encoder of composites that is needed: libvpx, or vaapi (a graphics processor; untested on hardware)."`
	PublicURL string `name:"public-url" default:"http://127.0.0.1:8080" placeholder:"URL" help:"Where pages come from that use the bucket."`
}

// Help says what the answer means.
func (doctorCmd) Help() string {
	return "With --database and --storage they are tried too, and clocks compared; with --tls-cert the certificate, with --oidc-issuer\nthe provider that signs people in.\n\nExamples:\n  saccade doctor\n" +
		"  saccade doctor --database postgres://db/saccade --storage \"s3://designs?endpoint=https://s3.example.com\"\n\nExit code 1 when something that the service needs does not work. Neither a missing browser is an error nor are CORS rules\nof the bucket: only pages, and the app in browsers, need them. VAAPI is tried by a few frames, and needed with --encoder vaapi alone."
}

// Run prints a line for everything the service rests on.
func (c doctorCmd) Run(e env) error {
	ctx, cancel := context.WithTimeout(e.ctx, time.Minute)
	defer cancel()
	w := tabwriter.NewWriter(e.stdout, 0, 8, 2, ' ', 0)
	healthy := true
	line := func(needed, ok bool, name, detail string) {
		mark := "ok"
		if !ok {
			mark = "MISSING"
			healthy = healthy && !needed
		}
		fmt.Fprintf(w, "%s\t%s\t%s\n", mark, name, detail)
	}
	if tool, err := ffmpeg.New(ffmpeg.DefaultConfig()); err != nil {
		line(true, false, "ffmpeg", err.Error())
	} else {
		for _, c := range tool.Doctor(ctx) {
			line(true, c.OK, c.Name, c.Detail)
		}
		if v := tool.DoctorVAAPI(ctx); v.OK || c.Encoder == ffmpeg.EncoderVAAPI {
			line(true, v.OK, v.Name, v.Detail)
		} else {
			fmt.Fprintf(w, "note\t%s\t%s; only --encoder vaapi needs it\n", v.Name, v.Detail)
		}
	}
	for _, v := range slices.Concat(c.config().Doctor(ctx, strings.TrimRight(c.PublicURL, "/")), c.Door.Doctor(c.PublicURL), c.SignIn.Doctor(ctx)) {
		line(v.Needed, v.OK, v.Name, v.Detail)
	}
	line(true, true, "kernels", kernels())
	for _, name := range []string{attention.NeuralName, attention.BaselineName} {
		start := time.Now()
		model, err := attention.ByName(name)
		if err == nil {
			err = attention.Check(model)
		}
		if err != nil {
			line(true, false, "model "+name, err.Error())
		} else {
			line(true, true, "model "+name, fmt.Sprintf("ready in %d ms", time.Since(start).Milliseconds()))
		}
	}
	if browser, err := capture.New(capture.DefaultConfig()); err != nil {
		line(false, false, "browser", err.Error())
	} else {
		for _, c := range browser.Doctor(ctx) {
			line(false, c.OK, c.Name, c.Detail)
		}
	}
	if err := w.Flush(); err != nil {
		return err
	}
	if !healthy {
		return exitStatus(exitFailed)
	}
	return nil
}

// kernels returns which kernel sets this machine can use, the fastest first.
func kernels() string {
	var words []string
	for _, k := range nn.Sets() {
		switch {
		case !k.Usable:
			words = append(words, k.Name+" (not on this processor)")
		case k.Check != nil:
			words = append(words, fmt.Sprintf("%s (not used: %v)", k.Name, k.Check))
		default:
			words = append(words, k.Name)
		}
	}
	return strings.Join(words, ", ")
}
