package worker_test

import (
	"bufio"
	"context"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/blob"
	"github.com/saccade-dev/saccade/internal/store"
	"github.com/saccade-dev/saccade/internal/store/storetest"
	"github.com/saccade-dev/saccade/internal/worker"
)

// The environment that tells a child what to work on.
const (
	childDSN   = "SACCADE_TEST_WORKER_DSN"
	childDir   = "SACCADE_TEST_WORKER_DIR"
	childLease = "SACCADE_TEST_WORKER_LEASE" // not empty: a lease that no test outlasts
)

// childMain is a worker process whose jobs never end. It tells on its standard
// output when one begins.
func childMain() {
	ctx := context.Background()
	cfg := store.DefaultConfig()
	cfg.DSN = os.Getenv(childDSN)
	if os.Getenv(childLease) != "" {
		cfg.Lease = time.Hour
	}
	log := slog.New(slog.NewTextHandler(os.Stderr, nil))
	must := func(err error) {
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
	st, err := store.Open(ctx, cfg)
	must(err)
	objects, err := blob.NewDisk(filepath.Join(os.Getenv(childDir), "objects"))
	must(err)
	wcfg := worker.DefaultConfig()
	wcfg.Heartbeat = 600 * time.Millisecond // the lease is five of them: no busy machine is silent for so long
	if os.Getenv(childLease) != "" {
		wcfg.Heartbeat = cfg.Lease / 5
	}
	wcfg.Texts = 0
	wcfg.Scratch = filepath.Join(os.Getenv(childDir), "scratch")
	w, err := worker.New(wcfg, worker.Deps{Store: st, Objects: objects, Log: log,
		Sender: sendFunc(func(ctx context.Context, _ store.Delivery) (int, error) { return 204, nil }),
		Runner: runFunc(func(ctx context.Context, t worker.Task) (*saccade.Outputs[saccade.File], error) {
			if err := os.WriteFile(filepath.Join(t.Dir, "half.webm"), []byte("half"), 0o600); err != nil {
				return nil, err
			}
			fmt.Println("begun", t.Analysis.ID)
			return behave(ctx, t.Analysis.Request.Title)
		})})
	must(err)
	must(w.Start(ctx))
	select {}
}

// behave does what the title of an analysis says.
func behave(ctx context.Context, title string) (*saccade.Outputs[saccade.File], error) {
	switch title {
	case "kills":
		time.Sleep(300 * time.Millisecond) // the others have begun
		_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
	case "takes a while":
		time.Sleep(time.Second)
		return outputs(), nil
	}
	<-ctx.Done()
	return nil, ctx.Err()
}

// child starts a worker process and gives a function that waits for it to
// begin a job, and one that kills it as kill -9 does.
func child(t *testing.T, dsn, dir string, env ...string) (begun func(), kill func()) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(self)
	cmd.Env = append(os.Environ(), childVariable+"=1", childDSN+"="+dsn, childDir+"="+dir)
	cmd.Env = append(cmd.Env, env...)
	cmd.Stderr = t.Output()
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	killed := false
	kill = func() {
		if !killed {
			killed = true
			_ = cmd.Process.Kill() // SIGKILL
			_ = cmd.Wait()
		}
	}
	t.Cleanup(kill)
	lines := bufio.NewScanner(out)
	return func() {
		t.Helper()
		if !lines.Scan() {
			t.Fatal("the child ended early")
		}
	}, kill
}

// TestKill: a process killed in the middle of a job loses nothing; the next
// start on the machine takes the job up at once, without waiting for the lease.
func TestKill(t *testing.T) {
	storetest.Each(t, func(t *testing.T, driver string) {
		cfg := storetest.Config(t, driver)
		cfg.Lease = time.Hour
		dir := t.TempDir()
		b := fixtureOn(t, cfg, dir)
		begun, kill := child(t, cfg.DSN, dir, childLease+"=1")
		a := b.create(saccade.KindVideo)
		begun()
		kill()
		killed := time.Now()
		b.start(func(context.Context, worker.Task) (*saccade.Outputs[saccade.File], error) { return outputs(), nil }, nil)
		got := b.await(a.ID, ended)
		t.Logf("success %v after the kill", time.Since(killed).Round(time.Millisecond))
		if got.Status != saccade.StatusSuccess || got.Attempt != 2 {
			t.Errorf("status %s, attempt %d, error %v", got.Status, got.Attempt, got.Err)
		}
		if left, _ := filepath.Glob(filepath.Join(b.cfg.Scratch, "*", "half.webm")); len(left) > 0 {
			t.Errorf("the dead worker's files are left: %v", left)
		}
	})
}

// TestKillElsewhere: nobody starts anew, but another machine (another scratch
// directory) notices the silence.
func TestKillElsewhere(t *testing.T) {
	storetest.Each(t, func(t *testing.T, driver string) {
		cfg := storetest.Config(t, driver)
		cfg.Lease = 2 * time.Second
		b := fixtureOn(t, cfg, t.TempDir())
		b.cfg.Videos = 0 // until the child has begun
		begun, kill := child(t, cfg.DSN, t.TempDir())
		a := b.create(saccade.KindVideo)
		begun()
		b.cfg.Videos = 1
		b.start(func(context.Context, worker.Task) (*saccade.Outputs[saccade.File], error) { return outputs(), nil }, nil)
		if got := b.await(a.ID, func(*saccade.Analysis) bool { return true }); got.Status != saccade.StatusPending || got.Attempt != 1 {
			t.Fatalf("a living worker's job was taken: %+v", got)
		}
		kill()
		killed := time.Now()
		got := b.await(a.ID, ended)
		t.Logf("success %v after the kill (lease %v)", time.Since(killed).Round(time.Millisecond), cfg.Lease)
		if got.Status != saccade.StatusSuccess || got.Attempt != 2 {
			t.Errorf("status %s, attempt %d, error %v", got.Status, got.Attempt, got.Err)
		}
	})
}

// TestNeighborsOfAKiller: one analysis ends every process that runs it. Those that
// ran beside it are done in the end, and it is given up after the deaths for which
// it alone can be the reason.
func TestNeighborsOfAKiller(t *testing.T) {
	storetest.Each(t, func(t *testing.T, driver string) {
		cfg := storetest.Config(t, driver)
		dir := t.TempDir()
		b := fixtureOn(t, cfg, dir)
		titled := func(title string) *saccade.Analysis {
			return b.create(saccade.KindImage, func(r *saccade.Request) { r.Title = title })
		}
		killer := titled("kills")
		neighbors := []*saccade.Analysis{titled("takes a while"), titled("takes a while")}
		for range cfg.MaxTries + 1 {
			died, kill := childUntilDeath(t, cfg.DSN, dir)
			<-died
			kill()
		}
		_, kill := childUntilDeath(t, cfg.DSN, dir)
		defer kill()
		got := b.await(killer.ID, ended)
		if got.Status != saccade.StatusFailed || got.Err.Code != saccade.CodeServer || !strings.Contains(got.Err.Message, "3 times while nothing else ran") {
			t.Errorf("the killer: %s, %v", got.Status, got.Err)
		}
		for _, n := range neighbors {
			if got := b.await(n.ID, ended); got.Status != saccade.StatusSuccess {
				t.Errorf("a neighbor: %s, attempt %d, %v", got.Status, got.Attempt, got.Err)
			}
		}
	})
}

// childUntilDeath starts a worker process; died is closed when it is no more.
func childUntilDeath(t *testing.T, dsn, dir string) (died chan struct{}, kill func()) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(self)
	cmd.Env = append(os.Environ(), childVariable+"=1", childDSN+"="+dsn, childDir+"="+dir)
	cmd.Stderr = t.Output()
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	died = make(chan struct{})
	go func() {
		defer close(died)
		_ = cmd.Wait()
	}()
	return died, func() {
		_ = cmd.Process.Kill()
		<-died
	}
}

// TestKillerIsGivenUp: an analysis that takes the process down each time ends.
func TestKillerIsGivenUp(t *testing.T) {
	storetest.Each(t, func(t *testing.T, driver string) {
		cfg := storetest.Config(t, driver)
		dir := t.TempDir()
		b := fixtureOn(t, cfg, dir)
		a := b.create(saccade.KindVideo)
		for range cfg.MaxTries + 1 { // the first time it does not run alone
			begun, kill := child(t, cfg.DSN, dir)
			begun()
			kill()
		}
		b.start(func(context.Context, worker.Task) (*saccade.Outputs[saccade.File], error) { return outputs(), nil }, nil)
		got := b.await(a.ID, ended)
		if got.Status != saccade.StatusFailed || got.Err.Code != saccade.CodeServer {
			t.Errorf("status %s, error %v", got.Status, got.Err)
		}
	})
}
