package capture

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/dom"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/element"
)

const (
	readWait   = 10 * time.Second // for the elements of one document
	readFrames = 20               // frames of a page that are read
)

// Visit opens a page as asked, waits until it has come to rest, and passes it to
// use while it is open. It returns the error of use, or one as
// [Browser.Capture] does. What is done in use has the time of Config.Timeout
// once for every four elements that are hidden.
func (b *Browser) Visit(ctx context.Context, v element.Visit, use func(*element.Page) error) error {
	view, err := ViewportOf(v.Medium)
	if err != nil {
		return err
	}
	view, err = view.as(v.Variant)
	if err != nil {
		return err
	}
	u, err := b.guard.CheckURL(v.Address)
	if err != nil {
		return asWebPage(err)
	}
	select {
	case b.slots <- struct{}{}:
		defer func() { <-b.slots }()
	case <-ctx.Done():
		return ctx.Err()
	}
	c, err := b.findChrome(ctx)
	if err != nil {
		return err
	}
	run, cancel := context.WithTimeoutCause(ctx, b.cfg.Timeout*time.Duration(1+(v.Hide+3)/4), errTimeout)
	defer cancel()
	s, err := b.start(run, c, view)
	if err != nil {
		return b.explain(ctx, run, nil, err)
	}
	p, err := s.visit(u.String(), v)
	if err != nil {
		err = b.explain(ctx, run, s, err)
	} else {
		without := p.Without
		p.Without = func(i int) ([]byte, error) {
			png, err := without(i)
			if err != nil {
				return nil, b.explain(ctx, run, s, err)
			}
			return png, nil
		}
		err = use(p)
	}
	if closeErr := s.close(); closeErr != nil {
		b.log.Warn("capture left something behind", "err", closeErr)
	}
	return err
}

// visit photographs the page and reads what is wanted of it.
func (s *session) visit(address string, v element.Visit) (*element.Page, error) {
	png, err := s.photograph(address)
	if err != nil {
		return nil, err
	}
	p := &element.Page{Image: png, Without: func(int) ([]byte, error) { return nil, errNoElement }}
	if !v.Elements && len(v.Selectors) == 0 {
		return p, nil
	}
	r := reader{s: s, worlds: map[*element.Document]runtime.ExecutionContextID{}, left: element.MaxElements}
	if !v.Elements {
		r.left = 0
	}
	if p.Layout, err = r.layout(v.Selectors); err != nil {
		return nil, err
	}
	p.Without = func(i int) ([]byte, error) {
		if i < 0 || i >= len(p.Layout.Sources) {
			return nil, errNoElement
		}
		from := p.Layout.Sources[i]
		return s.without(r.worlds[from.Document], from.Index)
	}
	return p, nil
}

// errUnread means that the elements of a document could not be read.
var errUnread = saccade.Errorf(saccade.CodeWebPage, "The elements of the page could not be read, because its scripts keep the browser busy. Please ask again without elements.")

var errNoElement = errors.New("capture: there is no such element")

// reader reads the elements of a page.
type reader struct {
	s      *session
	worlds map[*element.Document]runtime.ExecutionContextID
	left   int // elements that may still be read
	frames int // that were read
}

// layout reads the documents of a page and puts them together.
func (r *reader) layout(queries []string) (*element.Layout, error) {
	tree, err := callFor(r.s, scriptWait, page.GetFrameTree, struct{}{})
	if err != nil {
		return nil, err
	}
	metrics, err := callFor(r.s, screenshotWait, page.GetLayoutMetrics, struct{}{})
	if err != nil {
		return nil, err
	}
	doc, err := r.document(tree.FrameTree, element.NewOptions(r.left, true, queries))
	if err != nil {
		return nil, err
	}
	clip := r.s.clip(metrics)
	fold := float64(r.s.view.Height) / clip.Scale
	return element.Assemble(doc, element.View{Width: clip.Width, Height: clip.Height, Fold: fold}), nil
}

// document reads the document of a frame, and those in it.
func (r *reader) document(tree *page.FrameTree, o element.Options) (*element.Document, error) {
	world, err := r.s.world(tree.Frame.ID)
	if err != nil {
		return nil, err
	}
	if err := r.s.openClosed(world); err != nil {
		return nil, err
	}
	doc, err := evalJSON[element.Document](r.s, world, element.Script(), o)
	if err != nil {
		return nil, err
	}
	if doc.Items == nil && doc.Found == nil { // our script did not come to its end
		return nil, errUnread
	}
	r.worlds[&doc] = world
	r.left -= len(doc.Items)
	for _, child := range tree.ChildFrames {
		if r.left <= 0 || r.frames >= readFrames {
			doc.Truncated = doc.Truncated || o.Max > 0
			break
		}
		r.frames++
		// A frame that is gone, or of which nothing is seen, is no fault.
		i, err := r.owner(child.Frame.ID, world)
		if errors.Is(err, errHung) || r.s.ctx.Err() != nil {
			return nil, err
		}
		if err != nil || i < 0 || i >= len(doc.Items) || !bool(doc.Items[i].Frame) {
			continue
		}
		doc.Items[i].Child, err = r.document(child, element.NewOptions(r.left, false, nil))
		if errors.Is(err, errHung) || r.s.ctx.Err() != nil {
			return nil, err
		}
	}
	return &doc, nil
}

// owner returns which item of the document that was read in a world holds a
// frame; -1: none.
func (r *reader) owner(frame cdp.FrameID, world runtime.ExecutionContextID) (int, error) {
	owner, err := callFor(r.s, scriptWait, dom.GetFrameOwner, dom.GetFrameOwnerParams{FrameID: frame})
	if err != nil {
		return -1, err
	}
	node, err := callFor(r.s, scriptWait, dom.ResolveNode, dom.ResolveNodeParams{BackendNodeID: owner.BackendNodeID, ExecutionContextID: world})
	if err != nil {
		return -1, err
	}
	yes := true
	res, err := callFor(r.s, scriptWait, runtime.CallFunctionOn, runtime.CallFunctionOnParams{
		FunctionDeclaration: `function () { return (globalThis.saccadeKept || []).indexOf(this) }`, ObjectID: node.Object.ObjectID, ReturnByValue: &yes, Silent: &yes,
	})
	if err != nil || res.Result == nil {
		return -1, err
	}
	i := -1
	if json.Unmarshal(res.Result.Value, &i) != nil {
		return -1, nil
	}
	return i, nil
}

// without returns the image in which one element is hidden. When it is not shown
// again the page is of no more use.
func (s *session) without(world runtime.ExecutionContextID, i int) ([]byte, error) {
	hidden, err := evalJSON[json.RawMessage](s, world, element.HideScript, i)
	if err != nil {
		return nil, err
	}
	if len(hidden) == 0 || string(hidden) == "null" {
		return nil, saccade.Errorf(saccade.CodeWebPage, "The page changed while its elements were hidden in turn. Please try again, or ask without steal.")
	}
	png, err := s.screenshot()
	_, showErr := evalJSON[bool](s, world, element.ShowScript, hidden)
	return png, errors.Join(err, showErr)
}

// evalJSON runs one of our scripts in a world, with an argument. Whatever goes
// wrong inside returns the zero value.
func evalJSON[T any](s *session, world runtime.ExecutionContextID, script string, arg any) (T, error) {
	var out T
	b, err := json.Marshal(arg)
	if err != nil {
		return out, err
	}
	yes := true
	res, err := callFor(s, readWait, runtime.Evaluate, runtime.EvaluateParams{
		Expression: "(" + expression(script) + ")(" + string(b) + ")", ContextID: world, Silent: &yes, ReturnByValue: &yes,
	})
	if err == nil && res.Result != nil && len(res.Result.Value) > 0 {
		if json.Unmarshal(res.Result.Value, &out) != nil {
			var zero T
			return zero, nil
		}
	}
	return out, err
}
