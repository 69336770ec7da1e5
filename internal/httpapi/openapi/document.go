package openapi

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"github.com/saccade-dev/saccade/internal/service"
)

// schemaName names the schema of a type. Outputs and their parts refer to
// their files by links on the wire, which is not worth a word in their names.
func schemaName(t reflect.Type, hint string) string {
	name := huma.DefaultSchemaNamer(t, hint)
	if strings.HasSuffix(t.String(), "saccade.Link]") {
		name = strings.TrimSuffix(name, "Link")
	}
	return name
}

// Config is what the document depends on.
type Config struct {
	PublicURL string // address of the server; "" is the one that serves the document
	Version   string // of the program
	Limits    service.Limits
}

// Document is the document while it is put together.
type Document struct {
	cfg          Config
	descriptions map[string]string // by operation
}

// New returns the document for a configuration.
func New(cfg Config) *Document { return &Document{cfg: cfg, descriptions: descriptions(cfg.Limits)} }

// Huma returns huma's configuration: the head of the document, no pages and no
// schema links of huma's own, unknown fields allowed, the given format alone.
func (d *Document) Huma(json huma.Format) huma.Config {
	server := strings.TrimRight(d.cfg.PublicURL, "/")
	if server == "" {
		server = "/"
	}
	c := huma.Config{
		OpenAPI: &huma.OpenAPI{
			OpenAPI: "3.1.0",
			Info:    &huma.Info{Title: "Saccade API", Version: d.cfg.Version, Description: introduction(d.cfg.Limits), License: &huma.License{Name: "Apache-2.0", Identifier: "Apache-2.0"}},
			Servers: []*huma.Server{{URL: server}},
			Tags: []*huma.Tag{
				{Name: string(tagUploads), Description: "Videos are sent to a URL of their own first."},
				{Name: string(tagVideo), Description: "Every frame of a WebM video is predicted. Needs the account's add-on `dynamic-saliency`; without it these addresses answer 404."},
				{Name: string(tagImage), Description: "Designs as PNG or JPEG, and web pages captured in a browser."},
				{Name: string(tagTools), Description: "Two analyses beside each other: which is better, and by more than noise. The answer is the document `saccade.compare/1`, as `saccade compare` prints it."},
				{Name: string(tagTexts), Description: "Markdown about an analyzed image or page. These operations want the `_internal_exposed_id` of a successful analysis, not the id that POST gave."},
				{Name: string(tagShares), Description: "Links that show an analysis, or two side by side, to whoever has them. Who looks sees title and outputs and may change nothing."},
				{Name: string(tagWebhooks), Description: "Messages instead of polling, signed by the Standard Webhooks scheme."},
				{Name: string(tagAccount)}, {Name: string(tagOperator), Description: "For whoever runs the server. No token needed."},
			},
			Components: &huma.Components{
				Schemas: huma.NewMapRegistry("#/components/schemas/", schemaName),
				SecuritySchemes: map[string]*huma.SecurityScheme{
					"token": {Type: "http", Scheme: "bearer", Description: "Authorization: Bearer <token>"},
				},
			},
			Security:   []map[string][]string{{"token": {}}},
			Extensions: map[string]any{"x-error-codes": errorCodes},
		},
		Formats:       map[string]huma.Format{"application/json": json},
		DefaultFormat: "application/json",
	}
	c.AllowAdditionalPropertiesByDefault = true
	return c
}

// Finish adds to the document of an API what huma cannot know and returns it as
// served. health is the type of the answer of /healthz and /readyz.
func (d *Document) Finish(doc *huma.OpenAPI, health reflect.Type) ([]byte, error) {
	order := make([]string, 0, len(operations))
	for _, o := range operations {
		order = append(order, o.id)
	}
	for _, o := range d.plainOperations(huma.SchemaFromType(doc.Components.Schemas, health)) {
		doc.AddOperation(o)
		order = append(order, o.OperationID)
	}
	doc.Extensions["x-order"] = order
	for _, item := range doc.Paths {
		for _, o := range []*huma.Operation{item.Get, item.Post, item.Put, item.Patch, item.Delete} {
			if o != nil {
				finishOperation(o)
			}
		}
	}
	if err := describeSchemas(doc.Components.Schemas.Map()); err != nil {
		return nil, err
	}
	doc.Webhooks = webhookMessages()
	raw, err := json.Marshal(doc)
	if err != nil {
		return nil, fmt.Errorf("openapi: %w", err)
	}
	var text bytes.Buffer
	if err := json.Indent(&text, raw, "", " "); err != nil {
		return nil, fmt.Errorf("openapi: %w", err)
	}
	return text.Bytes(), nil
}

// finishOperation corrects the answers of an operation.
func finishOperation(o *huma.Operation) {
	delete(o.Responses, "422") // huma's own; ours is 400
	if o.RequestBody != nil && o.RequestBody.Content["application/json"] != nil {
		o.Responses["413"] = errorResponse("Too large.")
	}
	ok := o.Responses["200"]
	switch {
	case strings.HasPrefix(o.OperationID, "stream-"):
		ok.Content = map[string]*huma.MediaType{"text/event-stream": {Schema: &huma.Schema{Type: huma.TypeString}}}
		ok.Headers = nil
	case o.OperationID == "get-report":
		ok.Content = map[string]*huma.MediaType{"text/html": {Schema: &huma.Schema{Type: huma.TypeString}}}
		ok.Headers = nil
	case strings.HasSuffix(o.OperationID, "-summary"), strings.HasSuffix(o.OperationID, "-recommendations"):
		for status, text := range map[string]string{"404": "analysis_not_found, summary_not_found or recommendations_not_found.", "410": "analysis_expired."} {
			o.Responses[status] = &huma.Response{Description: text, Content: ok.Content}
		}
	}
}

// errorResponse is an answer with the common error body.
func errorResponse(text string) *huma.Response {
	return &huma.Response{Description: text, Content: map[string]*huma.MediaType{
		"application/json": {Schema: &huma.Schema{Ref: "#/components/schemas/ErrorBody"}},
	}}
}

// describeSchemas writes the descriptions of the root package's types, which
// carry none themselves. Every entry must meet a property, so that none goes
// stale.
func describeSchemas(schemas map[string]*huma.Schema) error {
	all := maps.Clone(fieldTexts)
	maps.Copy(all, pageTexts)
	for _, name := range slices.Sorted(maps.Keys(all)) {
		schema, field, _ := strings.Cut(name, ".")
		s := schemas[schema]
		if s == nil || s.Properties[field] == nil {
			return fmt.Errorf("openapi: no schema property %s to describe", name)
		}
		p := *s.Properties[field] // a $ref may be shared
		p.Description = all[name]
		s.Properties[field] = &p
	}
	return nil
}

// plainOperations describes the routes that huma does not serve.
func (d *Document) plainOperations(health *huma.Schema) []*huma.Operation {
	open := []map[string][]string{{}}
	bytesOf := func(kind string) map[string]*huma.MediaType {
		return map[string]*huma.MediaType{kind: {Schema: &huma.Schema{Type: "string", Format: "binary"}}}
	}
	healthy := map[string]*huma.MediaType{"application/json": {Schema: health}}
	link := []*huma.Param{
		{Name: "key", In: "path", Required: true, Description: "Part of the link; opaque.", Schema: &huma.Schema{Type: "string"}},
		{Name: "exp", In: "query", Required: true, Description: "Part of the link.", Schema: &huma.Schema{Type: "string"}},
		{Name: "method", In: "query", Required: true, Description: "Part of the link.", Schema: &huma.Schema{Type: "string"}},
		{Name: "sig", In: "query", Required: true, Description: "Part of the link.", Schema: &huma.Schema{Type: "string"}},
	}
	plain := func(id string, t tag, route, summary string) *huma.Operation {
		method, path := SplitRoute(route)
		return &huma.Operation{OperationID: id, Tags: []string{string(t)}, Method: method, Path: path, Summary: summary,
			Description: d.descriptions[id], Security: open, Responses: map[string]*huma.Response{}}
	}
	put := plain("put-upload", tagUploads, "PUT /objects/{key}", "Upload the bytes")
	put.Parameters = link
	put.RequestBody = &huma.RequestBody{Required: true, Content: bytesOf("video/webm")}
	put.Responses = map[string]*huma.Response{
		"200": {Description: "Stored. The body is empty.", Headers: map[string]*huma.Param{"ETag": {Schema: &huma.Schema{Type: "string"}}}},
		"403": errorResponse("Forged or expired link, or over the account's quota."), "404": errorResponse("The upload is no longer expected."), "409": errorResponse("An analysis uses the upload."), "413": errorResponse("Too large."), "503": errorResponse("Busy, or no room."), "507": errorResponse("More than the service may store."),
	}
	get := plain("get-output", tagVideo, "GET /objects/{key}", "Download an output")
	get.Parameters = link
	get.Responses = map[string]*huma.Response{
		"200": {Description: "The file, to be shown in place.", Content: bytesOf("*/*")}, "206": {Description: "A part of the file.", Content: bytesOf("*/*")},
		"403": errorResponse("Forged or expired link."), "410": errorResponse("The file is gone."),
	}
	lens := plain("lens", tagImage, "POST /v2/lens", "See an image at once")
	lens.Security = nil // that of the document
	lens.RequestBody = &huma.RequestBody{Required: true, Content: bytesOf("image/*")}
	lens.Responses = map[string]*huma.Response{
		"200": {Description: "The densities as attention.grid.", Content: bytesOf("application/octet-stream")},
		"400": errorResponse("Not an image that can be read."), "401": errorResponse("No token, or a wrong one."), "403": errorResponse("A session, used from another site."),
		"413": errorResponse("Too large."), "429": errorResponse("One at a time."), "503": errorResponse("Busy."),
	}
	alive := plain("get-health", tagOperator, "GET /healthz", "Is the process alive")
	alive.Responses = map[string]*huma.Response{"200": {Description: "OK", Content: healthy}}
	ready := plain("get-readiness", tagOperator, "GET /readyz", "Can the server work")
	ready.Responses = map[string]*huma.Response{"200": {Description: "Ready", Content: healthy}, "503": {Description: "A check failed", Content: healthy}}
	metrics := plain("get-metrics", tagOperator, "GET /metrics", "Prometheus metrics")
	metrics.Responses = map[string]*huma.Response{"200": {Description: "OK", Content: map[string]*huma.MediaType{"text/plain": {Schema: &huma.Schema{Type: "string"}}}}}
	return []*huma.Operation{put, get, lens, alive, ready, metrics}
}
