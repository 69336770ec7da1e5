package store_test

import (
	"context"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/blob"
	"github.com/saccade-dev/saccade/internal/store"
	"github.com/saccade-dev/saccade/internal/store/storetest"
)

func TestMain(m *testing.M) {
	code := storetest.Main(m)
	if err := goleak.Find(); err != nil && code == 0 {
		os.Stderr.WriteString("goroutines leak: " + err.Error() + "\n")
		code = 1
	}
	os.Exit(code)
}

// clock is a clock that the test moves.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) move(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// fixture is a store with two accounts.
type fixture struct {
	*store.Store
	t     *testing.T
	cfg   store.Config
	clock *clock
}

func open(t *testing.T, driver string, change ...func(*store.Config)) *fixture {
	t.Helper()
	f := &fixture{t: t, clock: &clock{now: time.Date(2026, 6, 1, 9, 12, 43, 512_000_000, time.UTC)}}
	f.cfg = storetest.Config(t, driver)
	f.cfg.Now = f.clock.Now
	for _, c := range change {
		c(&f.cfg)
	}
	f.Store = storetest.Open(t, f.cfg)
	for _, name := range []string{"acme", "rival"} {
		if _, err := f.EnsureAccount(t.Context(), name); err != nil {
			t.Fatal(err)
		}
	}
	return f
}

func (f *fixture) ok(err error) {
	f.t.Helper()
	if err != nil {
		f.t.Fatal(err)
	}
}

func (f *fixture) code(err error, want saccade.Code) {
	f.t.Helper()
	if !saccade.IsCode(err, want) {
		f.t.Fatalf("error %v, want code %s", err, want)
	}
}

func (f *fixture) create(kind saccade.Kind, change ...func(*saccade.Request)) *saccade.Analysis {
	f.t.Helper()
	r := saccade.Request{Kind: kind, Title: "a title", Outputs: saccade.DefaultOutputs(kind)}
	for _, c := range change {
		c(&r)
	}
	a, replayed, err := f.CreateAnalysis(f.t.Context(), &saccade.Analysis{Account: "acme", Request: r}, nil)
	if err != nil || replayed {
		f.t.Fatalf("create: replayed %v, %v", replayed, err)
	}
	f.clock.move(time.Millisecond)
	return a
}

// begin starts an attempt at the analysis.
func (f *fixture) begin(id string) *store.AnalysisClaim {
	f.t.Helper()
	w := store.WorkImage
	if f.get(id).Request.Kind == saccade.KindVideo {
		w = store.WorkVideo
	}
	c, err := storetest.Claim(f.t.Context(), f.Store, w, id)
	f.ok(err)
	return c
}

// tickets counts the tickets that wait in the queue.
func (f *fixture) tickets(w store.Work) int {
	f.t.Helper()
	var n int
	f.ok(f.DB().QueryRowContext(f.t.Context(), `SELECT count(*) FROM river_job WHERE queue = $1 AND state = 'available'`, string(w)).Scan(&n))
	return n
}

// writeText has a summary written.
func (f *fixture) writeText(id, body string) {
	f.t.Helper()
	_, err := f.StartText(f.t.Context(), "acme", id, "summary", 0)
	f.ok(err)
	f.ok(storetest.WriteTexts(f.t.Context(), f.Store, func(context.Context, *saccade.Analysis, string) (string, error) { return body, nil }))
}

// breakQueue makes adding jobs fail, until repair.
func (f *fixture) breakQueue() (repair func()) {
	f.t.Helper()
	rename := func(from, to string) {
		_, err := f.DB().ExecContext(f.t.Context(), `ALTER TABLE `+from+` RENAME TO `+to)
		f.ok(err)
	}
	rename("river_job", "river_job_away")
	return func() { rename("river_job_away", "river_job") }
}

func (f *fixture) get(id string) *saccade.Analysis {
	f.t.Helper()
	a, err := f.Analysis(f.t.Context(), "acme", id)
	f.ok(err)
	return a
}

func someOutputs() *saccade.Outputs[saccade.File] {
	score := 71
	return &saccade.Outputs[saccade.File]{
		Input:     &saccade.InputOutput[saccade.File]{Width: 640, Height: 360, Frames: 90, Duration: 3},
		Attention: &saccade.AttentionOutput[saccade.File]{AttentionMap: "attentionMap.webm"},
		Focus:     &saccade.ScoreOutput[saccade.File]{Score: &score},
	}
}

// each runs the test on a fresh store of every driver.
func each(t *testing.T, test func(t *testing.T, f *fixture)) {
	storetest.Each(t, func(t *testing.T, driver string) { test(t, open(t, driver)) })
}

func TestConfig(t *testing.T) {
	if err := store.DefaultConfig().Validate(); err != nil {
		t.Error(err)
	}
	err := store.Config{DSN: "mysql://root:hunter2@h/db", MaxQueued: -1, ImageTTL: -1}.Validate()
	if err == nil {
		t.Fatal("no error")
	}
	for _, word := range []string{"DSN", "MaxQueued", "ImageTTL", "MaxTries", "Lease", "MaxConns"} {
		if !strings.Contains(err.Error(), word) {
			t.Errorf("%s is not named: %v", word, err)
		}
	}
	if strings.Contains(err.Error(), "hunter2") {
		t.Errorf("the password is shown: %v", err)
	}
	for _, dsn := range []string{"", "sqlite:", "sqlite://", "postgres:x", "data.db"} {
		cfg := store.DefaultConfig()
		cfg.DSN = dsn
		if cfg.Validate() == nil {
			t.Errorf("%q was taken", dsn)
		}
	}
}

func TestAccounts(t *testing.T) {
	each(t, func(t *testing.T, f *fixture) {
		a, err := f.EnsureAccount(t.Context(), "acme")
		f.ok(err)
		want := saccade.Account{Name: "acme", AddOns: []string{saccade.AddOnVideo}, CreatedAt: f.clock.Now()}
		if diff := cmp.Diff(want, a); diff != "" {
			t.Error(diff)
		}
		f.ok(f.SetAddOn(t.Context(), "acme", saccade.AddOnVideo, false))
		f.ok(f.SetAddOn(t.Context(), "acme", "beta", true))
		f.ok(f.SetAddOn(t.Context(), "acme", "beta", true))
		a, err = f.Account(t.Context(), "acme")
		f.ok(err)
		if diff := cmp.Diff([]string{"beta"}, a.AddOns); diff != "" {
			t.Error(diff)
		}
		_, err = f.Account(t.Context(), "nobody")
		f.code(err, saccade.CodeNotFound)
		f.code(f.SetAddOn(t.Context(), "nobody", "x", true), saccade.CodeNotFound)
		for _, name := range []string{"", "a/b", "..", ".a", "a b", "é", "a\x00", strings.Repeat("a", 64)} {
			_, err = f.EnsureAccount(t.Context(), name)
			f.code(err, saccade.CodeClient)
		}
		all, err := f.Accounts(t.Context())
		f.ok(err)
		if len(all) != 2 {
			t.Errorf("accounts: %v", all)
		}
		one, err := f.WebhookSecret(t.Context(), "acme")
		f.ok(err)
		other, err := f.WebhookSecret(t.Context(), "rival")
		f.ok(err)
		if !strings.HasPrefix(one, "whsec_") || one == other {
			t.Errorf("secrets %q and %q", one, other)
		}
	})
}

func TestTokens(t *testing.T) {
	each(t, func(t *testing.T, f *fixture) {
		plain, token, err := f.CreateToken(t.Context(), "acme", nil)
		f.ok(err)
		if !strings.HasPrefix(plain, "sac_") || len(plain) != 56 || !strings.HasPrefix(plain, token.Hint) || len(token.Hint) > 12 {
			t.Errorf("token %q, hint %q", plain, token.Hint)
		}
		f.clock.move(time.Minute)
		account, used, err := f.Authenticate(t.Context(), plain)
		f.ok(err)
		if account.Name != "acme" || used.ID != token.ID {
			t.Errorf("%+v, %+v", account, used)
		}
		soon := f.clock.Now().Add(time.Hour)
		brief, _, err := f.CreateToken(t.Context(), "acme", &soon)
		f.ok(err)
		_, _, err = f.Authenticate(t.Context(), brief)
		f.ok(err)
		f.clock.move(time.Hour)
		for _, wrong := range []string{"", "sac_", plain[:55], plain + "a", strings.ToUpper(plain), brief, strings.Repeat("sac_", 1000), "sac_'; --", "sac_\x00"} {
			_, _, err = f.Authenticate(t.Context(), wrong)
			f.code(err, saccade.CodeAuth)
		}
		f.ok(f.RevokeToken(t.Context(), token.ID))
		f.ok(f.RevokeToken(t.Context(), token.ID))
		_, _, err = f.Authenticate(t.Context(), plain)
		f.code(err, saccade.CodeAuth)
		f.code(f.RevokeToken(t.Context(), "nothing"), saccade.CodeNotFound)
		_, _, err = f.CreateToken(t.Context(), "nobody", nil)
		f.code(err, saccade.CodeNotFound)
		_, _, err = f.CreateToken(t.Context(), "rival", nil)
		f.ok(err)
		for account, want := range map[string]int{"": 3, "acme": 2, "rival": 1, "nobody": 0} {
			tokens, err := f.Tokens(t.Context(), account)
			f.ok(err)
			if len(tokens) != want {
				t.Errorf("%q has %d tokens, want %d", account, len(tokens), want)
			}
			for _, x := range tokens {
				if x.ID == token.ID && (x.RevokedAt == nil || x.LastUsed == nil) {
					t.Errorf("%+v: want revoked and used", x)
				}
			}
		}
		assertNotStored(t, f, plain)
	})
}

// assertNotStored looks for a text in every column of the tokens.
func assertNotStored(t *testing.T, f *fixture, plain string) {
	t.Helper()
	var n int
	f.ok(f.DB().QueryRowContext(t.Context(),
		`SELECT count(*) FROM tokens WHERE id LIKE $1 OR hash LIKE $1 OR hint LIKE $1`, "%"+plain[20:]+"%").Scan(&n))
	if n > 0 {
		t.Error("the token itself is stored")
	}
}

func TestUploads(t *testing.T) {
	each(t, func(t *testing.T, f *fixture) {
		u, err := f.CreateUpload(t.Context(), "acme")
		f.ok(err)
		got, err := f.Upload(t.Context(), "acme", u.ID)
		f.ok(err)
		if diff := cmp.Diff(u, got); diff != "" {
			t.Errorf("%+v %s", got, diff)
		}
		_, err = f.Upload(t.Context(), "rival", u.ID)
		f.code(err, saccade.CodeNotFound)
		unused, err := f.CreateUpload(t.Context(), "acme")
		f.ok(err)
		f.create(saccade.KindVideo, func(r *saccade.Request) { r.Object = "uploads/acme/" + u.ID })
		f.clock.move(25 * time.Hour)
		fresh, err := f.CreateUpload(t.Context(), "acme")
		f.ok(err)
		stale, err := f.StaleUploads(t.Context(), f.clock.Now().Add(-24*time.Hour))
		f.ok(err)
		if len(stale) != 1 || stale[0].ID != unused.ID {
			t.Errorf("stale: %+v, want only %s", stale, unused.ID)
		}
		for upload, want := range map[string]bool{unused.ID: true, u.ID: false} {
			deleted, err := f.DeleteUpload(t.Context(), saccade.Upload{ID: upload, Account: "acme"})
			f.ok(err)
			if deleted != want {
				t.Errorf("delete %s: %v, want %v", upload, deleted, want)
			}
		}
		f.clock.move(time.Minute)
		keys, err := f.PendingDeletions(t.Context())
		f.ok(err)
		if diff := cmp.Diff([]blob.Key{blob.UploadKey("acme", unused.ID)}, keys); diff != "" {
			t.Error(diff)
		}
		_, err = f.Upload(t.Context(), "acme", fresh.ID)
		f.ok(err)
		for _, object := range []string{"uploads/acme/" + unused.ID, "uploads/rival/" + fresh.ID} {
			_, _, err = f.CreateAnalysis(t.Context(), &saccade.Analysis{Account: "acme", Request: saccade.Request{Kind: saccade.KindVideo, Object: object}}, nil)
			f.code(err, saccade.CodeInvalidInput)
		}
	})
}
