package ffmpeg

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/saccade-dev/saccade/internal/ffmpeg/sandbox"
	"github.com/saccade-dev/saccade/internal/ffmpeg/vaapi"
)

// Tool is a probed ffmpeg.
type Tool struct {
	cfg     Config
	path    string // absolute, links resolved
	helper  string // absolute
	version string
	sync    string   // "-fps_mode", or "-vsync" before 5.1
	missing []string // codecs that this build lacks
	log     *slog.Logger

	tones  filtersOfTones
	device *vaapi.Device // that encodes composites; nil: the processor does

	needs    sandbox.Needs // of the program
	detail   string        // how far this system confines
	confined bool          // and whether that is enough for files of strangers
}

// wanted are the coders that the work needs. Without those that are not
// essential, AV1 cannot be read, transparency is dropped, spatial layers are
// shown as frames, or audio is not converted.
var wanted = []struct {
	codec, list, name string
	essential         bool
}{
	{"vp8", "decoders", "vp8", true}, {"vp9", "decoders", "vp9", true}, {"vp9", "encoders", "libvpx-vp9", true},
	{"av1", "decoders", "libdav1d", false}, {"vp8", "decoders", "libvpx", false}, {"vp9", "decoders", "libvpx-vp9", false},
	{"opus", "encoders", "libopus", false},
}

// New finds the program and learns its version and options, or recalls them
// (Config.Cache). The error says what to install when it is missing or cannot encode, and what keeps a
// graphics processor from it where Config.Encoder asks for one.
func New(cfg Config) (*Tool, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	t := &Tool{cfg: cfg, log: cfg.Logger}
	if t.log == nil {
		t.log = slog.New(slog.DiscardHandler)
	}
	path, err := exec.LookPath(cfg.Path)
	if err != nil {
		return nil, fmt.Errorf("ffmpeg is needed and was not found (%w); install it, for example by \"apt install ffmpeg\"", err)
	}
	if t.path, err = filepath.Abs(path); err != nil {
		return nil, err
	}
	if p, err := filepath.EvalSymlinks(t.path); err == nil {
		t.path = p
	}
	t.helper = cfg.Helper
	if t.helper == "" {
		if t.helper, err = os.Executable(); err != nil {
			return nil, fmt.Errorf("ffmpeg: our own binary is unknown: %w", err)
		}
	}
	if !t.recall() {
		if err := t.probe(); err != nil {
			return t, err
		}
		t.save()
	}
	return t, t.chooseHardware()
}

var versionLine = regexp.MustCompile(`(?m)^ffmpeg version (\S+)`)

// probe asks the program what it is; an option that differs between versions is
// chosen by trying rather than by the version. Loading ffmpeg takes most of the time
// of an answer, so it is asked once only, as a rule.
func (t *Tool) probe() error {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	var codecs string
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() (err error) { codecs, err = t.codecs(ctx); return err })
	g.Go(func() error { return t.prepareSandbox(ctx) })
	if err := g.Wait(); err != nil {
		return fmt.Errorf("ffmpeg at %s does not run: %w; install it, for example by \"apt install ffmpeg\"", t.path, err)
	}
	if m := versionLine.FindStringSubmatch(codecs); m != nil {
		t.version = m[1]
	}
	fatal := false
	for _, w := range wanted {
		if !coder(codecs, w.codec, w.list, w.name) {
			t.missing = append(t.missing, w.name)
			fatal = fatal || w.essential
		}
	}
	if fatal {
		return fmt.Errorf("ffmpeg at %s lacks %s; install a full build, for example by \"apt install ffmpeg\"", t.path, strings.Join(t.missing, ", "))
	}
	return nil
}

// codecs asks the program for its codecs with the option that the work needs beside, so
// that an answer says that it is known; programs before 5.1 know it by its older name.
func (t *Tool) codecs(ctx context.Context) (string, error) {
	t.sync = "-fps_mode"
	out, err := t.ask(ctx, t.sync, "passthrough", "-codecs")
	if err != nil && strings.Contains(out, "Unrecognized option") {
		t.sync = "-vsync"
		return t.ask(ctx, t.sync, "passthrough", "-codecs")
	}
	return out, err
}

// coder finds a coder in what `ffmpeg -codecs` prints, for example
//
//	DEV.L. vp9    Google VP9 (decoders: vp9 libvpx-vp9 ) (encoders: libvpx-vp9 )
//
// where a list that would hold the codec's own name alone is left out.
func coder(codecs, codec, list, name string) bool {
	for line := range strings.Lines(codecs) {
		f := strings.Fields(line)
		if len(f) < 2 || f[1] != codec {
			continue
		}
		if _, after, ok := strings.Cut(line, "("+list+":"); ok {
			names, _, _ := strings.Cut(after, ")")
			return slices.Contains(strings.Fields(names), name)
		}
		return name == codec && strings.Contains(f[0], strings.ToUpper(list[:1]))
	}
	return false
}

// ask runs the program for its own information, unconfined: it reads no input.
// The banner, where not hidden, comes on the standard error.
func (t *Tool) ask(ctx context.Context, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, t.path, append([]string{"-nostdin"}, args...)...)
	cmd.Env = environment()
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// Version is the program's own version, "5.1.9-0+deb12u1" for example.
func (t *Tool) Version() string { return t.version }
