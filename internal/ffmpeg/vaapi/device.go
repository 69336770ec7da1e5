package vaapi

import (
	"os"
	"path/filepath"
	"slices"
	"strconv"

	"github.com/saccade-dev/saccade/internal/ffmpeg/sandbox"
)

// Device is a graphics processor that encodes VP9. nil is none.
type Device struct {
	Node     string // its render node, for example /dev/dri/renderD128
	LowPower bool   // by the entrypoint that Intel's newer processors have alone
	Repeats  bool   // the slots of its frames are known, so that they can be shown again for a byte
	Verbose  bool   // let ffmpeg say the driver's name
}

// Least size of a frame that a device is given: that of the trial, in pixels. Devices have
// limits of their own, and smaller frames take little time anyway.
const (
	Width  = 256
	Height = 144
)

// Takes reports whether frames of a size are for the device: even sizes that are not too
// small, and without transparency, which VAAPI does not have.
func (d *Device) Takes(width, height int, alpha bool) bool {
	return d != nil && !alpha && width >= Width && height >= Height && width%2 == 0 && height%2 == 0
}

// Before is the part of ffmpeg's command line that comes before the input, and the
// level of its log. nil is none, and errors alone.
func (d *Device) Before() (args []string, level string) {
	switch {
	case d == nil:
		return nil, "error"
	case d.Verbose:
		return []string{"-vaapi_device", d.Node}, "verbose"
	}
	return []string{"-vaapi_device", d.Node}, "error"
}

// Encoder is the part of ffmpeg's command line that describes the encoder. quantizer, 0
// to 63, is that of every frame: drivers hold a rate by counting frames, and ours have
// times instead. Without B-frames every frame is shown, and kept in a slot. keyInterval
// is the most frames between two key frames.
func (d *Device) Encoder(quantizer, keyInterval int) []string {
	args := []string{"-vf", "format=nv12,hwupload", "-c:v", "vp9_vaapi", "-rc_mode", "CQP",
		"-global_quality", strconv.Itoa(4 * quantizer), "-g", strconv.Itoa(keyInterval), "-bf", "0"} // of the bitstream, 0 to 255
	if d.LowPower {
		args = append(args, "-low_power", "1")
	}
	return args
}

// driverDirs are where libva looks for drivers as distributions build it.
func driverDirs() []string {
	return []string{"/usr/lib/*/dri", "/usr/lib64/dri", "/usr/lib/dri", "/usr/local/lib/*/dri", "/usr/local/lib/dri"}
}

// about are the files by which libdrm knows devices apart.
func about() []string {
	return []string{"uevent", "vendor", "device", "subsystem_vendor", "subsystem_device", "revision", "config"}
}

// Allow adds to limits what the driver needs: the device itself, the directories of
// drivers and of their libraries, and what the system says of the device.
func (d *Device) Allow(l *sandbox.Limits) {
	l.Devices = append(slices.Clone(l.Devices), d.Node)
	l.Libraries = append(slices.Clone(l.Libraries), filepath.SplitList(os.Getenv("LIBVA_DRIVERS_PATH"))...)
	for _, pattern := range driverDirs() {
		dirs, _ := filepath.Glob(pattern) // the patterns are well-formed
		for _, dir := range dirs {
			l.Libraries = append(l.Libraries, dir, filepath.Dir(dir))
		}
	}
	system := filepath.Join("/sys/class/drm", filepath.Base(d.Node), "device")
	l.Libraries = append(l.Libraries, filepath.Join(system, "drm"))
	l.Read = slices.Clone(l.Read)
	for _, name := range about() {
		l.Read = append(l.Read, filepath.Join(system, name))
	}
}

// Environment is what an operator sets for libva by variables.
func Environment() []string {
	var env []string
	for _, k := range []string{"LIBVA_DRIVER_NAME", "LIBVA_DRIVERS_PATH"} {
		if v := os.Getenv(k); v != "" {
			env = append(env, k+"="+v)
		}
	}
	return env
}
