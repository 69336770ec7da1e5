package ffmpeg

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/saccade-dev/saccade/internal/ffmpeg/sandbox"
	"github.com/saccade-dev/saccade/internal/ffmpeg/vaapi"
)

// job describes one run of ffmpeg.
type job struct {
	args   []string
	stdin  *os.File      // the child's end; closed here by start
	stdout *os.File      // the child's end; closed here by start
	read   []string      // files that it may read, absolute
	write  string        // directory that it may write to, absolute; "": none
	device *vaapi.Device // that it may use; nil: none
	nice   int           // added to our own niceness
}

// process is one running ffmpeg.
type process struct {
	cmd    *exec.Cmd
	stderr *tail
	ctx    context.Context         // with the time limit
	free   context.CancelFunc      // of the time limit
	stop   context.CancelCauseFunc // kills, naming the reason
	once   sync.Once
	err    error
}

// Reasons for which we end a process ourselves, beside the caller's context.
var (
	errTimeout = errors.New("time limit of the process reached")
	errStopped = errors.New("process was stopped")
)

// start runs the job until it ends, its context does, or its time is over.
func (t *Tool) start(ctx context.Context, j job) (*process, error) {
	p := &process{stderr: &tail{}}
	ctx, p.stop = context.WithCancelCause(ctx)
	p.ctx, p.free = context.WithTimeoutCause(ctx, t.cfg.Timeout, errTimeout)
	name, args := t.path, j.args
	if t.cfg.Sandbox {
		name, args = t.helper, append(t.confinement(j), j.args...)
	}
	p.cmd = exec.CommandContext(p.ctx, name, args...)
	p.cmd.Env = environment()
	if j.device != nil {
		p.cmd.Env = append(p.cmd.Env, vaapi.Environment()...)
	}
	p.cmd.Dir = string(filepath.Separator)
	p.cmd.Stderr = p.stderr
	if j.stdin != nil {
		p.cmd.Stdin = j.stdin
		defer j.stdin.Close()
	}
	if j.stdout != nil {
		p.cmd.Stdout = j.stdout
		defer j.stdout.Close()
	}
	ownGroup(p.cmd)
	p.cmd.WaitDelay = 5 * time.Second
	if err := p.cmd.Start(); err != nil {
		p.release()
		return nil, fmt.Errorf("ffmpeg cannot be started: %w", err)
	}
	return p, nil
}

// connectPipe makes a pipe to a child's input (toChild) or from its output.
func connectPipe(toChild bool) (ours, theirs *os.File, err error) {
	r, w, err := os.Pipe()
	if toChild {
		return w, r, err
	}
	return r, w, err
}

// confinement is the command line of the sandbox helper, up to ffmpeg's own.
func (t *Tool) confinement(j job) []string {
	l := sandbox.Limits{Memory: t.cfg.Memory, FileSize: t.cfg.FileSize, CPU: int64(t.cfg.Timeout/time.Second+1) * int64(t.cfg.Threads+1),
		Nice: j.nice, Needs: t.needs, Read: j.read}
	if j.write != "" {
		l.Write = []string{j.write}
	}
	if j.device != nil {
		j.device.Allow(&l)
	}
	return l.Args(t.path)
}

// tunables let the C library keep the memory of a frame for the next one, which
// it would give back and get anew, page by page. Other libraries, and older ones,
// ignore what they do not know.
const tunables = "glibc.malloc.mmap_threshold=67108864:glibc.malloc.trim_threshold=268435456"

// environment is all that a process inherits: nothing but where an
// operator keeps libraries. OpenBLAS, which comes with one of its libraries and that
// nobody uses here, would start threads that look for work in vain.
func environment() []string {
	env := []string{"PATH=/usr/bin:/bin", "LC_ALL=C", "MALLOC_ARENA_MAX=4", "GLIBC_TUNABLES=" + tunables, "OPENBLAS_NUM_THREADS=1"}
	for _, k := range []string{"LD_LIBRARY_PATH", "SystemRoot", "GOCOVERDIR"} {
		if v := os.Getenv(k); v != "" {
			env = append(env, k+"="+v)
		}
	}
	return env
}

// wait waits for the end and returns the reason of a failure: what stopped it
// (the caller's context, errTimeout, the argument of stop), or
// *exec.ExitError. It may be called again, and by several.
func (p *process) wait() error {
	p.once.Do(func() {
		p.err = p.cmd.Wait()
		if cause := context.Cause(p.ctx); cause != nil && p.err != nil {
			p.err = cause
		}
		p.release()
	})
	return p.err
}

// kill ends the process group for a reason and waits.
func (p *process) kill(reason error) {
	p.stop(reason)
	_ = p.wait()
}

// release frees the contexts.
func (p *process) release() {
	p.free()
	p.stop(errStopped)
}

// crashed reports whether an error of wait is the process's own.
func crashed(err error) bool {
	var exit *exec.ExitError
	return errors.As(err, &exit)
}

// unconfined reports whether the helper, not ffmpeg, failed: it could not
// impose its limits, or the loader could not start ffmpeg under them.
func unconfined(err error) bool {
	var exit *exec.ExitError
	return errors.As(err, &exit) && (exit.ExitCode() == sandbox.Failed || exit.ExitCode() == 127)
}

// killed reports whether somebody else ended the process: the system when
// memory or processor time ran out, or an operator. That is not the video's
// fault. Our own kill has an error of its own instead.
func killed(err error) bool {
	var exit *exec.ExitError
	if !errors.As(err, &exit) {
		return false
	}
	status, ok := exit.Sys().(syscall.WaitStatus)
	return ok && status.Signaled() && (status.Signal() == syscall.SIGKILL || status.Signal() == syscall.SIGTERM)
}

// tail keeps the end of what a process complains about, and counts complaints
// that tell of damage.
type tail struct {
	mu      sync.Mutex
	buf     []byte
	partial []byte // the line that has not ended yet
	damaged int
}

const (
	maxTail = 8 << 10
	maxLine = 1 << 10
)

// damageSigns are what ffmpeg says once for each frame that it cannot decode.
var damageSigns = [][]byte{
	[]byte("Error while decoding stream"),       // to 6
	[]byte("Error submitting packet"),           // from 6.1
	[]byte("Decode error rate"),                 // from 7, at the end
	[]byte("corrupt decoded frame"),             //
	[]byte("corrupt input packet"),              //
	[]byte("Error processing packet in thread"), //
}

// Write never fails.
func (t *tail) Write(b []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.buf = append(t.buf, b...)
	if n := len(t.buf) - maxTail; n > 0 {
		t.buf = append(t.buf[:0], t.buf[n:]...)
	}
	for rest := b; len(rest) > 0; {
		line, after, ended := bytes.Cut(rest, []byte("\n"))
		if room := maxLine - len(t.partial); room > 0 {
			t.partial = append(t.partial, line[:min(room, len(line))]...)
		}
		if ended {
			t.count()
		}
		rest = after
	}
	return len(b), nil
}

func (t *tail) count() {
	for _, s := range damageSigns {
		if bytes.Contains(t.partial, s) {
			t.damaged++
			break
		}
	}
	t.partial = t.partial[:0]
}

// text is what was kept, and the number of complaints about damage.
func (t *tail) text() (string, int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return strings.TrimSpace(string(t.buf)), t.damaged
}
