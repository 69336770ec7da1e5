package httpapi

import (
	"encoding/json"
	"fmt"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/danielgtaylor/huma/v2"

	"github.com/saccade-dev/saccade/internal/httpapi/openapi"
)

// contract checks answers against the OpenAPI document of the running server.
// Every request that any test of the package makes goes through it.
type contract struct {
	ops      map[string]*huma.Operation // by pattern of the mux
	registry huma.Registry
}

func newContract(a *API) *contract {
	doc := a.huma.OpenAPI()
	c := &contract{ops: map[string]*huma.Operation{}, registry: doc.Components.Schemas}
	for path, item := range doc.Paths {
		for _, o := range []*huma.Operation{item.Get, item.Post, item.Put, item.Patch, item.Delete} {
			if o != nil {
				path := strings.Replace(path, "{key}", "{key...}", 1)
				path = strings.Replace(path, "/analyses/{id}/events", "/analyses/{id}/{leaf}", 1)
				c.ops[o.Method+" "+path] = o
			}
		}
	}
	return c
}

// check complains when the answer is not one that the document announces:
// another status, another content type, or a body that breaks its schema.
func (c *contract) check(t *testing.T, pattern string, r reply) {
	t.Helper()
	o := c.ops[pattern]
	if o == nil {
		return // no route of the document: the router's own answers
	}
	res := o.Responses[fmt.Sprint(r.status)]
	if res == nil {
		if r.status != 304 && r.status != 416 && r.status != http.StatusMethodNotAllowed {
			t.Errorf("%s answered %d, which the document does not know: %.300s", pattern, r.status, r.body)
		}
		return
	}
	kind, _, _ := strings.Cut(r.header.Get("Content-Type"), ";")
	media := res.Content[kind]
	if media == nil {
		if res.Content["*/*"] == nil && len(r.body) > 0 {
			t.Errorf("%s answered %d as %q, which the document does not know", pattern, r.status, kind)
		}
		return
	}
	if kind != "application/json" || media.Schema == nil {
		return
	}
	var body any
	if err := json.Unmarshal(r.body, &body); err != nil {
		t.Errorf("%s: %v in %.300s", pattern, err, r.body)
		return
	}
	result := &huma.ValidateResult{}
	huma.Validate(c.registry, media.Schema, huma.NewPathBuffer(nil, 0), huma.ModeReadFromServer, body, result)
	for _, e := range result.Errors {
		t.Errorf("%s answered %d against its schema: %v in %.300s", pattern, r.status, e, r.body)
	}
	for _, unknown := range undocumented(c.registry, media.Schema, body, "") {
		t.Errorf("%s answered %d with an undocumented field %s", pattern, r.status, unknown)
	}
}

// undocumented lists the fields of a body that its schema does not name. The
// schemas allow further fields, so that clients of today survive those of
// tomorrow; we ourselves must document all of them.
func undocumented(r huma.Registry, s *huma.Schema, v any, at string) (found []string) {
	if s.Ref != "" {
		s = r.SchemaFromRef(s.Ref)
	}
	switch v := v.(type) {
	case map[string]any:
		values, _ := s.AdditionalProperties.(*huma.Schema)
		for name, inner := range v {
			switch p := s.Properties[name]; {
			case p != nil:
				found = append(found, undocumented(r, p, inner, at+"."+name)...)
			case values != nil:
				found = append(found, undocumented(r, values, inner, at+"."+name)...)
			case s.Type == huma.TypeObject:
				found = append(found, at+"."+name)
			}
		}
	case []any:
		for i, inner := range v {
			if s.Items != nil {
				found = append(found, undocumented(r, s.Items, inner, fmt.Sprintf("%s[%d]", at, i))...)
			}
		}
	}
	return found
}

// TestEveryDocumentedExample sends every request example of the document, and
// every operation without one as it is.
func TestEveryDocumentedExample(t *testing.T) {
	h := newHarness(t)
	for pattern, o := range newContract(h.api).ops {
		s, ok := scenes()[o.OperationID]
		if !ok {
			t.Errorf("no scene for %s (%s)", o.OperationID, pattern)
			continue
		}
		examples := map[string]any{"": nil}
		if o.RequestBody != nil && o.RequestBody.Content["application/json"] != nil {
			examples = map[string]any{}
			for name, x := range o.RequestBody.Content["application/json"].Examples {
				examples[name] = x.Value
			}
			if len(examples) == 0 {
				t.Errorf("%s has no example", o.OperationID)
			}
		}
		for name, value := range examples {
			t.Run(o.OperationID+"/"+name, func(t *testing.T) {
				h := *h
				h.t = t
				var body any
				if value != nil {
					m := copied(t, value)
					if s.change != nil {
						s.change(&h, m)
					}
					body = m
				}
				switch o.OperationID {
				case "put-upload":
					body = webm
				case "lens":
					body = []byte("an image")
				}
				// What the answer looks like is checked by the contract, in call.
				if r := h.call(o.Method, s.path(&h), body); r.status/100 != 2 {
					t.Errorf("%d %s", r.status, r.body)
				}
			})
		}
	}
}

// copied gives a value as JSON would.
func copied(t *testing.T, v any) map[string]any {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	var m map[string]any
	if err := json.Unmarshal(b, &m); err != nil {
		t.Fatal(err)
	}
	return m
}

// TestDocument checks the document as it is served: complete, without what it
// must not hold, and in step with the route table.
func TestDocument(t *testing.T) {
	h := newHarness(t, func(c *Config, _ *Deps) { c.Version = "9.8.7" })
	r := h.send("GET", h.at("/v2/openapi.json"), nil, nil)
	var doc struct {
		OpenAPI string
		Info    struct{ Title, Version string }
		Paths   map[string]map[string]struct {
			OperationID string `json:"operationId"`
			Summary     string
			Description string
			Tags        []string
			Responses   map[string]any
		}
		Components struct {
			Schemas map[string]struct {
				Properties map[string]struct{ Description string }
			}
			SecuritySchemes map[string]any
		}
		Codes    map[string]string `json:"x-error-codes"`
		Order    []string          `json:"x-order"`
		Webhooks map[string]any
	}
	r.into(t, 200, &doc)
	if !strings.HasPrefix(doc.OpenAPI, "3.1") || doc.Info.Version != "9.8.7" || len(doc.Components.SecuritySchemes) != 1 || len(doc.Webhooks) != 1 {
		t.Errorf("head: %+v", doc.Info)
	}
	seen := 0
	for path, item := range doc.Paths {
		for verb, o := range item {
			seen++
			if o.Summary == "" || o.Description == "" || len(o.Tags) != 1 || o.Responses["422"] != nil {
				t.Errorf("%s %s: %+v", verb, path, o)
			}
		}
	}
	if seen != len(doc.Order) {
		t.Errorf("%d operations, %d in order", seen, len(doc.Order))
	}
	for name, s := range doc.Components.Schemas {
		for field, p := range s.Properties {
			if p.Description == "" {
				t.Errorf("schema %s.%s has no description", name, field)
			}
		}
	}
	for _, ref := range refs(t, r.body) {
		if _, ok := doc.Components.Schemas[strings.TrimPrefix(ref, "#/components/schemas/")]; !ok {
			t.Errorf("dangling reference %s", ref)
		}
	}
	for _, code := range codes() {
		if doc.Codes[code] == "" {
			t.Errorf("code %s is not explained", code)
		}
	}
}

// refs finds every $ref of a document.
func refs(t *testing.T, raw []byte) (found []string) {
	t.Helper()
	var walk func(v any)
	walk = func(v any) {
		switch v := v.(type) {
		case map[string]any:
			if ref, ok := v["$ref"].(string); ok {
				found = append(found, ref)
			}
			for _, inner := range v {
				walk(inner)
			}
		case []any:
			for _, inner := range v {
				walk(inner)
			}
		}
	}
	var doc any
	if err := json.Unmarshal(raw, &doc); err != nil {
		t.Fatal(err)
	}
	walk(doc)
	return found
}

// codes are the codes of api.md's table and ours.
func codes() []string {
	return []string{"client_error", "server_error", "resource_gone", "authentication_failed", "over_capacity", "invalid_input_configuration",
		"could_not_grab_web_page", "blank_input_image", "unreadable_input_image", "unreadable_input_video", "conflict", "rate_limited"}
}

func TestDocsPage(t *testing.T) {
	h := newHarness(t)
	r := h.send("GET", h.at("/docs"), nil, nil)
	if r.status != 200 || !strings.Contains(string(r.body), "<html") || !strings.HasPrefix(r.header.Get("Content-Type"), "text/html") {
		t.Errorf("%d %s", r.status, r.body)
	}
	for _, part := range []string{"/docs/docs.js", "/docs/docs.css"} {
		h.send("GET", h.at(part), nil, nil).into(t, 200, nil)
	}
	h.send("GET", h.at("/docs/web.go"), nil, nil).wantError(t, 404, "client_error")
}

// TestMarksCover keeps the video add-on's marks in step with the paths.
func TestMarksCover(t *testing.T) {
	h := newHarness(t)
	for pattern, o := range newContract(h.api).ops {
		want := strings.Contains(pattern, "/v2/analyses/video")
		if got := o.Metadata[openapi.AddOn] == true; got != want {
			t.Errorf("%s: add-on %v", pattern, got)
		}
		if public := slices.ContainsFunc(o.Security, func(m map[string][]string) bool { return reflect.DeepEqual(m, map[string][]string{}) }); public == (strings.Contains(pattern, "/v2/") && o.OperationID != "get-share") {
			t.Errorf("%s: public %v", pattern, public)
		}
	}
}
