package capture

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"time"

	"github.com/chromedp/cdproto/animation"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"golang.org/x/sync/errgroup"
)

const (
	scriptWait = 8 * time.Second // for one of our scripts in a busy page
	endWait    = 2 * time.Second // for the end of one animation
	atOnce     = 8               // animations that are ended at the same time
	maxFrames  = 50              // of one page that are brought to a standstill
	worldName  = "saccade"
)

// errHung means that the page keeps its thread busy, so that none of our scripts
// runs in it.
var errHung = errors.New("the page does not answer")

// standStill ends everything that moves, in all frames and shadow trees.
func (s *session) standStill() error {
	if err := s.endAnimations(); err != nil {
		return err
	}
	tree, err := callFor(s, scriptWait, page.GetFrameTree, struct{}{})
	if err != nil {
		return err
	}
	for _, f := range frames(tree.FrameTree, nil) {
		if err := s.stillFrame(f); err != nil {
			return err
		}
	}
	return nil
}

// stillFrame brings one frame to a standstill. One that is gone by now is no
// fault.
func (s *session) stillFrame(f cdp.FrameID) error {
	world, err := s.world(f)
	if err == nil {
		_, err = evalIn[any](s, world, stillScript)
	}
	if errors.Is(err, errHung) || s.ctx.Err() != nil {
		return err
	}
	return nil
}

// frames lists a frame and all frames in it, the outer ones first.
func frames(t *page.FrameTree, list []cdp.FrameID) []cdp.FrameID {
	if t == nil || len(list) >= maxFrames {
		return list
	}
	list = append(list, t.Frame.ID)
	for _, child := range t.ChildFrames {
		list = frames(child, list)
	}
	return list
}

// endAnimations brings the animations that have started to their end, and
// cancels those that have none. The browser names them wherever they are:
// closed shadow trees and frames of other sites included.
func (s *session) endAnimations() error {
	var g errgroup.Group
	g.SetLimit(atOnce)
	for _, id := range s.page.takeAnimations() {
		g.Go(func() error {
			found, err := callFor(s, endWait, animation.ResolveAnimation, animation.ResolveAnimationParams{AnimationID: id})
			if err == nil && found.RemoteObject != nil {
				yes := true
				_, err = callFor(s, endWait, runtime.CallFunctionOn, runtime.CallFunctionOnParams{
					FunctionDeclaration: endScript, ObjectID: found.RemoteObject.ObjectID, Silent: &yes,
				})
			}
			if errors.Is(err, errHung) || s.ctx.Err() != nil {
				return err
			}
			return nil // it ended by itself
		})
	}
	return g.Wait()
}

// interrupt ends the script that keeps the page busy, and lets no other begin.
// What is on the screen can be photographed then.
func (s *session) interrupt() error {
	if _, err := callFor(s, endWait, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true}); err != nil && !errors.Is(err, errHung) {
		return err
	}
	_, err := callFor(s, endWait, runtime.TerminateExecution, struct{}{})
	if errors.Is(err, errHung) {
		return nil // the image decides
	}
	return err
}

// eval runs one of our scripts in the main frame, in a world of its own, with
// the numbers as arguments. Whatever goes wrong inside is the page's affair and
// returns the zero value; only a page that does not let us run is an error.
func eval[T any](s *session, script string, args ...float64) (T, error) {
	var zero T
	tree, err := callFor(s, scriptWait, page.GetFrameTree, struct{}{})
	if err != nil {
		return zero, err
	}
	world, err := s.world(tree.FrameTree.Frame.ID)
	if err != nil {
		return zero, err
	}
	return evalIn[T](s, world, script, args...)
}

// world returns our own script world in a frame.
func (s *session) world(f cdp.FrameID) (runtime.ExecutionContextID, error) {
	world, err := callFor(s, scriptWait, page.CreateIsolatedWorld, page.CreateIsolatedWorldParams{FrameID: f, WorldName: worldName})
	return world.ExecutionContextID, err
}

func evalIn[T any](s *session, world runtime.ExecutionContextID, script string, args ...float64) (T, error) {
	var out T
	list, err := json.Marshal(append([]float64{}, args...))
	if err != nil {
		return out, err
	}
	yes := true
	res, err := callFor(s, scriptWait, runtime.Evaluate, runtime.EvaluateParams{
		Expression: "(" + expression(script) + ")(" + strings.Trim(string(list), "[]") + ")",
		ContextID:  world, AwaitPromise: &yes, Silent: &yes, ReturnByValue: &yes,
	})
	if err == nil && res.Result != nil && len(res.Result.Value) > 0 {
		if json.Unmarshal(res.Result.Value, &out) != nil {
			var zero T
			return zero, nil // the page's affair
		}
	}
	return out, err
}

// expression drops the comment lines that a script begins with.
func expression(script string) string {
	for strings.HasPrefix(script, "//") {
		_, script, _ = strings.Cut(script, "\n")
	}
	return strings.TrimSpace(script)
}

// call is cdp.Call on the tab of the session.
func call[P, R any](s *session, c cdp.Command[P, R], params P) (R, error) {
	return chromedp.Call(s.tab, c, params)
}

// callFor is call with a limit of time; errHung when it is over.
func callFor[P, R any](s *session, wait time.Duration, c cdp.Command[P, R], params P) (R, error) {
	ctx, cancel := context.WithTimeout(s.tab, wait)
	defer cancel()
	res, err := chromedp.Call(ctx, c, params)
	if err != nil && ctx.Err() != nil && s.ctx.Err() == nil {
		err = errHung
	}
	return res, err
}
