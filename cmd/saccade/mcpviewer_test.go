package main_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	sdk "github.com/modelcontextprotocol/go-sdk/mcp"
)

// hostPage doubles a host of MCP Apps: it answers the view's handshake, sends the
// result once the view is ready, and passes calls of tools on to the test.
const hostPage = `<!doctype html><html lang="en"><title>A host</title><link rel="icon" href="data:,"><h1>Host</h1><iframe id="view" title="Saccade" sandbox="allow-scripts allow-same-origin" style="width:900px;height:1400px"></iframe>
<script>
window.told = []; window.calls = []; window.ready = false;
addEventListener('message', (e) => {
  const m = e.data, answer = (result) => e.source.postMessage({jsonrpc: '2.0', id: m.id, result}, '*');
  if (e.source !== view.contentWindow || m.jsonrpc !== '2.0') return;
  if (m.method === 'ui/initialize') answer({protocolVersion: m.params.protocolVersion, hostInfo: {name: 'double', version: '1'}, hostCapabilities: {serverTools: {}}, hostContext: {theme: 'dark'}});
  else if (m.method === 'ui/notifications/initialized') window.ready = true;
  else if (m.method === 'tools/call') { calls.push(m.params); window.reply = (result) => answer(result); }
  else told.push(m);
});
window.send = (method, params) => view.contentWindow.postMessage({jsonrpc: '2.0', method, params}, '*');
window.inside = () => view.contentDocument;
view.src = '/view';
</script></html>`

// TestMCPViewer reads the view from a real server and drives it in Chromium by real
// answers of the tools, under the policy that a host has to set.
func TestMCPViewer(t *testing.T) {
	t.Parallel()
	needChromium(t)
	s := start(t, t.TempDir(), "--model", "baseline")
	session := s.mcp(t, sdk.NewClient(&sdk.Implementation{Name: "test", Version: "1"}, nil))
	res, err := session.ReadResource(t.Context(), &sdk.ReadResourceParams{URI: "ui://saccade/viewer"})
	if err != nil {
		t.Fatal(err)
	}
	host := site(t, map[string]http.HandlerFunc{"/": html(hostPage), "/view": func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Header().Set("Content-Security-Policy", "default-src 'none'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; media-src 'self' data:; connect-src 'none'")
		_, _ = w.Write([]byte(res.Contents[0].Text))
	}})
	b := openTab(t, host.URL)
	b.open("/")
	b.wait("ready")
	call := func(tool string, args map[string]any) string {
		t.Helper()
		ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
		defer cancel()
		r, err := session.CallTool(ctx, &sdk.CallToolParams{Name: tool, Arguments: args})
		if err != nil {
			t.Fatal(err)
		}
		raw, err := json.Marshal(r)
		if err != nil {
			t.Fatal(err)
		}
		return string(raw)
	}
	show := func(result string) { eval[any](b, "send('ui/notifications/tool-result', "+result+")") }

	eval[any](b, "send('ui/notifications/tool-input', {arguments: {}})")
	b.wait("inside().body.innerText.includes('The tool runs')")
	draft := base64.StdEncoding.EncodeToString(pngOf(t, screen(480, 300)))
	show(call("analyze", map[string]any{"image": draft, "title": "<img src=x onerror=alert(1)> draft",
		"areas": []any{map[string]any{"name": "cta", "box": map[string]any{"x": 0.6, "y": 0.5, "width": 0.3, "height": 0.3}}}}))
	b.wait("inside().querySelector('#image').naturalWidth > 100 && inside().querySelectorAll('#gaze ellipse').length > 0")
	b.wait("inside().body.innerText.includes('focus') && inside().body.innerText.includes('cta') && inside().documentElement.dataset.theme === 'dark'")
	if eval[int](b, "inside().querySelectorAll('img').length") != 1 || !eval[bool](b, "inside().querySelector('#title').textContent.includes('draft')") {
		t.Errorf("the title became markup, or is not there: %s", eval[string](b, "inside().querySelector('#title').outerHTML"))
	}
	b.wait("told.some((m) => m.method === 'ui/notifications/size-changed' && m.params.height > 300)")
	show(call("analyze", map[string]any{"image": "bm8="}))
	b.wait("!inside().querySelector('#error').hidden && inside().querySelector('#error').textContent.length > 20")

	viewerFrames(t, s, b, call)
	b.expect("can escape its sandboxing") // which the double needs, to look into the view
	b.clean("the view")

	// Alone in a tab, it waits; so its accessibility can be judged.
	b.open("/view")
	b.see("A model's opinion")
	b.judge("mcp viewer")
}

// viewerFrames moves the slider of a video: the view asks for the frame through the host.
func viewerFrames(t *testing.T, s *service, b *tab, call func(string, map[string]any) string) {
	t.Helper()
	created := s.call("POST", "/analyses/video", object{"input": object{"content": s.upload(read(t, sample))},
		"predictions": object{"attention": object{"outputs": []string{"attentionMap", "data"}}, "focus": object{}}})
	s.settle(created.text("location"), time.Minute)
	id := created.text("id")
	eval[any](b, "send('ui/notifications/tool-result', "+call("analyze", map[string]any{"id": id})+")")
	b.wait("!inside().querySelector('#player').hidden")
	eval[any](b, "(e => { e.value = 1; e.dispatchEvent(new Event('change')); })(inside().querySelector('#time'))")
	b.wait("calls.length === 1")
	asked := eval[string](b, "JSON.stringify(calls[0])")
	var p struct {
		Name      string
		Arguments map[string]any
	}
	if err := json.Unmarshal([]byte(asked), &p); err != nil || p.Name != "frame" || p.Arguments["id"] != id || p.Arguments["t"] != 1.0 {
		t.Fatalf("%s, %v", asked, err)
	}
	eval[any](b, "reply("+call(p.Name, p.Arguments)+")")
	b.wait("inside().querySelector('#status').textContent === '' && inside().querySelector('#image').naturalWidth > 100")
	if at := eval[string](b, "inside().querySelector('#at').textContent"); !strings.HasPrefix(at, "1.0") && !strings.HasPrefix(at, "0.9") {
		t.Errorf("the frame is at %s", at)
	}
}
