package worker

import (
	"context"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"
)

// TestProcess: one that is to run alone waits for those that run, keeps its turn,
// and lets the others in when it has ended or given up.
func TestProcess(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newProcess()
		var running []string
		end := map[string]func(){}
		come := func(ctx context.Context, name string, alone bool) {
			go func() {
				release, err := p.enter(ctx, alone)
				if err != nil {
					return
				}
				running = append(running, name)
				end[name] = release
			}()
			synctest.Wait()
		}
		is := func(want ...string) {
			t.Helper()
			synctest.Wait()
			if diff := cmp.Diff(want, running); diff != "" {
				t.Error(diff)
			}
		}
		ctx, cancel := context.WithCancel(t.Context())
		come(ctx, "a", false)
		come(ctx, "b", false)
		come(ctx, "suspect", true)
		come(ctx, "c", false)
		is("a", "b")
		end["a"]()
		is("a", "b")
		end["b"]()
		is("a", "b", "suspect")
		end["suspect"]()
		is("a", "b", "suspect", "c")
		come(ctx, "second suspect", true)
		come(t.Context(), "d", false)
		is("a", "b", "suspect", "c")
		cancel()
		is("a", "b", "suspect", "c", "d")
	})
}
