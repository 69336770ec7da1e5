// Package secret reads secrets that a process is given by its environment: in a
// variable itself or, as Docker and systemd hand them over, in a file that the
// variable with _FILE at its end names.
//
// The contract: nothing is kept, nothing is logged, and no error holds a secret.
package secret

import (
	"fmt"
	"io"
	"os"
	"strings"
)

// longest is more bytes than any secret has.
const longest = 64 << 10

// FromEnv returns what a variable of the environment holds, or else what the file
// holds that the variable with _FILE at its end names. Space around either is not part
// of it. Without both it is empty; a file that is missing, empty or longer than 64 KiB is
// an error.
func FromEnv(variable string) (string, error) {
	if value := strings.TrimSpace(os.Getenv(variable)); value != "" {
		return value, nil
	}
	path := os.Getenv(variable + "_FILE")
	if path == "" {
		return "", nil
	}
	f, err := os.Open(path)
	if err != nil {
		return "", fmt.Errorf("%s_FILE cannot be read: %w", variable, err)
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, longest+1))
	value := strings.TrimSpace(string(b))
	switch {
	case err != nil:
		return "", fmt.Errorf("%s_FILE cannot be read: %w", variable, err)
	case len(b) > longest:
		return "", fmt.Errorf("%s_FILE: %s is longer than any secret", variable, path)
	case value == "":
		return "", fmt.Errorf("%s_FILE: %s is empty", variable, path)
	}
	return value, nil
}
