package vaapi

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// Nodes are the render nodes of the machine.
func Nodes() []string {
	nodes, _ := filepath.Glob("/dev/dri/renderD*") // the pattern is well-formed
	return nodes
}

// Trial encodes [Frames] by a device, frames that repeat by Repeat where the device has
// it, decodes the file again and holds it against them ([Alike]). It returns what ffmpeg said while it
// encoded.
type Trial func(ctx context.Context, d Device) (said string, err error)

// Find tries render nodes one after the other. It returns what was found on each, in
// words, and the first that encodes; nil where none does.
func Find(ctx context.Context, nodes []string, try Trial) (words string, first *Device) {
	if len(nodes) == 0 {
		return "no render node in /dev/dri: there is no graphics processor with a driver of the kernel, or a container (--device /dev/dri)" +
			" or unit (PrivateDevices=no) was not given it", nil
	}
	var list []string
	for _, node := range nodes {
		d, driver, err := tryNode(ctx, node, try)
		if err != nil {
			list = append(list, node+": "+err.Error())
			continue
		}
		list = append(list, fmt.Sprintf("%s encodes VP9 (%s)", node, driver))
		if first == nil {
			first = &d
		}
	}
	return strings.Join(list, "; "), first
}

// tryNode finds settings by which a render node encodes, and the name of its driver.
func tryNode(ctx context.Context, node string, try Trial) (d Device, driver string, err error) {
	if err := openable(node); err != nil {
		return d, "", err
	}
	for _, d := range []Device{{Repeats: true}, {}, {LowPower: true, Repeats: true}, {LowPower: true}} {
		d.Node, d.Verbose = node, true
		said, tried := try(ctx, d)
		if tried == nil {
			d.Verbose = false
			return d, driverOf(said), nil
		}
		why := reason(said, tried)
		if err == nil || errors.Is(err, errNoEntrypoint) { // there is another entrypoint to try
			err = why
		}
		if ctx.Err() != nil || errors.Is(why, errNoDevice) {
			break
		}
	}
	return d, "", err
}

// openable says why a device cannot be opened.
func openable(node string) error {
	f, err := os.OpenFile(node, os.O_RDWR, 0)
	switch {
	case errors.Is(err, fs.ErrPermission):
		return errors.New("no permission; put the user into the group of the file, for example by \"usermod -aG render USER\"")
	case errors.Is(err, fs.ErrNotExist):
		return errors.New("there is no such device")
	case err != nil:
		return err
	}
	return f.Close()
}

var driverLine = regexp.MustCompile(`VAAPI driver: (.+)`)

// driverOf finds the driver's name in what ffmpeg says when it is verbose.
func driverOf(said string) string {
	if m := driverLine.FindStringSubmatch(said); m != nil {
		return strings.Trim(m[1], ". ()\r")
	}
	return "a driver without a name"
}

// errNoDevice is in the chain of errors that other settings do not change.
var errNoDevice = errors.New("no device of VAAPI")

// errNoEntrypoint is for a device that does not encode VP9 in the way that was asked for.
var errNoEntrypoint = errors.New("its driver does not encode VP9; Intel's do from Kaby Lake (i965-va-driver) or Ice Lake (intel-media-va-driver) on")

// reason puts a failed trial into words.
func reason(said string, err error) error {
	has := func(words ...string) bool {
		return slices.ContainsFunc(words, func(w string) bool { return strings.Contains(said, w) })
	}
	switch {
	case has("Unknown encoder", "Unrecognized option 'vaapi_device'", "No such filter: 'hwupload'"):
		return fmt.Errorf("%w: this ffmpeg has no vp9_vaapi; install a full build, for example by \"apt install ffmpeg\"", errNoDevice)
	case has("No usable encoding entrypoint", "No usable encoding profile", "Encoding profile not found", "Encoding entrypoint not found"):
		return errNoEntrypoint
	case has("Failed to initiali"): // ise, ize
		return fmt.Errorf("%w: no driver of libva works with it; install one, for example by \"apt install intel-media-va-driver\", or name it by LIBVA_DRIVER_NAME", errNoDevice)
	case has("Cannot open a VA display", "No VA display found"):
		return fmt.Errorf("%w: libva does not take it for a render node", errNoDevice)
	}
	if lines := strings.Split(strings.TrimSpace(said), "\n"); lines[0] != "" {
		return fmt.Errorf("it does not encode: %s", lines[len(lines)-1])
	}
	return fmt.Errorf("it does not encode: %w", err)
}
