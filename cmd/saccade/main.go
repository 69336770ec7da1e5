// Command saccade predicts where people look in a video, an image or a web
// page: as a service (`saccade serve`) or on files (`saccade analyze`).
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"github.com/saccade-dev/saccade/internal/ffmpeg/sandbox"
)

// version is set by the linker (see the Makefile).
var version = "dev"

func main() {
	if len(os.Args) > 1 && os.Args[1] == sandbox.Command {
		os.Exit(sandbox.Main(os.Args[2:]))
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	os.Exit(run(env{ctx, os.Stdin, os.Stdout, os.Stderr}, os.Args[1:]))
}
