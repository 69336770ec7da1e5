//go:build unix

package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/saccade-dev/saccade/internal/blob/s3/s3test"
	"github.com/saccade-dev/saccade/internal/store/storetest"
)

// cluster is a service of several processes: PostgreSQL, a service that speaks S3,
// processes that answer and processes that run jobs, all of them on loopback addresses.
type cluster struct {
	program  string
	dir      string
	rows     *storetest.Postgres
	bucket   *s3test.Server
	apis     []*process
	workers  []*process
	receiver *receiver
	db       *sql.DB // to look on
	env      []string
	objects  string // the directory that the bucket is
}

// size is how many processes a cluster has, and how they are started.
type size struct {
	apis    int
	flags   []string // of every process
	workers []string // flags of every worker besides
	count   int      // workers
}

// startCluster starts everything on an empty database and an empty bucket. Where
// PostgreSQL or versitygw is missing the error is errMissing.
func startCluster(ctx context.Context, program string, of size) (c *cluster, err error) {
	c = &cluster{program: program}
	defer func() {
		if err != nil {
			err = errors.Join(err, c.end())
		}
	}()
	if c.rows, err = storetest.StartPostgres(); err != nil {
		return c, fmt.Errorf("PostgreSQL: %w: %w", errMissing, err)
	}
	if c.bucket, err = s3test.Start("127.0.0.1:0"); err != nil {
		return c, fmt.Errorf("versitygw: %w: %w", errMissing, err)
	}
	if c.dir, err = os.MkdirTemp("", "saccade-chaos-"); err != nil {
		return c, err
	}
	if c.receiver, err = newReceiver(); err != nil {
		return c, err
	}
	if c.db, err = sql.Open("pgx", c.rows.URL); err != nil {
		return c, err
	}
	c.db.SetMaxOpenConns(2)
	bucket, err := s3test.NewBucket(ctx, c.bucket.Address)
	if err != nil {
		return c, err
	}
	c.objects = filepath.Join(c.bucket.Data(), bucket.Bucket)
	c.env = []string{"SACCADE_DATABASE=" + c.rows.URL, "AWS_ACCESS_KEY_ID=" + s3test.AccessKey, "AWS_SECRET_ACCESS_KEY=" + s3test.SecretKey,
		fmt.Sprintf("SACCADE_STORAGE=s3://%s/?endpoint=%s&region=us-east-1", bucket.Bucket, c.bucket.Address), "SACCADE_ALLOW=" + c.receiver.address()}
	return c, c.startProcesses(of)
}

// startProcesses starts the processes of the service itself.
func (c *cluster) startProcesses(of size) error {
	for i := range of.apis {
		port, err := freePort()
		if err != nil {
			return err
		}
		args := append([]string{"serve", "--role", "api", "--listen", port, "--rate-limit", "0", "--max-queue", "5000"}, of.flags...)
		p := c.process(fmt.Sprintf("api-%d", i+1), args...)
		if err := p.start(); err != nil {
			return err
		}
		c.apis = append(c.apis, p)
	}
	for i := range of.count {
		args := append([]string{"worker", "--listen", "127.0.0.1:0", "--allow-unconfined", "--grace", "5s"}, append(of.flags, of.workers...)...)
		p := c.process(fmt.Sprintf("worker-%d", i+1), args...)
		if err := p.start(); err != nil {
			return err
		}
		c.workers = append(c.workers, p)
	}
	return nil
}

// process is a process of the service with a data directory of its own.
func (c *cluster) process(name string, args ...string) *process {
	args = append([]string{c.program}, args...)
	return &process{name: name, args: append(args, "--data", filepath.Join(c.dir, name)), env: c.env, log: filepath.Join(c.dir, name+".log")}
}

// token makes a token of an account.
func (c *cluster) token(account string) (string, error) {
	cmd := exec.Command(c.program, "token", "create", "--account", account, "--data", filepath.Join(c.dir, "admin"))
	cmd.Env = append(os.Environ(), c.env...)
	out, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("token create: %w", err)
	}
	return strings.TrimSpace(string(out)), nil
}

// end ends all processes and removes what they kept.
func (c *cluster) end() error {
	var errs []error
	for _, p := range append(c.apis, c.workers...) {
		if p.cmd != nil {
			errs = append(errs, p.terminate(time.Minute))
		}
	}
	if c.db != nil {
		errs = append(errs, c.db.Close())
	}
	if c.receiver != nil {
		c.receiver.Close()
	}
	if c.bucket != nil {
		c.bucket.Remove()
	}
	if c.rows != nil {
		c.rows.Remove()
	}
	err := errors.Join(errs...)
	if err == nil && c.dir != "" {
		return os.RemoveAll(c.dir)
	}
	return err
}

// freePort is a loopback address that nobody listens on: a process that is started
// again has to be where it was.
func freePort() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return l.Addr().String(), l.Close()
}

// row is what the database holds of an analysis.
type row struct {
	id, status, stage, instance string
	attempt                     int
	leased                      bool
}

// pending lists the analyses that have not ended.
func (c *cluster) pending(ctx context.Context) ([]row, error) {
	return c.ask(ctx, `WHERE status = 'pending'`)
}

// ask lists analyses.
func (c *cluster) ask(ctx context.Context, where string, args ...any) (all []row, err error) {
	rows, err := c.db.QueryContext(ctx, `SELECT id, status, stage, instance, attempt, lease_until > 0 FROM analyses `+where, args...)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var r row
		if err := rows.Scan(&r.id, &r.status, &r.stage, &r.instance, &r.attempt, &r.leased); err != nil {
			return nil, err
		}
		all = append(all, r)
	}
	return all, rows.Err()
}

// number asks the database for one number.
func (c *cluster) number(ctx context.Context, query string, args ...any) (n int, err error) {
	err = c.db.QueryRowContext(ctx, query, args...).Scan(&n)
	return n, err
}
