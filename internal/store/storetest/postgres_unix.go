//go:build unix

package storetest

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

// Postgres is a PostgreSQL server of one's own, on a free port of a loopback address.
type Postgres struct {
	URL  string // its address: postgres://...
	bin  string // directory of its programs
	dir  string
	port int
	as   *syscall.Credential // nil: our own user
}

// StartPostgres makes and starts a server, as another user if need be: PostgreSQL
// refuses to run as root. It is an error that PostgreSQL is not installed.
func StartPostgres() (*Postgres, error) {
	p := &Postgres{}
	var err error
	if p.bin, err = findPrograms(); err != nil {
		return nil, err
	}
	if p.as, err = serverUser(); err != nil {
		return nil, err
	}
	if p.dir, err = os.MkdirTemp("", "saccade-postgres-"); err != nil {
		return nil, err
	}
	if p.as != nil {
		err = os.Chown(p.dir, int(p.as.Uid), int(p.as.Gid))
	}
	if err == nil {
		err = p.run("initdb", "-A", "trust", "-U", "postgres", "-N", "-D", p.data())
	}
	if err == nil {
		err = p.start()
	}
	if err != nil {
		_ = os.RemoveAll(p.dir)
		return nil, err
	}
	p.URL = "postgres://postgres@127.0.0.1:" + strconv.Itoa(p.port) + "/postgres?sslmode=disable"
	return p, nil
}

func (p *Postgres) data() string { return filepath.Join(p.dir, "data") }

// run runs one of PostgreSQL's programs.
func (p *Postgres) run(program string, args ...string) error {
	cmd := exec.Command(filepath.Join(p.bin, program), args...)
	cmd.Dir = p.dir
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: p.as}
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%s: %w: %s", program, err, out)
	}
	return nil
}

// start starts the server on a free port: somebody else may be quicker to take one.
func (p *Postgres) start() (err error) {
	for range 3 {
		if p.port, err = freePort(); err == nil {
			err = p.Restart()
		}
		if err == nil {
			return nil
		}
	}
	return err
}

// Restart starts the server, after [Postgres.Stop] or for the first time. Nothing in it
// has to survive a power cut.
func (p *Postgres) Restart() error {
	options := fmt.Sprintf("-p %d -c listen_addresses=127.0.0.1 -k %s -c fsync=off -c full_page_writes=off", p.port, p.dir)
	return p.run("pg_ctl", "-D", p.data(), "-w", "-l", filepath.Join(p.dir, "log"), "-o", options, "start")
}

// Stop ends the server and all its sessions at once, as a crash does; what was committed
// stays.
func (p *Postgres) Stop() error { return p.run("pg_ctl", "-D", p.data(), "-m", "immediate", "stop") }

// Remove stops the server and removes what it holds.
func (p *Postgres) Remove() {
	_ = p.Stop()
	_ = os.RemoveAll(p.dir)
}

// findPrograms looks where Debian keeps them, then in PATH.
func findPrograms() (string, error) {
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	if len(found) > 0 {
		return filepath.Dir(found[len(found)-1]), nil
	}
	file, err := exec.LookPath("initdb")
	if err != nil {
		return "", fmt.Errorf("initdb is not installed")
	}
	return filepath.Dir(file), nil
}

// serverUser is nil for our own user.
func serverUser() (*syscall.Credential, error) {
	if os.Geteuid() != 0 {
		return nil, nil
	}
	u, err := user.Lookup("postgres")
	if err != nil {
		return nil, fmt.Errorf("it does not run as root and there is no user postgres")
	}
	uid, _ := strconv.ParseUint(strings.TrimSpace(u.Uid), 10, 32)
	gid, _ := strconv.ParseUint(strings.TrimSpace(u.Gid), 10, 32)
	return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, nil
}

func freePort() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer func() { _ = l.Close() }()
	return l.Addr().(*net.TCPAddr).Port, nil
}
