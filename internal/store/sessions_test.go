package store_test

import (
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/store/access"
	"github.com/saccade-dev/saccade/internal/store/storetest"
)

// wantAuth checks that a session is of an account, or with "" of none.
func (f *fixture) wantAuth(what, session, account string) {
	f.t.Helper()
	a, _, err := f.AuthenticateSession(f.t.Context(), session)
	if account == "" && !saccade.IsCode(err, saccade.CodeAuth) || account != "" && (err != nil || a.Name != account) {
		f.t.Errorf("%s: account %q, %v; want %q", what, a.Name, err, account)
	}
}

func TestSessions(t *testing.T) {
	storetest.Each(t, func(t *testing.T, driver string) {
		f := open(t, driver)
		ctx := t.Context()
		short := f.clock.Now().Add(time.Hour)
		plain, token, err := f.CreateToken(ctx, "acme", nil)
		if err != nil {
			t.Fatal(err)
		}
		brief, _, err := f.CreateToken(ctx, "acme", &short)
		if err != nil {
			t.Fatal(err)
		}
		one, err := f.CreateSession(ctx, plain)
		if err != nil || one.Account != "acme" || !one.ExpiresAt.Equal(f.clock.Now().Add(access.SessionTTL)) {
			t.Fatalf("%+v, %v", one, err)
		}
		two, err := f.CreateSession(ctx, plain)
		if err != nil || two.Secret == one.Secret {
			t.Fatalf("the same session twice, %v", err)
		}
		three, err := f.CreateSession(ctx, brief)
		if err != nil || !three.ExpiresAt.Equal(short) {
			t.Fatalf("%+v outlives its token, %v", three, err)
		}
		for _, wrong := range []string{"", plain, "sas_", one.Secret + "a", strings.ToUpper(one.Secret), "sas_" + strings.Repeat("a", 4000), "sas_\x00' OR 1=1"} {
			f.wantAuth("a wrong session", wrong, "")
			if _, err := f.CreateSession(ctx, strings.TrimPrefix(wrong, plain)); !saccade.IsCode(err, saccade.CodeAuth) {
				t.Errorf("%.20q begins a session: %v", wrong, err)
			}
		}
		f.wantAuth("the first", one.Secret, "acme")
		if err := f.EndSession(ctx, one.Secret); err != nil {
			t.Fatal(err)
		}
		f.wantAuth("ended", one.Secret, "")
		f.wantAuth("the second", two.Secret, "acme")
		f.clock.move(time.Hour)
		f.wantAuth("its token has expired", three.Secret, "")
		if err := f.RevokeToken(ctx, token.ID); err != nil {
			t.Fatal(err)
		}
		f.wantAuth("its token is revoked", two.Secret, "")
		if _, err := f.CreateSession(ctx, plain); !saccade.IsCode(err, saccade.CodeAuth) {
			t.Errorf("a revoked token begins a session: %v", err)
		}
	})
}

func TestSessionsAndLinksAreKeptAsHashes(t *testing.T) {
	f := open(t, "sqlite")
	plain, _, err := f.CreateToken(t.Context(), "acme", nil)
	if err != nil {
		t.Fatal(err)
	}
	s, err := f.CreateSession(t.Context(), plain)
	if err != nil {
		t.Fatal(err)
	}
	link, err := f.CreateSignIn(t.Context(), "acme")
	if err != nil {
		t.Fatal(err)
	}
	for _, query := range []string{"SELECT hash FROM sessions", "SELECT hash FROM sign_ins"} {
		var kept string
		if err := f.DB().QueryRowContext(t.Context(), query).Scan(&kept); err != nil || strings.Contains(s.Secret+link, kept) || len(kept) != 64 {
			t.Errorf("%s: %q, %v", query, kept, err)
		}
	}
}

func TestSignInLinksWorkOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, driver string) {
		f := open(t, driver)
		ctx := t.Context()
		link := func() string {
			t.Helper()
			secret, err := f.CreateSignIn(ctx, "acme")
			if err != nil {
				t.Fatal(err)
			}
			return secret
		}
		if _, err := f.CreateSignIn(ctx, "nobody"); !saccade.IsCode(err, saccade.CodeNotFound) {
			t.Errorf("a link for an account that is not there: %v", err)
		}
		// Many at once: one of them gets the session.
		secret := link()
		var mu sync.Mutex
		var won []access.Session
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() {
				s, err := f.RedeemSignIn(ctx, secret)
				mu.Lock()
				defer mu.Unlock()
				if err == nil {
					won = append(won, s)
				} else if !saccade.IsCode(err, saccade.CodeAuth) {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if len(won) != 1 || won[0].Account != "acme" {
			t.Fatalf("%d sessions of one link", len(won))
		}
		f.wantAuth("signed in", won[0].Secret, "acme")
		late := link()
		f.clock.move(access.SignInTTL)
		for _, wrong := range []string{late, secret, "", "sai_", won[0].Secret, "sai_" + strings.Repeat("x", 5000)} {
			if _, err := f.RedeemSignIn(ctx, wrong); !saccade.IsCode(err, saccade.CodeAuth) {
				t.Errorf("%.12q signs in: %v", wrong, err)
			}
		}
		// The session has a token, which ends it.
		tokens, err := f.Tokens(ctx, "acme")
		if err != nil || len(tokens) == 0 {
			t.Fatalf("%d tokens, %v", len(tokens), err)
		}
		if err := f.RevokeToken(ctx, tokens[len(tokens)-1].ID); err != nil {
			t.Fatal(err)
		}
		f.wantAuth("revoked", won[0].Secret, "")
	})
}

func TestPruneRemovesSessionsThatAreOver(t *testing.T) {
	f := open(t, "sqlite")
	plain, _, err := f.CreateToken(t.Context(), "acme", nil)
	if err != nil {
		t.Fatal(err)
	}
	count := func() (n int) {
		t.Helper()
		if err := f.DB().QueryRowContext(t.Context(), `SELECT (SELECT count(*) FROM sessions) + (SELECT count(*) FROM sign_ins)`).Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	if _, err := f.CreateSession(t.Context(), plain); err != nil {
		t.Fatal(err)
	}
	if _, err := f.CreateSignIn(t.Context(), "acme"); err != nil {
		t.Fatal(err)
	}
	if err := f.Prune(t.Context()); err != nil || count() != 2 {
		t.Errorf("%d rows at once, %v", count(), err)
	}
	f.clock.move(access.SignInTTL)
	if err := f.Prune(t.Context()); err != nil || count() != 1 {
		t.Errorf("%d rows after ten minutes, %v", count(), err)
	}
	f.clock.move(access.SessionTTL)
	if err := f.Prune(t.Context()); err != nil || count() != 0 {
		t.Errorf("%d rows after a month, %v", count(), err)
	}
}
