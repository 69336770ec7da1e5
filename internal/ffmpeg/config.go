package ffmpeg

import (
	"errors"
	"fmt"
	"log/slog"
	"runtime"
	"time"
)

// Config says which ffmpeg to use and what it may consume.
type Config struct {
	Path        string        // program, looked up in PATH when it has no slash
	Timeout     time.Duration // wall time of one process, waiting for us included
	MaxDuration time.Duration // longest video that Decode yields, plus one frame; 0: any
	MaxPixels   int           // largest frame, width times height
	Memory      int64         // address space of one process, bytes
	FileSize    int64         // largest file a process may write, bytes
	Threads     int           // of an encoder, and of a decoder beside none
	Videos      int           // worked on at one time, which share the threads where an output may have several encoders; 0: one
	Encoder     string        // of composites: EncoderLibvpx or EncoderVAAPI; "": EncoderLibvpx
	Nodes       []string      // render nodes to try for EncoderVAAPI; nil: those of /dev/dri
	Sandbox     bool          // confine by re-execution; off only for debugging
	Require     bool          // decode nothing where the system cannot confine ffmpeg
	Helper      string        // binary whose main calls sandbox.Main; "": our own
	Cache       string        // directory that remembers what the program can do, made when needed; "": it is asked every time
	Logger      *slog.Logger  // gets what ffmpeg complains about; nil: nobody does
}

// maxThreads is from where on more threads of one process gain little.
const maxThreads = 8

// DefaultConfig lets one video use all cores, as nearly as it can.
func DefaultConfig() Config {
	return Config{
		Path:        "ffmpeg",
		Timeout:     15 * time.Minute,
		MaxDuration: time.Minute,
		MaxPixels:   4096 * 2304,
		Memory:      2 << 30,
		FileSize:    2 << 30,
		Threads:     min(runtime.GOMAXPROCS(0), maxThreads),
		Sandbox:     true,
	}
}

// Validate reports every fault, each naming its field.
func (c Config) Validate() error {
	var errs []error
	check := func(ok bool, format string, args ...any) {
		if !ok {
			errs = append(errs, fmt.Errorf("ffmpeg: "+format, args...))
		}
	}
	check(c.Path != "", "Path must name the program")
	check(c.Timeout > 0, "Timeout is %v; it must be above 0", c.Timeout)
	check(c.MaxDuration >= 0, "MaxDuration is %v; it must not be negative", c.MaxDuration)
	check(c.MaxPixels > 0, "MaxPixels is %d; it must be above 0", c.MaxPixels)
	check(c.Memory >= 512<<20, "Memory is %d; ffmpeg does not start below 536870912 (512 MiB)", c.Memory)
	check(c.FileSize >= 1<<20, "FileSize is %d; it must be at least 1048576 (1 MiB)", c.FileSize)
	check(c.Threads >= 1 && c.Threads <= 64, "Threads is %d; it must be 1 to 64", c.Threads)
	check(c.Videos >= 0, "Videos is %d; it must not be negative", c.Videos)
	check(c.Encoder == "" || c.Encoder == EncoderLibvpx || c.Encoder == EncoderVAAPI, "Encoder is %q; it must be libvpx or vaapi", c.Encoder)
	return errors.Join(errs...)
}
