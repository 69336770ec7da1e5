package capture

import (
	"errors"
	"strconv"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/dom"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
)

// maxUnfolded is how many frames of a page are tried.
const maxUnfolded = 5

// unfold lets content that scrolls inside of the page, or of a frame that fills
// it, become its whole height.
func (s *session) unfold() error {
	if _, err := eval[int](s, unfoldScript); err != nil {
		return err
	}
	tree, err := callFor(s, scriptWait, page.GetFrameTree, struct{}{})
	if err != nil {
		return err
	}
	children := tree.FrameTree.ChildFrames
	for _, child := range children[:min(len(children), maxUnfolded)] {
		// A frame that is gone by now is no fault.
		if err := s.unfoldFrame(tree.FrameTree.Frame.ID, child.Frame.ID); errors.Is(err, errHung) || s.ctx.Err() != nil {
			return err
		}
	}
	return nil
}

// unfoldFrame lets a frame that fills the page grow to its content.
func (s *session) unfoldFrame(main, frame cdp.FrameID) error {
	inside, err := s.world(frame)
	if err != nil {
		return err
	}
	if _, err := evalIn[int](s, inside, unfoldScript); err != nil {
		return err
	}
	height, err := evalIn[float64](s, inside, `() => document.documentElement.scrollHeight > innerHeight ? document.documentElement.scrollHeight : 0`)
	if err != nil || height == 0 {
		return err
	}
	outside, err := s.world(main)
	if err != nil {
		return err
	}
	owner, err := callFor(s, scriptWait, dom.GetFrameOwner, dom.GetFrameOwnerParams{FrameID: frame})
	if err != nil {
		return err
	}
	node, err := callFor(s, scriptWait, dom.ResolveNode, dom.ResolveNodeParams{BackendNodeID: owner.BackendNodeID, ExecutionContextID: outside})
	if err != nil {
		return err
	}
	grown := strconv.FormatFloat(min(height, s.maxHeight()), 'f', 0, 64)
	_, err = callFor(s, scriptWait, runtime.CallFunctionOn, runtime.CallFunctionOnParams{
		FunctionDeclaration: "function () { return (" + expression(unfoldScript) + ")(this, " + grown + ") }", ObjectID: node.Object.ObjectID,
	})
	return err
}
