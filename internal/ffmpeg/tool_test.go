package ffmpeg

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestProbeOfOlderPrograms: a program before 5.1 knows an option by its older name.
func TestProbeOfOlderPrograms(t *testing.T) {
	real, err := exec.LookPath("ffmpeg")
	if err != nil {
		t.Skip("ffmpeg is not installed")
	}
	old := filepath.Join(t.TempDir(), "ffmpeg")
	script := `#!/bin/sh
case "$*" in *fps_mode*) echo "Unrecognized option 'fps_mode'." >&2; exit 1;; esac
exec ` + real + ` "$@"
`
	if err := os.WriteFile(old, []byte(script), 0o700); err != nil {
		t.Fatal(err)
	}
	tl, err := New(Config{Path: old, Timeout: 1 << 40, MaxPixels: 1, Memory: 1 << 30, FileSize: 1 << 20, Threads: 1})
	if err != nil {
		t.Fatal(err)
	}
	if tl.sync != "-vsync" || tl.Version() == "" {
		t.Errorf("%s, version %q", tl.sync, tl.Version())
	}
}

func TestConfigValidate(t *testing.T) {
	if err := DefaultConfig().Validate(); err != nil {
		t.Error(err)
	}
	for encoder, ok := range map[string]bool{"": true, "libvpx": true, "vaapi": true, "nvenc": false} {
		cfg := DefaultConfig()
		cfg.Encoder = encoder
		if err := cfg.Validate(); (err == nil) != ok || err != nil && !strings.Contains(err.Error(), `Encoder is "nvenc"; it must be libvpx or vaapi`) {
			t.Errorf("encoder %q: %v", encoder, err)
		}
	}
	err := Config{Videos: -1}.Validate()
	if err == nil {
		t.Fatal("an empty configuration is accepted")
	}
	for _, name := range []string{"Path", "Timeout", "MaxPixels", "Memory", "FileSize", "Threads", "Videos"} {
		if !strings.Contains(err.Error(), name) {
			t.Errorf("%s is not named in %v", name, err)
		}
	}
}

func TestNewNamesWhatIsMissing(t *testing.T) {
	cfg := DefaultConfig()
	cfg.Path = filepath.Join(t.TempDir(), "ffmpeg")
	if _, err := New(cfg); !errors.Is(err, os.ErrNotExist) || !strings.Contains(err.Error(), "apt install ffmpeg") {
		t.Errorf("got %v", err)
	}
}

func TestCoder(t *testing.T) {
	const codecs = `ffmpeg version 5.1.9-0+deb12u1 Copyright (c) 2000-2026 the FFmpeg developers
Codecs:
 D..... = Decoding supported
 -------
 DEV.L. av1                  Alliance for Open Media AV1 (decoders: libaom-av1 av1 ) (encoders: libaom-av1)
 D.V.L. vp8                  On2 VP8
 ..V.L. vp9                  Google VP9
`
	for _, tc := range []struct {
		codec, list, name string
		want              bool
	}{
		{"av1", "decoders", "libaom-av1", true}, {"av1", "decoders", "libdav1d", false}, {"av1", "encoders", "libaom-av1", true},
		{"vp8", "decoders", "vp8", true}, {"vp8", "decoders", "libvpx", false}, {"vp8", "encoders", "vp8", false},
		{"vp9", "decoders", "vp9", false}, {"h264", "decoders", "h264", false},
	} {
		if got := coder(codecs, tc.codec, tc.list, tc.name); got != tc.want {
			t.Errorf("%s among the %s of %s: %v", tc.name, tc.list, tc.codec, got)
		}
	}
}
