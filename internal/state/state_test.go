package state_test

import (
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/blob"
	"github.com/saccade-dev/saccade/internal/state"
	"github.com/saccade-dev/saccade/internal/store"
	"github.com/saccade-dev/saccade/internal/store/storetest"
)

func TestMain(m *testing.M) { os.Exit(storetest.Main(m)) }

var (
	here  = blob.Origin{Base: "http://h"}
	later = time.Date(2100, 1, 1, 0, 0, 0, 0, time.UTC)
)

// link is a link that a process with this configuration signs.
func link(t *testing.T, c state.Config) saccade.Link {
	t.Helper()
	s, err := c.OpenStore(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	o, err := c.OpenObjects(t.Context(), s.Settings())
	if err != nil {
		t.Fatal(err)
	}
	defer o.Close()
	l, err := o.Links.GetURL(here, "analyses/a/b", later)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// TestOneSecret: all processes of a database sign alike, whoever starts first.
func TestOneSecret(t *testing.T) {
	storetest.Each(t, func(t *testing.T, driver string) {
		cfg := storetest.Config(t, driver)
		links := make([]saccade.Link, 4)
		var wg sync.WaitGroup
		for i := range links {
			wg.Go(func() {
				c := state.Config{Data: t.TempDir(), Database: cfg.DSN}
				if driver == store.DriverSQLite {
					c.Data, c.Database = filepath.Dir(strings.TrimPrefix(cfg.DSN, "sqlite:")), ""
				}
				links[i] = link(t, c)
			})
		}
		wg.Wait()
		for _, l := range links {
			if l != links[0] {
				t.Errorf("%s and %s", l, links[0])
			}
		}
	})
}

// TestSecretOfBefore: links that were signed with the file of a data directory stay good.
func TestSecretOfBefore(t *testing.T) {
	secret := []byte(strings.Repeat("\x00binary\n", 8))
	c := state.Config{Data: t.TempDir()}
	if err := os.WriteFile(filepath.Join(c.Data, "secret"), secret, 0o600); err != nil {
		t.Fatal(err)
	}
	signer, err := blob.NewSigner(secret)
	if err != nil {
		t.Fatal(err)
	}
	want, err := signer.GetURL(here, "analyses/a/b", later)
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if got := link(t, c); got != want {
			t.Errorf("%s, want %s", got, want)
		}
		if err := os.Remove(filepath.Join(c.Data, "secret")); err != nil && !os.IsNotExist(err) {
			t.Fatal(err)
		}
	}
}

func TestSecretFile(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "given")
	one := state.Config{Data: filepath.Join(dir, "one"), SecretFile: file}
	two := state.Config{Data: filepath.Join(dir, "two"), SecretFile: file}
	s, err := one.OpenStore(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	for _, content := range []string{"", "short", " " + strings.Repeat("x", blob.MinSecret-1) + "\n"} {
		if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := one.OpenObjects(t.Context(), s.Settings()); err == nil || !strings.Contains(err.Error(), "SACCADE_SECRET_FILE") {
			t.Errorf("%q: %v", content, err)
		}
	}
	if err := os.WriteFile(file, []byte(strings.Repeat("x", blob.MinSecret)+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if a, b := link(t, one), link(t, two); a != b {
		t.Errorf("%s and %s", a, b)
	}
	one.SecretFile = filepath.Join(dir, "missing")
	if _, err := one.OpenObjects(t.Context(), s.Settings()); err == nil {
		t.Error("a missing file was taken")
	}
}

// TestBucketNeedsKeys: the error says where they come from.
func TestBucketNeedsKeys(t *testing.T) {
	for _, v := range []string{"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_ACCESS_KEY_ID_FILE", "AWS_SECRET_ACCESS_KEY_FILE"} {
		t.Setenv(v, "")
	}
	c := state.Config{Data: t.TempDir(), Storage: "s3://bucket"}
	s, err := c.OpenStore(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	if _, err := c.OpenObjects(t.Context(), s.Settings()); err == nil || !strings.Contains(err.Error(), "AWS_SECRET_ACCESS_KEY_FILE") {
		t.Errorf("got %v", err)
	}
}
