package capture

import (
	"errors"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/dom"
	"github.com/chromedp/cdproto/runtime"
)

// maxClosed is how many closed shadow trees of one document are read.
const maxClosed = 200

// describable is the document, unless it has so many elements that looking for closed
// shadow trees takes long.
const describable = `(() => {
	const all = Object.getOwnPropertyDescriptor(Document.prototype, "querySelectorAll").value.call(document, "*");
	return all.length > 20000 ? null : document;
})()`

// keepClosed keeps a closed shadow tree where the script that reads elements finds it,
// by its host.
const keepClosed = `function () {
	if (!Object.hasOwn(globalThis, "saccadeClosed")) globalThis.saccadeClosed = new WeakMap();
	globalThis.saccadeClosed.set(Object.getOwnPropertyDescriptor(ShadowRoot.prototype, "host").get.call(this), this);
}`

// openClosed shows a world the closed shadow trees of its document, which no script of
// a page can see but the one that made them. Where that fails they stay closed; the
// error is one that ends the capture.
func (s *session) openClosed(world runtime.ExecutionContextID) error {
	roots, err := s.closedRoots(world)
	for _, root := range roots {
		if err != nil {
			break
		}
		var node dom.ResolveNodeResult
		if node, err = callFor(s, scriptWait, dom.ResolveNode, dom.ResolveNodeParams{BackendNodeID: root, ExecutionContextID: world}); err == nil {
			yes := true
			_, err = callFor(s, scriptWait, runtime.CallFunctionOn, runtime.CallFunctionOnParams{FunctionDeclaration: keepClosed, ObjectID: node.Object.ObjectID, Silent: &yes})
		}
	}
	if errors.Is(err, errHung) || s.ctx.Err() != nil {
		return err
	}
	return nil
}

// closedRoots lists the closed shadow trees of a world's document.
func (s *session) closedRoots(world runtime.ExecutionContextID) ([]cdp.BackendNodeID, error) {
	yes, whole := true, int64(-1)
	doc, err := callFor(s, scriptWait, runtime.Evaluate, runtime.EvaluateParams{Expression: describable, ContextID: world, Silent: &yes})
	if err != nil || doc.Result == nil || doc.Result.ObjectID == "" {
		return nil, err
	}
	described, err := callFor(s, readWait, dom.DescribeNode, dom.DescribeNodeParams{ObjectID: doc.Result.ObjectID, Depth: &whole, Pierce: &yes})
	if err != nil || described.Node == nil {
		return nil, err
	}
	var roots []cdp.BackendNodeID
	left := []*cdp.Node{described.Node}
	for len(left) > 0 && len(roots) < maxClosed {
		n := left[len(left)-1]
		left = append(append(left[:len(left)-1], n.Children...), n.ShadowRoots...)
		if n.ShadowRootType == cdp.ShadowRootTypeClosed {
			roots = append(roots, n.BackendNodeID)
		}
	}
	return roots, nil
}
