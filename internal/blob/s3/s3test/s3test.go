// Package s3test runs tests of what keeps objects in a bucket against a real
// service: versitygw, which enforces signatures, where its program is installed
// (`make test` sees to it), on a directory of its own.
//
// A package that uses it has
//
//	func TestMain(m *testing.M) { os.Exit(s3test.Main(m)) }
package s3test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/cors"
	"github.com/minio/minio-go/v7/pkg/credentials"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/blob/s3"
)

// The keys of the service.
const (
	AccessKey = "saccade-test"
	SecretKey = "saccade-test-secret"
)

// The server of this process.
const (
	addressVariable = "SACCADE_TEST_S3"
	reasonVariable  = "SACCADE_TEST_S3_MISSING"
)

// Main runs the tests of a package with a service of their own.
func Main(m *testing.M) int {
	if os.Getenv(addressVariable) == "" {
		server, err := Start("127.0.0.1:0")
		if err != nil {
			_ = os.Setenv(reasonVariable, err.Error())
		} else {
			defer server.Remove()
			_ = os.Setenv(addressVariable, server.Address)
		}
	}
	return m.Run()
}

// Config is a configuration for an empty bucket. It skips the test where there is no
// service.
func Config(t testing.TB) s3.Config {
	t.Helper()
	address := os.Getenv(addressVariable)
	if address == "" {
		t.Skipf("no S3 service here (%s); make test installs versitygw", os.Getenv(reasonVariable))
	}
	cfg, err := NewBucket(t.Context(), address)
	if err != nil {
		t.Fatal(err)
	}
	cfg.Spool = t.TempDir()
	return cfg
}

// NewBucket makes an empty bucket in a service.
func NewBucket(ctx context.Context, address string) (s3.Config, error) {
	cfg := s3.DefaultConfig()
	cfg.Bucket, cfg.AccessKey, cfg.SecretKey = "test-"+saccade.NewID(), AccessKey, SecretKey
	var err error
	if cfg.Endpoint, err = url.Parse(address); err != nil {
		return cfg, err
	}
	c, err := connect(cfg)
	if err == nil {
		err = c.MakeBucket(ctx, cfg.Bucket, minio.MakeBucketOptions{Region: cfg.Region})
	}
	return cfg, err
}

// AllowOrigin sets the CORS rules of a bucket to those that docs/operating.md asks for,
// for pages of one origin.
func AllowOrigin(ctx context.Context, cfg s3.Config, origin string) error {
	c, err := connect(cfg)
	if err != nil {
		return err
	}
	return c.SetBucketCors(ctx, cfg.Bucket, cors.NewConfig([]cors.Rule{{
		AllowedOrigin: []string{origin}, AllowedMethod: []string{"GET", "HEAD", "PUT"}, AllowedHeader: []string{"*"}, ExposeHeader: []string{"ETag"},
	}}))
}

func connect(cfg s3.Config) (*minio.Client, error) {
	return minio.New(cfg.Endpoint.Host, &minio.Options{Creds: credentials.NewStaticV4(AccessKey, SecretKey, ""), Region: cfg.Region})
}

// Server is a running service.
type Server struct {
	Address string // its endpoint
	dir     string
	program string
	cmd     *exec.Cmd
}

// Start starts a service on an address of this machine; port 0 is a free one.
func Start(listen string) (*Server, error) {
	program, err := find()
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "saccade-s3-")
	if err != nil {
		return nil, err
	}
	s := &Server{dir: dir, program: program}
	for _, sub := range []string{"data", "meta"} {
		err = errors.Join(err, os.Mkdir(filepath.Join(dir, sub), 0o700))
	}
	l, e := net.Listen("tcp", listen)
	if err = errors.Join(err, e); err == nil {
		s.Address = "http://" + l.Addr().String()
		err = errors.Join(l.Close(), s.Restart())
	}
	if err != nil {
		s.Remove()
		return nil, err
	}
	return s, nil
}

// find returns the program: of PATH, or where `go install` puts it.
func find() (string, error) {
	if file, err := exec.LookPath("versitygw"); err == nil {
		return file, nil
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return "", err
	}
	for _, dir := range []string{os.Getenv("GOBIN"), filepath.Join(os.Getenv("GOPATH"), "bin"), filepath.Join(home, "go", "bin")} {
		if file, err := exec.LookPath(filepath.Join(dir, "versitygw")); err == nil && filepath.IsAbs(file) {
			return file, nil
		}
	}
	return "", errors.New("versitygw is not installed")
}

// patience is how long the service may take to answer after its start.
const patience = 30 * time.Second

// Restart starts the service, after [Server.Stop] or for the first time.
func (s *Server) Restart() error {
	u, err := url.Parse(s.Address)
	if err != nil {
		return err
	}
	s.cmd = exec.Command(s.program, "--quiet", "--access", AccessKey, "--secret", SecretKey, "--port", u.Host,
		"posix", filepath.Join(s.dir, "data"))
	log, err := os.Create(filepath.Join(s.dir, "log"))
	if err != nil {
		return err
	}
	defer func() { _ = log.Close() }()
	s.cmd.Stdout, s.cmd.Stderr = log, log
	if err := s.cmd.Start(); err != nil {
		return err
	}
	for start := time.Now(); time.Since(start) < patience; time.Sleep(20 * time.Millisecond) {
		if conn, err := net.Dial("tcp", u.Host); err == nil {
			return conn.Close()
		}
	}
	said, _ := os.ReadFile(log.Name())
	return fmt.Errorf("versitygw does not answer: %s", said)
}

// Stop stops the service at once; what it holds stays.
func (s *Server) Stop() {
	if s.cmd != nil && s.cmd.Process != nil {
		_ = s.cmd.Process.Kill()
		_ = s.cmd.Wait()
		s.cmd = nil
	}
}

// Data is the directory in which the service keeps the objects.
func (s *Server) Data() string { return filepath.Join(s.dir, "data") }

// Signal sends a signal to the service's process.
func (s *Server) Signal(signal os.Signal) error { return s.cmd.Process.Signal(signal) }

// Remove stops the service and removes what it holds.
func (s *Server) Remove() {
	s.Stop()
	_ = os.RemoveAll(s.dir)
}
