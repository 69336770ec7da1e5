// Package share serves links that show an analysis, or two side by side, to people without
// an account: the operations that make, list and withdraw them, and the one that anybody
// with a link may call.
//
//   - The id is all the authorization that a viewer needs, beside a password where the
//     share has one; wrong ones are counted, five a minute and address.
//   - A viewer sees title and outputs, and may change nothing. Links to files last no
//     longer than the share.
//   - What is shared stays the account's: once it is erased or expires, the share answers 410.
package share

import (
	"context"
	"net/url"
	"time"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/httpapi/route"
	"github.com/saccade-dev/saccade/internal/httpfront"
	"github.com/saccade-dev/saccade/internal/store/share"
)

// Shares keeps shares; *store.Store does.
type Shares interface {
	CreateShare(ctx context.Context, s share.Share, password string) (share.Share, error)
	Shares(ctx context.Context, account string) ([]share.Share, error)
	Share(ctx context.Context, id string) (share.Share, error)
	DeleteShare(ctx context.Context, account, id string) error
}

// Analyses finds analyses; *store.Store does.
type Analyses interface {
	Analysis(ctx context.Context, account, id string) (*saccade.Analysis, error)
}

// Deps is what the operations need; all of it is required.
type Deps struct {
	Shares   Shares
	Analyses Analyses
	Signer   route.Signer
	LinkTTL  time.Duration // of links to files
}

// The tries that a viewer has at a password.
const (
	triesPerMinute = 5  // of one address at one share
	triesPerShare  = 30 // of all addresses together
	maxChecks      = 4  // passwords checked at once: that takes processor time on purpose
)

// group is the operations.
type group struct {
	Deps
	now    func() time.Time
	tries  *httpfront.Limiter // wrong passwords, by share and address
	all    *httpfront.Limiter // wrong passwords, by share
	checks httpfront.Semaphore
}

// Register adds the operations to a table.
func Register(t *route.Table, deps Deps) {
	g := &group{Deps: deps, now: t.Now, checks: httpfront.NewSemaphore(maxChecks),
		tries: httpfront.NewLimiter(triesPerMinute/60.0, triesPerMinute), all: httpfront.NewLimiter(triesPerShare/60.0, triesPerShare)}
	route.Add(t, "create-share", g.create)
	route.Add(t, "list-shares", g.list)
	route.Add(t, "get-share", g.get)
	route.Add(t, "delete-share", g.withdraw)
}

// The life of a share in seconds.
const defaultLife = 30 * 24 * 60 * 60

type createInput struct {
	Body struct {
		Analysis  string   `json:"analysis,omitempty" pattern:"^[A-Za-z0-9_-]{1,64}$" doc:"The analysis to show, of any kind. Either this or pair." example:"5h7xk2m4qz3v6w8y2b4d6f8h2k"`
		Pair      []string `json:"pair,omitempty" nullable:"false" doc:"Two analyses to show side by side." example:"[\"5h7xk2m4qz3v6w8y2b4d6f8h2k\",\"2b4d6f8h2k5h7xk2m4qz3v6w8y\"]"`
		ExpiresIn int      `json:"expires_in,omitempty" minimum:"60" maximum:"315360000" doc:"Seconds until the link ends; 30 days by default." example:"604800"`
		Password  string   `json:"password,omitempty" maxLength:"72" doc:"What viewers must know beside the link." example:"correct horse"`
	} `nameHint:"ShareRequest"`
}

// View is a share of the account.
type View struct {
	ID        string   `json:"id" doc:"Opaque id; whoever knows it can look." example:"4v6x8z2b4d6f8h2k5m7q3v6w8y"`
	URL       string   `json:"url" format:"uri" doc:"The link to hand out." example:"https://saccade.example.com/s/4v6x8z2b4d6f8h2k5m7q3v6w8y"`
	Analysis  string   `json:"analysis,omitempty" doc:"What it shows." example:"5h7xk2m4qz3v6w8y2b4d6f8h2k"`
	Pair      []string `json:"pair,omitempty" nullable:"false" doc:"What it shows side by side." example:"[]"`
	Password  bool     `json:"password" doc:"Whether it asks for a password." example:"false"`
	CreatedAt string   `json:"created_at" doc:"UTC, six digits of a second, no zone." example:"2026-06-01T09:12:43.512000"`
	ExpiresAt string   `json:"expires_at" doc:"When the link ends." example:"2026-07-01T09:12:43.512000"`
}

type shareOutput struct{ Body View }

func view(ctx context.Context, s share.Share) View {
	v := View{ID: s.ID, URL: httpfront.CallOf(ctx).Base + "/s/" + s.ID, Password: s.Hash != "",
		CreatedAt: route.Stamp(s.CreatedAt), ExpiresAt: route.Stamp(s.ExpiresAt)}
	if len(s.Analyses) == 2 {
		v.Pair = s.Analyses
	} else {
		v.Analysis = s.Analyses[0]
	}
	return v
}

// create makes a share of analyses that have succeeded.
func (g *group) create(ctx context.Context, in *createInput) (*shareOutput, error) {
	b := in.Body
	ids := b.Pair
	if (b.Analysis == "") == (len(ids) == 0) || len(ids) > 0 && len(ids) != 2 {
		return nil, saccade.Errorf(saccade.CodeClient, "A share shows either one analysis (\"analysis\") or two (\"pair\").").About("analysis")
	}
	if b.Analysis != "" {
		ids = []string{b.Analysis}
	}
	if len(b.Password) > share.MaxPassword {
		return nil, saccade.Errorf(saccade.CodeClient, "A password has at most %d bytes.", share.MaxPassword).About("password")
	}
	account := route.CallerOf(ctx).Account
	for _, id := range ids {
		if !route.ValidID(id) {
			return nil, route.ErrNoAnalysis
		}
		an, err := g.Analyses.Analysis(ctx, account.Name, id)
		switch {
		case saccade.IsCode(err, saccade.CodeNotFound), err == nil && an.Request.Kind == saccade.KindVideo && !account.Has(saccade.AddOnVideo):
			return nil, route.ErrNoAnalysis.With(err)
		case err != nil:
			return nil, err
		case an.Status != saccade.StatusSuccess:
			return nil, saccade.Errorf(saccade.CodeConflict, "An analysis can be shared once it has succeeded; its status is %q.", an.Status)
		}
	}
	if b.ExpiresIn == 0 {
		b.ExpiresIn = defaultLife
	}
	s, err := g.Shares.CreateShare(ctx, share.Share{Account: account.Name, Analyses: ids, ExpiresAt: g.now().Add(time.Duration(b.ExpiresIn) * time.Second)}, b.Password)
	if err != nil {
		return nil, err
	}
	return &shareOutput{Body: view(ctx, s)}, nil
}

type listOutput struct {
	Body struct {
		Shares []View `json:"shares" nullable:"false" doc:"Newest first."`
	} `nameHint:"ShareList"`
}

// list answers the shares of the account.
func (g *group) list(ctx context.Context, _ *route.None) (*listOutput, error) {
	all, err := g.Shares.Shares(ctx, route.AccountOf(ctx))
	if err != nil {
		return nil, err
	}
	out := &listOutput{}
	out.Body.Shares = make([]View, 0, len(all))
	for _, s := range all {
		out.Body.Shares = append(out.Body.Shares, view(ctx, s))
	}
	return out, nil
}

// ByID is the input of an operation on one share.
type ByID struct {
	ID string `path:"id" doc:"The id of the share." example:"4v6x8z2b4d6f8h2k5m7q3v6w8y"`
}

// withdraw ends a share.
func (g *group) withdraw(ctx context.Context, in *ByID) (*route.Empty, error) {
	if !route.ValidID(in.ID) {
		return nil, httpfront.ErrNoRoute
	}
	return &route.Empty{}, g.Shares.DeleteShare(ctx, route.AccountOf(ctx), in.ID)
}

type getInput struct {
	ByID
	Password string `header:"X-Share-Password" maxLength:"500" doc:"Where the share has one; URI-encoded (encodeURIComponent) where it is not ASCII." example:"correct%20horse"`
}

// SharedAnalysis is what viewers see of an analysis.
type SharedAnalysis struct {
	ID        string                         `json:"id,omitempty" doc:"The analysis." example:"5h7xk2m4qz3v6w8y2b4d6f8h2k"`
	Type      string                         `json:"type,omitempty" enum:"video,image,url" doc:"What was analyzed." example:"image"`
	Status    string                         `json:"status,omitempty" enum:"success" doc:"Always success." example:"success"`
	Title     string                         `json:"title,omitempty" doc:"As given by its owner." example:"Landing page"`
	CreatedAt string                         `json:"created_at,omitempty" doc:"UTC, six digits of a second, no zone." example:"2026-06-01T09:12:43.512000"`
	Outputs   *saccade.Outputs[saccade.Link] `json:"outputs,omitempty" doc:"What it found, with links that are signed afresh."`
}

type getOutput struct {
	CacheControl string `header:"Cache-Control"`
	Robots       string `header:"X-Robots-Tag"`
	Body         struct {
		SharedAnalysis
		Pair      []SharedAnalysis `json:"pair,omitempty" nullable:"false" doc:"Two analyses to show side by side, in place of the one."`
		ExpiresAt string           `json:"expires_at" doc:"When the link ends." example:"2026-07-01T09:12:43.512000"`
	} `nameHint:"Shared"`
}

// get shows what is shared to anybody with the link.
func (g *group) get(ctx context.Context, in *getInput) (*getOutput, error) {
	if !route.ValidID(in.ID) {
		return nil, httpfront.ErrNoRoute
	}
	s, err := g.Shares.Share(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	if err := g.unlock(ctx, s, in.Password); err != nil {
		return nil, err
	}
	out := &getOutput{CacheControl: "no-store", Robots: "noindex, nofollow"}
	out.Body.ExpiresAt = route.Stamp(s.ExpiresAt)
	var shown []SharedAnalysis
	for _, id := range s.Analyses {
		an, err := g.Analyses.Analysis(ctx, s.Account, id)
		switch {
		case saccade.IsCode(err, saccade.CodeNotFound), err == nil && an.Status != saccade.StatusSuccess:
			return nil, route.ErrGone
		case err != nil:
			return nil, err
		}
		shown = append(shown, g.show(ctx, s, an))
	}
	if len(shown) == 1 {
		out.Body.SharedAnalysis = shown[0]
	} else {
		out.Body.Pair = shown
	}
	return out, nil
}

func (g *group) show(ctx context.Context, s share.Share, an *saccade.Analysis) SharedAnalysis {
	expires := g.now().Add(g.LinkTTL)
	if s.ExpiresAt.Before(expires) {
		expires = s.ExpiresAt
	}
	return SharedAnalysis{ID: an.ID, Type: string(an.Request.Kind), Status: string(an.Status), Title: an.Request.Title,
		CreatedAt: route.Stamp(an.CreatedAt), Outputs: g.Signer.Outputs(ctx, an, expires)}
}

// unlock checks the password of a share that has one. Right ones do not count.
func (g *group) unlock(ctx context.Context, s share.Share, password string) error {
	if s.Hash == "" {
		return nil
	}
	if password == "" {
		return saccade.Errorf(saccade.CodeAuth, "This link asks for a password.").About("X-Share-Password")
	}
	giveBack, wait, ok := g.take(ctx, s.ID)
	if !ok {
		return httpfront.RetryAfter(saccade.Errorf(saccade.CodeRateLimited, "Too many wrong passwords. Please wait a little."), wait)
	}
	if !g.checks.Enter() {
		giveBack()
		return httpfront.RetryAfter(httpfront.ErrBusy, time.Second)
	}
	defer g.checks.Leave()
	for _, p := range spellings(password) {
		if s.CheckPassword(p) {
			giveBack()
			return nil
		}
	}
	return saccade.Errorf(saccade.CodeAuth, "This is not the password of this link.").About("X-Share-Password")
}

// take takes a try off the allowances of the caller's address and of the share.
func (g *group) take(ctx context.Context, id string) (giveBack func(), wait time.Duration, ok bool) {
	own, wait, ok := g.tries.Take(id+" "+httpfront.CallOf(ctx).ClientKey(), g.now())
	if !ok {
		return nil, wait, false
	}
	all, wait, ok := g.all.Take(id, g.now())
	if !ok {
		own()
		return nil, wait, false
	}
	return func() { own(); all() }, 0, true
}

// spellings returns a password as it came and, where that reads differently, decoded:
// headers are ASCII, passwords are not.
func spellings(password string) []string {
	if decoded, err := url.PathUnescape(password); err == nil && decoded != password {
		return []string{password, decoded}
	}
	return []string{password}
}
