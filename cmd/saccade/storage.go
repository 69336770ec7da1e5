package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/saccade-dev/saccade/internal/blob"
	"github.com/saccade-dev/saccade/internal/blob/s3"
)

// objects is the store of the objects, with the links that belong to it. Close it.
type objects struct {
	blob.Store
	links blob.Links
	close func()
}

// openObjects opens the store of the objects: the data directory, or a bucket. The
// signer's links belong to the directory.
func (p stateFlags) openObjects(signer *blob.Signer) (objects, error) {
	if p.Storage == "" {
		disk, err := blob.NewDisk(filepath.Join(p.Data, "objects"))
		return objects{disk, signer, func() {}}, err
	}
	cfg, err := s3.Parse(p.Storage)
	if err != nil {
		return objects{}, fmt.Errorf("--storage (SACCADE_STORAGE): %w", err)
	}
	if cfg.AccessKey, err = secretOf("AWS_ACCESS_KEY_ID"); err != nil {
		return objects{}, err
	}
	if cfg.SecretKey, err = secretOf("AWS_SECRET_ACCESS_KEY"); err != nil {
		return objects{}, err
	}
	cfg.Spool = filepath.Join(p.Data, "spool")
	bucket, err := s3.New(cfg)
	if err != nil {
		return objects{}, err
	}
	return objects{bucket, bucket.Links(), bucket.Close}, nil
}

// secretOf returns what a variable of the environment holds, or else what the file
// holds that the variable with _FILE at its end names. Space around it is not part of
// it. Without either it is empty.
func secretOf(variable string) (string, error) {
	if value := os.Getenv(variable); value != "" {
		return value, nil
	}
	file := os.Getenv(variable + "_FILE")
	if file == "" {
		return "", nil
	}
	b, err := os.ReadFile(file)
	if err != nil {
		return "", fmt.Errorf("%s_FILE cannot be read: %w", variable, err)
	}
	secret := strings.TrimSpace(string(b))
	if secret == "" {
		return "", fmt.Errorf("%s_FILE: %s is empty", variable, file)
	}
	return secret, nil
}
