package store_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/store"
	"github.com/saccade-dev/saccade/internal/store/access"
	"github.com/saccade-dev/saccade/internal/store/audit"
	"github.com/saccade-dev/saccade/internal/store/quota"
	"github.com/saccade-dev/saccade/internal/store/retention"
	"github.com/saccade-dev/saccade/internal/store/share"
	"github.com/saccade-dev/saccade/internal/store/storetest"
)

// trail returns the log since a time, a line for each entry.
func (f *fixture) trail(filter audit.Filter) []string {
	f.t.Helper()
	var lines []string
	f.ok(f.Audit(f.t.Context(), filter, func(e audit.Entry) error {
		lines = append(lines, strings.Join([]string{e.Actor, e.ActorID, e.Address, e.Account, string(e.Action), e.Object, e.Detail}, "|"))
		return nil
	}))
	return lines
}

// acts is acts in turn, with what the log should say of each and must not hold.
type acts struct {
	*fixture
	want    []string
	secrets map[string]string
}

// expect notes what the log should say of an act, which was done without an error.
func (a *acts) expect(err error, line ...string) {
	a.t.Helper()
	a.ok(err)
	a.want = append(a.want, line...)
	a.clock.move(time.Millisecond)
}

// operator does what an operator does, and returns a token of acme.
func (a *acts) operator() (plain string, token saccade.Token) {
	a.t.Helper()
	ctx := audit.By(a.t.Context(), audit.Actor{Kind: audit.ByOperator, ID: "root"})
	_, err := a.EnsureAccount(ctx, "new")
	a.expect(err, "operator|root||new|account.made||")
	_, err = a.EnsureAccount(ctx, "new")
	a.expect(err) // no act
	a.expect(a.SetAddOn(ctx, "new", "beta", true), "operator|root||new|account.changed||add-on beta on")
	ten, size, hour := 10, int64(1<<30), time.Hour
	a.expect(a.SetQuota(ctx, "new", quota.Own{Analyses: &ten, Bytes: &size}),
		"operator|root||new|quota.changed||analyses a day: 10, stored bytes: 1.0 GiB")
	a.expect(a.SetRetention(ctx, "new", retention.Own{Video: &hour}),
		"operator|root||new|retention.changed||uploads of videos: 1h0m0s, results of images and pages: server's default")
	until := a.clock.Now().Add(time.Hour)
	plain, token, err = a.CreateToken(ctx, "acme", &until)
	a.expect(err, "operator|root||acme|token.made|"+token.ID+"|until "+until.Format(time.RFC3339))
	return plain, token
}

// account does what an account does with a token, which it revokes at last.
func (a *acts) account(token saccade.Token) {
	a.t.Helper()
	ctx := audit.By(a.t.Context(), audit.Actor{Kind: audit.ByAccount, ID: token.ID, Address: "192.0.2.7"})
	one, two := a.analyzed(a.uploaded()), a.analyzed(a.uploaded())
	until := a.clock.Now().Add(time.Hour)
	s, err := a.CreateShare(ctx, share.Share{Account: "acme", Analyses: []string{one.ID, two.ID}, ExpiresAt: until}, "hunter2")
	by, of := "account|"+token.ID+"|192.0.2.7|acme|", "|"+one.ID+" "+two.ID+"|"+s.ID[:6]+"..."
	a.expect(err, by+"share.made"+of+", until "+until.Format(time.RFC3339)+", with a password")
	a.secrets["share"], a.secrets["password"] = s.ID, "hunter2"
	a.expect(a.DeleteShare(ctx, "acme", s.ID), by+"share.withdrawn"+of)
	a.code(a.DeleteShare(ctx, "acme", s.ID), saccade.CodeNotFound)
	a.code(a.RevokeTokenOf(ctx, "rival", token.ID), saccade.CodeNotFound)
	a.expect(a.RevokeTokenOf(ctx, "acme", token.ID), by+"token.revoked|"+token.ID+"|")
	a.expect(a.RevokeToken(ctx, token.ID)) // no act
}

// visitor signs in to acme and out.
func (a *acts) visitor(plain string, token saccade.Token) {
	a.t.Helper()
	ctx := audit.By(a.t.Context(), audit.Actor{Kind: audit.ByVisitor, Address: "192.0.2.8"})
	const by = "visitor||192.0.2.8|acme|"
	session, err := a.CreateSession(ctx, plain)
	a.expect(err, by+"signin.ok|"+token.ID+"|token")
	a.expect(a.EndSession(ctx, session.Secret), by+"signin.ended|"+token.ID+"|")
	a.expect(a.EndSession(ctx, session.Secret)) // no act
	link, err := a.CreateSignIn(a.t.Context(), "acme")
	a.expect(err, "service|||acme|signin.link||")
	linked, err := a.RedeemSignIn(ctx, link)
	a.expect(err, by+"signin.ok|*|sign-in link")
	vouched, err := a.BeginSession(ctx, access.Voucher{Account: "acme", By: access.OIDCHint, Subject: "ada", TTL: time.Hour})
	a.expect(err, by+"signin.ok|*|sign-in by OIDC, subject ada")
	a.expect(a.NoteFailedSignIn(ctx, "token"), "visitor||192.0.2.8||signin.failed||token")
	for what, secret := range map[string]string{"token": plain, "session": session.Secret, "link": link, "of a link": linked.Secret, "of OIDC": vouched.Secret} {
		a.secrets[what] = secret
	}
}

// TestAudit: every act has its entry, with who acted; no entry holds a secret.
func TestAudit(t *testing.T) {
	each(t, func(t *testing.T, f *fixture) {
		f.clock.move(time.Minute)
		a := &acts{fixture: f, secrets: map[string]string{}}
		since := f.clock.Now()
		plain, token := a.operator()
		a.visitor(plain, token)
		a.account(token)
		got := f.trail(audit.Filter{Since: since})
		for i, line := range got {
			if i < len(a.want) && strings.Contains(a.want[i], "|*|") { // an id that is not known here
				part := strings.Split(line, "|")
				part[5] = "*"
				got[i] = strings.Join(part, "|")
			}
		}
		if diff := cmp.Diff(a.want, got); diff != "" {
			t.Error(diff)
		}
		for what, secret := range a.secrets {
			if strings.Contains(strings.Join(got, "\n"), secret) {
				t.Errorf("the log has the secret %s", what)
			}
		}
		if n := len(f.trail(audit.Filter{Account: "new"})); n != 4 {
			t.Errorf("%d entries about an account, want 4", n)
		}
	})
}

// TestAuditIsOneTransaction: what cannot be noted is not done.
func TestAuditIsOneTransaction(t *testing.T) {
	each(t, func(t *testing.T, f *fixture) {
		_, err := f.DB().ExecContext(t.Context(), `ALTER TABLE audit RENAME TO audit_away`)
		f.ok(err)
		ten := 10
		for what, act := range map[string]func(ctx context.Context) error{
			"account":   func(ctx context.Context) error { _, err := f.EnsureAccount(ctx, "new"); return err },
			"add-on":    func(ctx context.Context) error { return f.SetAddOn(ctx, "acme", "beta", true) },
			"token":     func(ctx context.Context) error { _, _, err := f.CreateToken(ctx, "acme", nil); return err },
			"link":      func(ctx context.Context) error { _, err := f.CreateSignIn(ctx, "acme"); return err },
			"quota":     func(ctx context.Context) error { return f.SetQuota(ctx, "acme", quota.Own{Analyses: &ten}) },
			"retention": func(ctx context.Context) error { return f.SetRetention(ctx, "acme", retention.Own{}) },
		} {
			if act(t.Context()) == nil {
				t.Errorf("%s: no error", what)
			}
		}
		_, err = f.DB().ExecContext(t.Context(), `ALTER TABLE audit_away RENAME TO audit`)
		f.ok(err)
		_, err = f.Account(t.Context(), "new")
		f.code(err, saccade.CodeNotFound)
		tokens, err := f.Tokens(t.Context(), "")
		f.ok(err)
		state, err := f.Quota(t.Context(), "acme")
		f.ok(err)
		a, err := f.Account(t.Context(), "acme")
		f.ok(err)
		if len(tokens) != 0 || state.Analyses != 0 || a.Has("beta") {
			t.Errorf("done all the same: %v, %+v, %v", tokens, state, a)
		}
	})
}

// TestAuditEnds: old entries go, and nobody fills the log with sign-ins that fail.
func TestAuditEnds(t *testing.T) {
	storetest.Each(t, func(t *testing.T, driver string) {
		f := open(t, driver, func(c *store.Config) { c.AuditTTL = 24 * time.Hour })
		failed := func(address string, tries int) {
			for range tries {
				f.ok(f.NoteFailedSignIn(audit.By(t.Context(), audit.Actor{Kind: audit.ByVisitor, Address: address}), "token"))
			}
		}
		f.clock.move(time.Hour)
		since := f.clock.Now()
		failed("192.0.2.1", 40)
		failed("192.0.2.2", 3)
		if n := len(f.trail(audit.Filter{Since: since})); n != 13 {
			t.Errorf("%d entries of two addresses, want 13", n)
		}
		f.clock.move(time.Minute)
		for i := range 40 {
			failed(fmt.Sprint("198.51.100.", i), 10)
		}
		if n := len(f.trail(audit.Filter{Since: since.Add(time.Minute)})); n != 300 {
			t.Errorf("%d entries of one minute, want 300", n)
		}
		f.clock.move(24*time.Hour - time.Minute + time.Microsecond)
		f.ok(f.Prune(t.Context()))
		if n := len(f.trail(audit.Filter{})); n != 300 {
			t.Errorf("%d entries after a day, want 300", n)
		}
	})
}
