package httpapi

import (
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/danielgtaylor/huma/v2"

	"github.com/saccade-dev/saccade/internal/service"
	"github.com/saccade-dev/saccade/internal/store/storetest"
)

// tenancy is a harness where the account "acme" has one of everything.
type tenancy struct {
	*harness
	ids    []string // of acme's things
	upload string   // acme's link for an upload that nothing uses yet
	output string   // acme's link to an output
	query  string   // of a good upload link of the account "rival"
}

const madeUp = "5h7xk2m4qz3v6w8y2b4d6f8h2k"

func newTenancy(t *testing.T, driver string) *tenancy {
	h := newHarnessAt(t, storetest.Config(t, driver), func(*service.Deps) {}, func(c *Config, _ *Deps) { c.RateLimit = 0 })
	x := &tenancy{harness: h}
	var webhook webhookView
	h.call("POST", "/v2/webhooks", object{"url": "https://hooks.example.com/acme"}).into(t, 201, &webhook)
	video, image := h.video(), h.image()
	h.succeed(video)
	h.succeed(image)
	var vv videoView
	var iv imageView
	h.call("GET", "/v2/analyses/video/"+video, nil).into(t, 200, &vv)
	h.call("GET", "/v2/analyses/"+image, nil).into(t, 200, &iv)
	var list struct {
		Deliveries []struct{ ID string }
	}
	h.call("GET", "/v2/webhook-deliveries", nil).into(t, 200, &list)
	if len(list.Deliveries) == 0 {
		t.Fatal("no delivery")
	}
	x.output, x.upload = string(vv.Outputs.Attention.AttentionMap), h.upload()
	_, uploadID, _ := h.key(x.upload).Upload()
	var share shareView
	h.call("POST", "/v2/shares", object{"analysis": image}).into(t, 201, &share)
	x.ids = []string{video, image, iv.ExposedID, webhook.ID, list.Deliveries[0].ID, share.ID, tokenOf(h), uploadID}
	var own struct{ URL string }
	h.send("GET", h.at("/v2/upload-urls"), nil, x.rival()).into(t, 200, &own)
	_, x.query, _ = strings.Cut(own.URL, "?")
	return x
}

func (x *tenancy) rival() map[string]string {
	return map[string]string{"Authorization": "Bearer " + x.other}
}

// operations returns the document's operations, those that erase last.
func (x *tenancy) operations() []*huma.Operation {
	var out []*huma.Operation
	doc := x.api.huma.OpenAPI()
	for _, path := range slices.Sorted(maps.Keys(doc.Paths)) {
		item := doc.Paths[path]
		for _, o := range []*huma.Operation{item.Get, item.Put, item.Post, item.Delete, item.Patch} {
			if o != nil {
				out = append(out, o)
			}
		}
	}
	slices.SortStableFunc(out, func(a, b *huma.Operation) int {
		erases := map[bool]int{true: 1}
		return erases[a.Method == http.MethodDelete] - erases[b.Method == http.MethodDelete]
	})
	return out
}

// body returns the documented request of an operation.
func (x *tenancy) body(o *huma.Operation) any {
	if o.OperationID == "put-upload" {
		return webm
	}
	if o.RequestBody == nil || o.RequestBody.Content["application/json"] == nil {
		return nil
	}
	examples := o.RequestBody.Content["application/json"].Examples
	if len(examples) == 0 {
		x.t.Fatal("the operation has a body and no example of it")
	}
	return examples[slices.Sorted(maps.Keys(examples))[0]].Value
}

// parameter is where a path takes an id.
var parameter = regexp.MustCompile(`\{[a-z_]+\}`)

var requestID = regexp.MustCompile(`"request_id": ?"[^"]*"`)

// answer is what tells one answer from another.
type answer struct {
	status            int
	kind, retry, body string
}

func answerOf(r reply, id string) answer {
	body := requestID.ReplaceAllString(string(r.body), "")
	return answer{r.status, r.header.Get("Content-Type"), r.header.Get("Retry-After"), strings.ReplaceAll(body, id, "ID")}
}

// probes returns the addresses that an operation has for the things of acme, and
// what each has where acme's thing has its name: [address, name].
func (x *tenancy) probes(o *huma.Operation) (out [][2]string) {
	place := parameter.FindString(o.Path)
	switch place {
	case "":
		for _, p := range o.Parameters {
			if p.In == "query" {
				for _, id := range x.ids {
					out = append(out, [2]string{x.at(o.Path) + "?" + p.Name + "=" + id, id})
				}
			}
		}
	case "{id}", "{analysis_id}":
		for _, id := range x.ids {
			out = append(out, [2]string{x.at(strings.Replace(o.Path, place, id, 1)), id})
		}
	case "{key}":
		for _, link := range []string{x.upload, x.output} {
			key := string(x.key(link))
			id := strings.Split(key, "/")[strings.Count(key, "/")]
			if strings.HasPrefix(key, "analyses/") {
				id = x.ids[0]
			}
			out = append(out, [2]string{x.at(strings.Replace(o.Path, place, key, 1)) + "?" + x.query, id})
		}
	default:
		x.t.Fatalf("%s: the matrix knows no ids for %s", o.Path, place)
	}
	return out
}

// check sends a request about a thing of acme as somebody else: it is answered as
// one about a thing that nobody has.
func (x *tenancy) check(o *huma.Operation) {
	body := x.body(o)
	unknown := map[answer]bool{}
	for _, p := range x.probes(o) {
		foreign := answerOf(x.send(o.Method, p[0], body, x.rival()), p[1])
		none := answerOf(x.send(o.Method, strings.ReplaceAll(p[0], p[1], madeUp), body, x.rival()), madeUp)
		if foreign != none && o.OperationID != "get-share" { // whoever has the link may look
			x.t.Errorf("%s %s\nof another account: %+v\nof nobody:          %+v", o.Method, p[0], foreign, none)
		}
		unknown[none] = true
	}
	if !parameter.MatchString(o.Path) {
		x.checkWhole(o, body)
		return
	}
	known := 0 // else the matrix would compare refusals of nothing
	for _, p := range x.probes(o) {
		address := p[0]
		if strings.Contains(o.Path, "{key}") {
			address = map[bool]string{true: x.output, false: x.upload}[o.Method == http.MethodGet]
		}
		if !unknown[answerOf(x.send(o.Method, address, body, x.bearer()), p[1])] {
			known++
		}
	}
	if known == 0 {
		x.t.Errorf("%s %s knows none of the account's own ids: the matrix lacks what it is about", o.Method, o.Path)
	}
}

// checkWhole looks for acme in the answer of an operation that takes no id.
func (x *tenancy) checkWhole(o *huma.Operation, body any) {
	r := x.send(o.Method, x.at(o.Path), body, x.rival())
	if o.OperationID == "create-video-analysis" {
		post := func(link string) answer {
			return answerOf(x.send(o.Method, x.at(o.Path), object{"input": object{"content": link}}, x.rival()), link)
		}
		id := x.ids[len(x.ids)-1]
		foreign, none := post(x.upload), post(strings.ReplaceAll(x.upload, id, madeUp))
		if foreign != none || foreign.status != http.StatusBadRequest {
			x.t.Errorf("an upload of another account: %+v\nof nobody: %+v", foreign, none)
		}
		x.call(o.Method, o.Path, object{"input": object{"content": x.upload}}).into(x.t, 201, nil)
	}
	if o.OperationID == "compare" {
		x.checkCompare(o)
	}
	for _, secret := range append(x.ids, "acme") {
		if o.OperationID != "create-video-analysis" && strings.Contains(string(r.body), secret) {
			x.t.Errorf("%s %s shows %s of another account: %.300s", o.Method, o.Path, secret, r.body)
		}
	}
}

// checkCompare names acme's analyses in the body of a comparison.
func (x *tenancy) checkCompare(o *huma.Operation) {
	for _, id := range x.ids {
		post := func(id string, headers map[string]string) answer {
			return answerOf(x.send(o.Method, x.at(o.Path), object{"base": id, "candidate": id}, headers), id)
		}
		foreign, none := post(id, x.rival()), post(madeUp, x.rival())
		if foreign != none || foreign.status != http.StatusNotFound {
			x.t.Errorf("an analysis of another account: %+v\nof nobody: %+v", foreign, none)
		}
	}
	if own := x.call(o.Method, o.Path, object{"base": x.ids[1], "candidate": x.ids[1]}); own.status != http.StatusOK {
		x.t.Errorf("an analysis of one's own: %s", own.body)
	}
}

// TestTenancy is the matrix of every operation of the document and every thing of
// another account. An operation that is new is in it by itself, and fails it while
// the account has nothing that the operation is about.
func TestTenancy(t *testing.T) {
	storetest.Each(t, func(t *testing.T, driver string) {
		x := newTenancy(t, driver)
		for _, o := range x.operations() {
			t.Run(o.OperationID, func(t *testing.T) {
				h := *x.harness
				h.t = t
				y := *x
				y.harness = &h
				y.check(o)
			})
		}
	})
}
