package httpapi

import (
	"context"
	"net/http"
	"strings"
	"unicode/utf8"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/httpapi/route"
	"github.com/saccade-dev/saccade/internal/httpfront"
	"github.com/saccade-dev/saccade/internal/store"
)

// The kinds of generated text.
const (
	textSummary         = "summary"
	textRecommendations = "recommendations"
)

// ExposedID is the input of operations that want the exposed id.
type ExposedID struct {
	ID string `path:"analysis_id" doc:"The _internal_exposed_id of a successful analysis." example:"q2w4e6r8t2y4u6i2o4p6a2s4d6"`
}

// textView is what the operations on generated texts answer.
type textView struct {
	Success bool   `json:"success" doc:"Whether the request was served." example:"true"`
	Status  string `json:"status,omitempty" enum:"started,processing,completed,failed,expired" doc:"How far the text is." example:"completed"`
	Data    string `json:"data,omitempty" doc:"The text as Markdown, once completed." example:"## Summary\n\nMost attention goes to the upper left."`
	Msg     string `json:"msg,omitempty" doc:"In words, or the reason: analysis_not_found, summary_not_found, recommendations_not_found, analysis_expired." example:"Summary generation started"`
}

type textOutput struct {
	Status       int
	CacheControl string `header:"Cache-Control"`
	RetryAfter   string `header:"Retry-After" doc:"While it is being written: seconds until the next poll makes sense."`
	Body         textView
}

func (a *API) startSummary(ctx context.Context, in *ExposedID) (*textOutput, error) {
	return a.startText(ctx, in.ID, textSummary)
}

func (a *API) getSummary(ctx context.Context, in *ExposedID) (*textOutput, error) {
	return a.getText(ctx, in.ID, textSummary)
}

func (a *API) startRecommendations(ctx context.Context, in *ExposedID) (*textOutput, error) {
	return a.startText(ctx, in.ID, textRecommendations)
}

func (a *API) getRecommendations(ctx context.Context, in *ExposedID) (*textOutput, error) {
	return a.getText(ctx, in.ID, textRecommendations)
}

// startText has a text written, unless it is there or under way already.
func (a *API) startText(ctx context.Context, exposed, kind string) (*textOutput, error) {
	an, err := a.exposed(ctx, exposed)
	if err != nil {
		return textError(err)
	}
	t, err := a.deps.Texts.StartText(ctx, an.Account, an.ID, kind, a.cfg.Limits.TextTTL)
	if err != nil {
		return textError(err)
	}
	return a.textAnswer(t), nil
}

// getText answers how far a text is, and the text.
func (a *API) getText(ctx context.Context, exposed, kind string) (*textOutput, error) {
	an, err := a.exposed(ctx, exposed)
	if err != nil {
		return textError(err)
	}
	t, err := a.deps.Texts.Text(ctx, an.Account, an.ID, kind)
	switch {
	case saccade.IsCode(err, saccade.CodeNotFound):
		return &textOutput{Status: http.StatusNotFound, Body: textView{Msg: kind + "_not_found"}}, nil
	case err != nil:
		return textError(err)
	case a.textExpired(t):
		return textError(route.ErrGone)
	}
	return a.textAnswer(t), nil
}

// exposed finds a successful analysis by its exposed id.
func (a *API) exposed(ctx context.Context, id string) (*saccade.Analysis, error) {
	if !route.ValidID(id) {
		return nil, route.ErrNoAnalysis
	}
	an, err := a.deps.Analyses.AnalysisByExposedID(ctx, route.AccountOf(ctx), id)
	if err == nil && an.Status != saccade.StatusSuccess {
		return nil, route.ErrNoAnalysis // the id is answered on success only
	}
	return an, err
}

// textError answers in the form of these operations what they have a word for.
func textError(err error) (*textOutput, error) {
	switch saccade.AsError(err).Code {
	case saccade.CodeNotFound:
		return &textOutput{Status: http.StatusNotFound, Body: textView{Msg: "analysis_not_found"}}, nil
	case saccade.CodeGone:
		return &textOutput{Status: http.StatusGone, Body: textView{Msg: "analysis_expired"}}, nil
	}
	return nil, err
}

// textExpired reports whether a text has ended and is older than texts are kept.
func (a *API) textExpired(t store.Text) bool {
	ended := t.Status == store.TextCompleted || t.Status == store.TextFailed
	return ended && a.cfg.Limits.TextTTL > 0 && a.now().Sub(t.CreatedAt) > a.cfg.Limits.TextTTL
}

func (a *API) textAnswer(t store.Text) *textOutput {
	out := &textOutput{Status: http.StatusOK, CacheControl: "no-store", Body: textView{Success: true, Status: string(t.Status)}}
	name := strings.ToUpper(t.Kind[:1]) + t.Kind[1:]
	switch t.Status {
	case store.TextCompleted:
		out.Body.Data = t.Body
	case store.TextFailed:
		out.Body.Msg = name + " generation failed. Start it again with a POST."
	case store.TextStarted:
		out.Body.Msg, out.RetryAfter = name+" generation started", "1"
	default:
		out.Body.Msg, out.RetryAfter = name+" generation is under way", "2"
	}
	return out
}

// Limits of the context of an analysis.
const (
	maxMetaFields = 32
	maxMetaName   = 64    // bytes
	maxMetaValue  = 10000 // bytes
)

type metaInput struct {
	ExposedID
	Body map[string]any `doc:"Text by name: description, goal, and whatever else helps. An empty text removes a name."`
}

type metaOutput struct {
	Body struct {
		Success bool              `json:"success" doc:"Always true." example:"true"`
		Meta    map[string]string `json:"meta" doc:"The context as it is now."`
	} `nameHint:"MetaUpdate"`
}

// updateMeta keeps context that generated texts take into account.
func (a *API) updateMeta(ctx context.Context, in *metaInput) (*metaOutput, error) {
	meta, err := metaFields(in.Body)
	if err != nil {
		return nil, err
	}
	an, err := a.exposed(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	if an, err = a.deps.Texts.SetMeta(ctx, an.Account, an.ID, meta); err != nil {
		return nil, err
	}
	out := &metaOutput{}
	out.Body.Success, out.Body.Meta = true, an.Request.Meta
	return out, nil
}

// metaFields accepts texts under short names.
func metaFields(body map[string]any) (map[string]string, error) {
	if len(body) > maxMetaFields {
		return nil, saccade.Errorf(saccade.CodeClient, "At most %d fields are kept.", maxMetaFields)
	}
	meta := make(map[string]string, len(body))
	for name, v := range body {
		if name == "" || len(name) > maxMetaName || !utf8.ValidString(name) {
			return nil, saccade.Errorf(saccade.CodeClient, "A field's name has 1 to %d bytes.", maxMetaName)
		}
		text, ok := v.(string)
		if !ok && v != nil {
			return nil, saccade.Errorf(saccade.CodeClient, "Please correct %s: expected a string.", httpfront.Truncate(name, 64)).About(name)
		}
		if len(text) > maxMetaValue {
			return nil, saccade.Errorf(saccade.CodeClient, "Please shorten %s: at most %d bytes are kept.", httpfront.Truncate(name, 64), maxMetaValue).About(name)
		}
		meta[name] = text
	}
	return meta, nil
}
