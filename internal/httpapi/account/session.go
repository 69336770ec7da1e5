package account

import (
	"context"
	"net/http"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/httpapi/route"
	"github.com/saccade-dev/saccade/internal/httpfront"
	"github.com/saccade-dev/saccade/internal/store/access"
)

// Sessions begins and ends the sessions of browsers; *store.Store does.
type Sessions interface {
	CreateSession(ctx context.Context, token string) (access.Session, error)
	EndSession(ctx context.Context, secret string) error
	RedeemSignIn(ctx context.Context, secret string) (access.Session, error)
	NoteFailedSignIn(ctx context.Context, how string) error
}

// noteFailed notes a sign-in that the client's word did not suffice for, as best effort: the
// answer is the same.
func (g *group) noteFailed(ctx context.Context, err error, how string) {
	if saccade.IsCode(err, saccade.CodeAuth) {
		_ = g.deps.Sessions.NoteFailedSignIn(ctx, how)
	}
}

type sessionInput struct {
	Body struct {
		Token string `json:"token" maxLength:"256" doc:"A token of the account." example:"sac_3f5h7k2m4p6r8t2v4x6z"`
	} `nameHint:"SessionRequest"`
}

// SessionCookies sets or removes the cookie of a session.
type SessionCookies struct {
	SetCookie    http.Cookie `header:"Set-Cookie" doc:"The session, kept from scripts."`
	CacheControl string      `header:"Cache-Control"`
}

type sessionOutput struct {
	SessionCookies
	Body struct {
		Account   string `json:"account" doc:"Whose session it is." example:"acme"`
		ExpiresAt string `json:"expires_at" doc:"When it ends by itself: UTC, six digits of a second, no zone." example:"2026-07-01T09:12:43.512000"`
	} `nameHint:"Session"`
}

// createSession puts a session in place of a token. The one that the browser had before
// ends, so that nothing that was known before the sign-in is of use after it.
func (g *group) createSession(ctx context.Context, in *sessionInput) (*sessionOutput, error) {
	s, err := g.deps.Sessions.CreateSession(ctx, in.Body.Token)
	if err != nil {
		g.noteFailed(ctx, err, "token")
		return nil, err
	}
	g.endFormer(ctx)
	out := &sessionOutput{SessionCookies: cookies(ctx, s)}
	out.Body.Account, out.Body.ExpiresAt = s.Account, route.Stamp(s.ExpiresAt)
	return out, nil
}

func cookies(ctx context.Context, s access.Session) SessionCookies {
	return SessionCookies{SetCookie: route.SessionCookie(ctx, s.Secret, s.ExpiresAt), CacheControl: "no-store"}
}

// endFormer ends the session that the request came with, as best effort: it ends by itself.
func (g *group) endFormer(ctx context.Context) {
	if secret := route.CallerOf(ctx).Session; secret != "" {
		_ = g.deps.Sessions.EndSession(ctx, secret)
	}
}

// deleteSession signs out.
func (g *group) deleteSession(ctx context.Context, _ *route.None) (*SessionCookies, error) {
	if secret := route.CallerOf(ctx).Session; secret != "" {
		if err := g.deps.Sessions.EndSession(ctx, secret); err != nil {
			return nil, err
		}
	}
	out := cookies(ctx, access.Session{})
	return &out, nil
}

// signIn follows a sign-in link: it begins the session and leads to the app. The page of
// another site cannot sign a browser in.
func (g *group) signIn(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Cache-Control", "no-store")
	if site := r.Header.Get("Sec-Fetch-Site"); site == "cross-site" || site == "same-site" {
		g.table.Front().Fail(w, r, saccade.Errorf(saccade.CodeForbidden, "A page of another site led here. Please copy the sign-in link into the address bar."))
		return
	}
	if r.Method != http.MethodGet { // HEAD: nothing happens
		return
	}
	err := g.table.Public(r, func(ctx context.Context) error {
		s, err := g.deps.Sessions.RedeemSignIn(ctx, r.URL.Query().Get("code"))
		if err == nil {
			g.endFormer(ctx)
			c := route.SessionCookie(ctx, s.Secret, s.ExpiresAt)
			http.SetCookie(w, &c)
		}
		g.noteFailed(ctx, err, access.SignInHint)
		return err
	})
	if err != nil {
		g.table.Front().Fail(w, r, err)
		return
	}
	w.Header().Set("Location", httpfront.CallOf(r.Context()).Base+"/")
	w.WriteHeader(http.StatusSeeOther)
}

// SignInURL returns the sign-in link of a secret, below the address of the server.
func SignInURL(base, secret string) string { return base + "/signin?code=" + secret }
