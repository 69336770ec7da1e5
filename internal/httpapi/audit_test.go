package httpapi

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/httpapi/account"
	"github.com/saccade-dev/saccade/internal/store/audit"
)

// TestAudit: what is done over HTTP is noted with the token and the address that did it.
func TestAudit(t *testing.T) {
	h := newHarness(t)
	since := h.clock.now()
	var made struct{ ID, Token string }
	h.call("POST", "/v2/tokens", object{}).into(t, 201, &made)
	image := h.image()
	h.succeed(image)
	var s struct{ ID string }
	h.call("POST", "/v2/shares", object{"analysis": image}).into(t, 201, &s)
	h.call("DELETE", "/v2/shares/"+s.ID, nil).into(t, 204, nil)
	h.send("POST", h.at("/session"), object{"token": made.Token}, nil).into(t, 200, nil)
	h.send("POST", h.at("/session"), object{"token": "sac_wrong"}, nil).wantError(t, 401, saccade.CodeAuth)
	h.send("GET", h.at("/signin?code=sai_wrong"), nil, nil).wantError(t, 401, saccade.CodeAuth)
	h.call("DELETE", "/v2/tokens/"+made.ID, nil).into(t, 204, nil)
	_, mine, err := h.store.Authenticate(h.ctx(), h.token)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	err = h.store.Audit(h.ctx(), audit.Filter{Since: since}, func(e audit.Entry) error {
		got = append(got, strings.Join([]string{e.Actor, strings.ReplaceAll(e.ActorID, mine.ID, "MINE"), e.Address, e.Account, string(e.Action), strings.ReplaceAll(e.Object, made.ID, "MADE")}, " "))
		return nil
	})
	want := []string{
		"account MINE 127.0.0.1 acme token.made MADE",
		"account MINE 127.0.0.1 acme share.made " + image,
		"account MINE 127.0.0.1 acme share.withdrawn " + image,
		"visitor  127.0.0.1 acme signin.ok MADE",
		"visitor  127.0.0.1  signin.failed ",
		"visitor  127.0.0.1  signin.failed ",
		"account MINE 127.0.0.1 acme token.revoked MADE",
	}
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Error(diff, err)
	}
	ctx := audit.By(h.ctx(), audit.Actor{Kind: audit.ByOperator, ID: "root"})
	if err := h.store.SetAddOn(ctx, "acme", "beta", true); err != nil {
		t.Fatal(err)
	}
	h.checkOwnAudit(mine.ID)
}

// checkOwnAudit reads what the account may read of the log, two entries a page.
func (h *harness) checkOwnAudit(token string) {
	h.t.Helper()
	type page struct {
		Entries []account.AuditView
		Next    string
	}
	var got []string
	for after := ""; ; {
		var p page
		h.call("GET", "/v2/audit?limit=2&after="+after, nil).into(h.t, 200, &p)
		for _, e := range p.Entries {
			got = append(got, strings.Join([]string{e.Actor, strings.ReplaceAll(e.ActorID, token, "MINE"), e.Address, e.Action}, " "))
		}
		if after = p.Next; after == "" {
			break
		}
	}
	want := []string{"operator   account.changed", "account MINE 127.0.0.1 token.revoked", "visitor  127.0.0.1 signin.ok", "account MINE 127.0.0.1 share.withdrawn",
		"account MINE 127.0.0.1 share.made", "account MINE 127.0.0.1 token.made", "service   token.made", "service   account.made"}
	if diff := cmp.Diff(want, got); diff != "" {
		h.t.Error(diff)
	}
	h.call("GET", "/v2/audit?after=none", nil).wantError(h.t, 400, saccade.CodeClient)
	var rivals page
	h.send("GET", h.at("/v2/audit"), nil, map[string]string{"Authorization": "Bearer " + h.other}).into(h.t, 200, &rivals)
	if len(rivals.Entries) != 2 {
		h.t.Errorf("another account sees %+v", rivals.Entries)
	}
}
