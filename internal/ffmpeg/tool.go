package ffmpeg

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"time"
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
}

// wanted are the codecs that the work needs, as ffmpeg lists them.
var wanted = []struct{ list, name string }{
	{"-decoders", "vp8"}, {"-decoders", "vp9"}, {"-decoders", "libdav1d"}, {"-encoders", "libvpx-vp9"},
}

// New finds the program and learns its version and options. The error says
// what to install when it is missing or cannot encode.
func New(cfg Config) (*Tool, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	t := &Tool{cfg: cfg, log: cfg.Logger}
	if t.log == nil {
		t.log = slog.Default()
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
	return t, t.probe()
}

var versionLine = regexp.MustCompile(`(?m)^ffmpeg version (\S+)`)

// probe asks the program what it is; options that differ between versions are
// chosen by what its help says rather than by its version.
func (t *Tool) probe() error {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	out, err := t.ask(ctx, "-version")
	if err != nil {
		return fmt.Errorf("ffmpeg at %s does not run: %w; install it, for example by \"apt install ffmpeg\"", t.path, err)
	}
	if m := versionLine.FindStringSubmatch(out); m != nil {
		t.version = m[1]
	}
	help, err := t.ask(ctx, "-h", "long")
	if err != nil {
		return fmt.Errorf("ffmpeg -h: %w", err)
	}
	t.sync = "-vsync"
	if strings.Contains(help, "-fps_mode") {
		t.sync = "-fps_mode"
	}
	lists := map[string]string{}
	for _, w := range wanted {
		if _, ok := lists[w.list]; !ok {
			if lists[w.list], err = t.ask(ctx, w.list); err != nil {
				return fmt.Errorf("ffmpeg %s: %w", w.list, err)
			}
		}
		if !strings.Contains(lists[w.list], " "+w.name+" ") {
			t.missing = append(t.missing, w.name)
		}
	}
	for _, m := range t.missing {
		if m != "libdav1d" { // AV1 alone is lost without it
			return fmt.Errorf("ffmpeg at %s lacks %s; install a full build, for example by \"apt install ffmpeg\"", t.path, strings.Join(t.missing, ", "))
		}
	}
	return nil
}

// ask runs the program for its own information, unconfined: it reads no input.
func (t *Tool) ask(ctx context.Context, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, t.path, append([]string{"-hide_banner", "-nostdin"}, args...)...)
	if args[0] == "-version" {
		cmd = exec.CommandContext(ctx, t.path, args...)
	}
	cmd.Env = environment()
	out, err := cmd.Output()
	return string(out), err
}

// Version is the program's own version, "5.1.9-0+deb12u1" for example.
func (t *Tool) Version() string { return t.version }
