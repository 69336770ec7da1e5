//go:build !linux

package capture

import (
	"os"
	"os/exec"
	"time"
)

// confine can do little where there are no process groups that we know: the
// browser itself is killed, and its children end with it.
func confine(cmd *exec.Cmd, _ chrome, _ limits) { cmd.WaitDelay = 2 * time.Second }

func killGroup(pid int, _ string) {
	if p, err := os.FindProcess(pid); err == nil && pid > 0 {
		_ = p.Kill()
	}
}

func groupMemory(int) int64 { return 0 }

func diskUse(string) int64 { return 0 }

func deletedUse(int, string) int64 { return 0 }
