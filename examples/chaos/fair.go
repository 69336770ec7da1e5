//go:build unix

package main

import (
	"context"
	"fmt"
	"sync"
)

// most is how many images of the crowd may end between the order of the neighbor's one and
// its end: two run, one ends before it starts, and the other two slots' worth meanwhile.
const most = 4

// fairness queues many images of one account and then one of another, at either of the
// processes that answer.
func fairness(ctx context.Context, c *cluster, p plan) error {
	many := 1000
	if p.short {
		many = 120
	}
	tokens := map[string]string{}
	for _, account := range []string{"crowd", "neighbor"} {
		token, err := c.token(account)
		if err != nil {
			return err
		}
		tokens[account] = token
	}
	in := input{"image 640x400", false, drawn(640, 400, 3)}
	if err := crowd(ctx, newClient(c, tokens["crowd"]), in, many); err != nil {
		return err
	}
	queued, err := c.number(ctx, `SELECT count(*) FROM analyses WHERE account = 'crowd' AND status = 'pending'`)
	if err != nil {
		return err
	}
	k := newClient(c, tokens["neighbor"])
	id, err := k.order(ctx, in, "")
	if err != nil {
		return err
	}
	a, err := k.settle(ctx, in, id)
	if err != nil || a.text("status") != "success" {
		return fmt.Errorf("the neighbor's image became %v, %w", a.body, err)
	}
	before, err := c.number(ctx, `SELECT count(*) FROM analyses a, analyses n WHERE a.account = 'crowd' AND n.id = $1 AND a.ended_at BETWEEN n.created_at AND n.ended_at`, id)
	if err != nil {
		return err
	}
	fmt.Printf("\n%d images of one account were queued, %d still waited; %d of them ended between the order of the neighbor's one and its end (at most %d).\n", many, queued, before, most)
	if before > most {
		return fmt.Errorf("%d images of the crowd ended before the neighbor's one", before)
	}
	if queued < many/4 {
		return fmt.Errorf("only %d of %d images waited: nothing was shown", queued, many)
	}
	return nil
}

// crowd orders many images, eight at a time.
func crowd(ctx context.Context, k *client, in input, many int) error {
	const clients = 8
	errs := make(chan error, clients)
	var all sync.WaitGroup
	for range clients {
		all.Go(func() {
			for range many / clients {
				if _, err := k.order(ctx, in, ""); err != nil {
					errs <- err
					return
				}
			}
		})
	}
	all.Wait()
	select {
	case err := <-errs:
		return err
	default:
		return nil
	}
}
