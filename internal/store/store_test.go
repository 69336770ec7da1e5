package store_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"github.com/saccade-dev/saccade"
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

// jobs is a queue that only counts.
type jobs struct {
	mu         sync.Mutex
	analyses   []string
	deliveries []string
	fail       error
}

func (j *jobs) Enqueue(_ context.Context, _ *sql.Tx, a *saccade.Analysis, _ int64) (int64, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.analyses = append(j.analyses, a.ID)
	return int64(len(j.analyses)), j.fail
}

func (j *jobs) Notify(_ context.Context, _ *sql.Tx, delivery string) (int64, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.deliveries = append(j.deliveries, delivery)
	return int64(len(j.deliveries)), j.fail
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
	jobs  *jobs
}

func open(t *testing.T, driver string, change ...func(*store.Config)) *fixture {
	t.Helper()
	f := &fixture{t: t, clock: &clock{now: time.Date(2026, 6, 1, 9, 12, 43, 512_000_000, time.UTC)}, jobs: &jobs{}}
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
	a, replayed, err := f.CreateAnalysis(f.t.Context(), &saccade.Analysis{Account: "acme", Request: r}, nil, f.jobs)
	if err != nil || replayed {
		f.t.Fatalf("create: replayed %v, %v", replayed, err)
	}
	f.clock.move(time.Millisecond)
	return a
}

func (f *fixture) begin(id string) *store.Claim {
	f.t.Helper()
	c, err := f.Begin(f.t.Context(), id, "instance-1", f.jobs)
	f.ok(err)
	return c
}

func (f *fixture) get(id string) *saccade.Analysis {
	f.t.Helper()
	a, err := f.Analysis(f.t.Context(), "acme", id)
	f.ok(err)
	return a
}

func someOutputs() *saccade.Outputs {
	score := 71
	return &saccade.Outputs{
		Input:     &saccade.InputOutput{Width: 640, Height: 360, Frames: 90, Duration: 3},
		Attention: &saccade.AttentionOutput{AttentionMap: "analyses/x/attentionMap.webm"},
		Focus:     &saccade.ScoreOutput{Score: &score},
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
		if diff := cmp.Diff(u, got); diff != "" || got.Size != -1 {
			t.Errorf("%+v %s", got, diff)
		}
		_, err = f.Upload(t.Context(), "rival", u.ID)
		f.code(err, saccade.CodeNotFound)
		f.ok(f.SetUploadSize(t.Context(), u.ID, 1234))
		f.code(f.SetUploadSize(t.Context(), "nothing", 1), saccade.CodeNotFound)
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
		keys, err := f.Erasures(t.Context())
		f.ok(err)
		if diff := cmp.Diff([]string{"uploads/acme/" + unused.ID}, keys); diff != "" {
			t.Error(diff)
		}
		_, err = f.Upload(t.Context(), "acme", fresh.ID)
		f.ok(err)
		for _, object := range []string{"uploads/acme/" + unused.ID, "uploads/rival/" + fresh.ID} {
			_, _, err = f.CreateAnalysis(t.Context(), &saccade.Analysis{Account: "acme", Request: saccade.Request{Kind: saccade.KindVideo, Object: object}}, nil, f.jobs)
			f.code(err, saccade.CodeInvalidInput)
		}
	})
}

func TestCreateAndRead(t *testing.T) {
	each(t, func(t *testing.T, f *fixture) {
		at := f.clock.Now()
		a := f.create(saccade.KindVideo, func(r *saccade.Request) {
			r.AOIs = []saccade.AOI{{Name: "logo", Box: &saccade.Box{X: 0.1, Y: 0.2, Width: 0.3, Height: 0.4}}}
			r.Title = "Ein Titel: äöü 😀 \"quoted\" \\ 'x'"
		})
		want := &saccade.Analysis{ID: a.ID, ExposedID: a.ExposedID, Account: "acme", Request: a.Request,
			Status: saccade.StatusPending, Progress: saccade.Progress{Stage: "queued"}, CreatedAt: at}
		if diff := cmp.Diff(want, f.get(a.ID)); diff != "" {
			t.Error(diff)
		}
		if a.ID == a.ExposedID {
			t.Error("the exposed id is the id")
		}
		byExposed, err := f.AnalysisByExposedID(t.Context(), "acme", a.ExposedID)
		f.ok(err)
		if byExposed.ID != a.ID {
			t.Errorf("got %s", byExposed.ID)
		}
		for _, id := range []string{"", "nothing", a.ExposedID, "' OR 1=1 --"} {
			_, err = f.Analysis(t.Context(), "acme", id)
			f.code(err, saccade.CodeNotFound)
		}
		_, err = f.Analysis(t.Context(), "rival", a.ID)
		f.code(err, saccade.CodeNotFound)
		_, err = f.AnalysisByExposedID(t.Context(), "rival", a.ExposedID)
		f.code(err, saccade.CodeNotFound)
		if diff := cmp.Diff([]string{a.ID}, f.jobs.analyses); diff != "" {
			t.Error(diff)
		}
	})
}

// TestCreateIsOneTransaction: without a job there is no row.
func TestCreateIsOneTransaction(t *testing.T) {
	each(t, func(t *testing.T, f *fixture) {
		broken := &jobs{fail: errors.New("queue broken")}
		a := &saccade.Analysis{ID: "fixed", Account: "acme", Request: saccade.Request{Kind: saccade.KindImage}}
		if _, _, err := f.CreateAnalysis(t.Context(), a, &store.Idempotency{Key: "k", BodyHash: "h"}, broken); !errors.Is(err, broken.fail) {
			t.Errorf("error %v", err)
		}
		_, err := f.Analysis(t.Context(), "acme", "fixed")
		f.code(err, saccade.CodeNotFound)
		_, replayed, err := f.CreateAnalysis(t.Context(), a, &store.Idempotency{Key: "k", BodyHash: "h"}, f.jobs)
		if err != nil || replayed {
			t.Errorf("the key was kept: %v, %v", replayed, err)
		}
	})
}

func TestIdempotency(t *testing.T) {
	each(t, func(t *testing.T, f *fixture) {
		post := func(account, key, hash string) (*saccade.Analysis, bool, error) {
			return f.CreateAnalysis(t.Context(), &saccade.Analysis{Account: account, Request: saccade.Request{Kind: saccade.KindImage}}, &store.Idempotency{Key: key, BodyHash: hash}, f.jobs)
		}
		first, replayed, err := post("acme", "k1", "h1")
		if err != nil || replayed {
			t.Fatal(replayed, err)
		}
		again, replayed, err := post("acme", "k1", "h1")
		if err != nil || !replayed || again.ID != first.ID {
			t.Errorf("replay: %v, %v, %v", again, replayed, err)
		}
		_, _, err = post("acme", "k1", "h2")
		f.code(err, saccade.CodeConflict)
		other, replayed, err := post("rival", "k1", "h2")
		if err != nil || replayed || other.ID == first.ID {
			t.Errorf("another account's key: %v, %v, %v", other, replayed, err)
		}
		f.clock.move(24*time.Hour + time.Minute)
		late, replayed, err := post("acme", "k1", "h2")
		if err != nil || replayed || late.ID == first.ID {
			t.Errorf("after a day: %v, %v, %v", late, replayed, err)
		}
		if len(f.jobs.analyses) != 3 {
			t.Errorf("%d jobs, want 3", len(f.jobs.analyses))
		}
	})
}

// TestIdempotencyRace: of many equal requests at once one creates.
func TestIdempotencyRace(t *testing.T) {
	each(t, func(t *testing.T, f *fixture) {
		var mu sync.Mutex
		ids, created := map[string]bool{}, 0
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() {
				a, replayed, err := f.CreateAnalysis(t.Context(), &saccade.Analysis{Account: "acme", Request: saccade.Request{Kind: saccade.KindImage}}, &store.Idempotency{Key: "k", BodyHash: "h"}, f.jobs)
				if err != nil {
					t.Error(err)
					return
				}
				mu.Lock()
				defer mu.Unlock()
				ids[a.ID] = true
				if !replayed {
					created++
				}
			})
		}
		wg.Wait()
		if len(ids) != 1 || created != 1 {
			t.Errorf("%d ids, %d created", len(ids), created)
		}
	})
}

func TestQueueLimitAndPosition(t *testing.T) {
	storetest.Each(t, func(t *testing.T, driver string) {
		f := open(t, driver, func(c *store.Config) { c.MaxQueued = 4 })
		v1, v2 := f.create(saccade.KindVideo), f.create(saccade.KindVideo)
		i1, p1 := f.create(saccade.KindImage), f.create(saccade.KindPage)
		_, _, err := f.CreateAnalysis(t.Context(), &saccade.Analysis{Account: "acme", Request: saccade.Request{Kind: saccade.KindVideo}}, nil, f.jobs)
		f.code(err, saccade.CodeOverCapacity)
		positions := func(want map[string]int) {
			t.Helper()
			for id, w := range want {
				if n, err := f.QueuePosition(t.Context(), id); err != nil || n != w {
					t.Errorf("position %d, %v; want %d", n, err, w)
				}
			}
		}
		positions(map[string]int{v1.ID: 1, v2.ID: 2, i1.ID: 1, p1.ID: 2, "nothing": 0})
		c := f.begin(v1.ID)
		positions(map[string]int{v1.ID: 0, v2.ID: 1, p1.ID: 2})
		q, err := f.QueueState(t.Context())
		f.ok(err)
		if q.Waiting != 3 || q.Running != 1 || q.Oldest == nil || !q.Oldest.Equal(v2.CreatedAt) {
			t.Errorf("queue %+v", q)
		}
		f.ok(c.Succeed(t.Context(), someOutputs()))
		positions(map[string]int{v1.ID: 0})
		f.create(saccade.KindVideo)
	})
}

func TestList(t *testing.T) {
	each(t, func(t *testing.T, f *fixture) {
		var want []string
		for i := range 7 {
			kind := saccade.KindVideo
			if i%3 == 2 {
				kind = saccade.KindImage
			}
			a := f.create(kind)
			if kind == saccade.KindVideo {
				want = append([]string{a.ID}, want...)
			}
			if i == 4 {
				f.clock.move(-time.Millisecond) // two at the same moment
			}
		}
		ids := func(o store.ListOptions) (all []string, pages int) {
			for {
				page, next, err := f.List(t.Context(), "acme", o)
				f.ok(err)
				pages++
				for _, a := range page {
					all = append(all, a.ID)
				}
				if next == "" {
					return all, pages
				}
				o.After = next
			}
		}
		for limit, pages := range map[int]int{0: 1, 2: 3, 5: 1, 4: 2, 1000: 1} {
			got, n := ids(store.ListOptions{Kind: saccade.KindVideo, Limit: limit})
			if n != pages || len(got) != len(want) {
				t.Errorf("limit %d: %d pages of %d", limit, n, len(got))
			}
			seen := map[string]bool{}
			for _, id := range got {
				seen[id] = true
			}
			if len(seen) != len(want) {
				t.Errorf("limit %d: %v", limit, got)
			}
		}
		f.ok(f.begin(want[1]).Succeed(t.Context(), someOutputs()))
		if got, _ := ids(store.ListOptions{Status: saccade.StatusSuccess}); !cmp.Equal(got, want[1:2]) {
			t.Errorf("successes: %v", got)
		}
		if got, _ := ids(store.ListOptions{}); len(got) != 7 {
			t.Errorf("all: %v", got)
		}
		_, err := f.Delete(t.Context(), "acme", want[0])
		f.ok(err)
		if got, _ := ids(store.ListOptions{Kind: saccade.KindVideo}); cmp.Equal(got, want) || len(got) != len(want)-1 {
			t.Errorf("after a deletion: %v", got)
		}
		for _, bad := range []string{"x", "!!!", "MTIz", strings.Repeat("A", 1000), "MS8A"} {
			_, _, err := f.List(t.Context(), "acme", store.ListOptions{After: bad})
			f.code(err, saccade.CodeClient)
		}
		page, next, err := f.List(t.Context(), "nobody", store.ListOptions{})
		if err != nil || next != "" || page == nil || len(page) != 0 {
			t.Errorf("an empty list: %v, %q, %v", page, next, err)
		}
	})
}

// TestTwoProcesses: the command line makes a token while the server runs.
func TestTwoProcesses(t *testing.T) {
	each(t, func(t *testing.T, f *fixture) {
		cli := storetest.Open(t, f.cfg)
		plain, _, err := cli.CreateToken(t.Context(), "acme", nil)
		f.ok(err)
		_, _, err = f.Authenticate(t.Context(), plain)
		f.ok(err)
		var wg sync.WaitGroup
		for _, s := range []*store.Store{cli, f.Store} {
			for i := range 4 {
				wg.Go(func() {
					for n := range 10 {
						if _, err := s.EnsureAccount(t.Context(), fmt.Sprintf("many-%d-%d", i, n)); err != nil {
							t.Error(err)
						}
					}
				})
			}
		}
		wg.Wait()
	})
}

// TestReadBesideLongTransaction: a poll is answered while somebody writes.
func TestReadBesideLongTransaction(t *testing.T) {
	each(t, func(t *testing.T, f *fixture) {
		a := f.create(saccade.KindVideo)
		tx, err := f.DB().BeginTx(t.Context(), nil)
		f.ok(err)
		defer func() { _ = tx.Rollback() }()
		_, err = tx.ExecContext(t.Context(), `UPDATE analyses SET stage = 'unseen'`)
		f.ok(err)
		ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
		defer cancel()
		start := time.Now()
		got, err := f.Analysis(ctx, "acme", a.ID)
		f.ok(err)
		t.Logf("read in %v", time.Since(start))
		if got.Progress.Stage != "queued" {
			t.Errorf("stage %q was never committed", got.Progress.Stage)
		}
	})
}

func TestOpenTwiceAndCheck(t *testing.T) {
	each(t, func(t *testing.T, f *fixture) {
		var wg sync.WaitGroup
		for range 3 {
			wg.Go(func() {
				s, err := store.Open(t.Context(), f.cfg)
				if err != nil {
					t.Error(err)
					return
				}
				if err := errors.Join(s.Check(t.Context()), s.Close()); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
	})
	if _, err := store.Open(t.Context(), store.Config{}); err == nil {
		t.Error("an empty configuration was taken")
	}
	file := filepath.Join(t.TempDir(), "with space", "ü?#%41.db")
	cfg := store.DefaultConfig()
	cfg.DSN = "sqlite:" + file
	storetest.Open(t, cfg)
	stat, err := os.Stat(file)
	if err != nil || stat.Mode().Perm() != 0o600 || stat.Size() == 0 {
		t.Errorf("the file: %v, %v", stat, err)
	}
}
