package ffmpeg

import (
	"context"
	"errors"
	"fmt"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/ffmpeg/sandbox"
)

// ErrUnconfined is in the chain of errors of a Tool that must not decode files of
// strangers here, because nothing would confine ffmpeg.
var ErrUnconfined = errors.New("ffmpeg cannot be confined on this system")

// prepareSandbox learns what the system can enforce and what the program needs
// to start.
func (t *Tool) prepareSandbox(ctx context.Context) (err error) {
	if !t.cfg.Sandbox {
		t.detail = "switched off by configuration"
		return nil
	}
	t.detail, t.confined = sandbox.Level()
	if t.needs, err = sandbox.Learn(ctx, t.path, environment()); err != nil {
		return fmt.Errorf("its libraries cannot be found (it must be the program itself, not a script): %w", err)
	}
	return nil
}

// CheckSandbox returns an error that wraps ErrUnconfined and says what the system
// lacks, when the configuration requires confinement and there is none.
func (t *Tool) CheckSandbox(context.Context) error {
	if t.confined || !t.cfg.Require {
		return nil
	}
	return fmt.Errorf("%w: %s", ErrUnconfined, t.detail)
}

// Confined reports whether ffmpeg is kept from the machine, and by what, or what
// is missing.
func (t *Tool) Confined() (detail string, ok bool) { return t.detail, t.confined }

// requireSandbox refuses media while CheckSandbox fails.
func (t *Tool) requireSandbox(ctx context.Context) error {
	if err := t.CheckSandbox(ctx); err != nil {
		return saccade.Errorf(saccade.CodeInvalidInput, "This server cannot analyze videos: nothing would confine the decoder. Its operator has to run it on a system with Landlock.").With(err)
	}
	return nil
}
