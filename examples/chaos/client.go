//go:build unix

package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/saccade-dev/saccade"
)

// object is a JSON object.
type object map[string]any

// faults counts what went wrong for clients, by what they saw.
type faults struct {
	mu sync.Mutex
	n  map[string]int
}

// add counts one.
func (f *faults) add(what string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.n == nil {
		f.n = map[string]int{}
	}
	f.n[what]++
}

// take returns what was counted, and begins anew.
func (f *faults) take() map[string]int {
	f.mu.Lock()
	defer f.mu.Unlock()
	n := f.n
	f.n = nil
	return n
}

// listed is a count as text.
func listed(n map[string]int) string {
	if len(n) == 0 {
		return "none"
	}
	var parts []string
	for _, what := range slices.Sorted(maps.Keys(n)) {
		parts = append(parts, fmt.Sprintf("%d x %s", n[what], what))
	}
	return strings.Join(parts, ", ")
}

// client asks as one account, at whichever process answers.
type client struct {
	bases  []string
	token  string
	http   *http.Client
	faults *faults
}

func newClient(c *cluster, token string) *client {
	k := &client{token: token, http: &http.Client{Timeout: 20 * time.Second}, faults: &faults{}}
	for _, p := range c.apis {
		k.bases = append(k.bases, p.url)
	}
	return k
}

// answer is what a process said.
type answer struct {
	status int
	body   map[string]any
}

// text is a member that is text.
func (a answer) text(key string) string {
	s, _ := a.body[key].(string)
	return s
}

// code is the code of an error.
func (a answer) code() string {
	e, _ := a.body["error"].(map[string]any)
	code, _ := e["code"].(string)
	return code
}

// call makes one request of the API at one of the processes.
func (k *client) call(ctx context.Context, method, path, key string, body any) (a answer, err error) {
	b, err := json.Marshal(body)
	if err != nil {
		return a, err
	}
	if body == nil {
		b = nil
	}
	r, err := http.NewRequestWithContext(ctx, method, k.bases[rand.IntN(len(k.bases))]+"/v2"+path, bytes.NewReader(b))
	if err != nil {
		return a, err
	}
	r.Header.Set("Authorization", "Bearer "+k.token)
	r.Header.Set("Content-Type", "application/json")
	if key != "" {
		r.Header.Set("Idempotency-Key", key)
	}
	status, text, err := k.send(r)
	if err != nil {
		return a, err
	}
	a.status = status
	_ = json.Unmarshal(text, &a.body)
	if status >= http.StatusInternalServerError {
		k.faults.add(fmt.Sprintf("%d %s", status, a.code()))
		return a, fmt.Errorf("%s %s: %d %s", method, path, status, a.code())
	}
	return a, nil
}

// send makes one request and counts what the network did to it.
func (k *client) send(r *http.Request) (int, []byte, error) {
	res, err := k.http.Do(r)
	if err != nil {
		k.faults.add(networkFault(err))
		return 0, nil, err
	}
	defer func() { _ = res.Body.Close() }()
	text, err := io.ReadAll(io.LimitReader(res.Body, 64<<20))
	if err != nil {
		k.faults.add(networkFault(err))
	}
	return res.StatusCode, text, err
}

// networkFault says in a word or two what happened to a connection.
func networkFault(err error) string {
	var timeout net.Error
	switch {
	case errors.Is(err, syscall.ECONNREFUSED):
		return "refused"
	case errors.Is(err, context.Canceled):
		return "ended"
	case errors.As(err, &timeout) && timeout.Timeout():
		return "no answer"
	}
	return "broken off"
}

// again repeats f until it succeeds, as a patient client does.
func again(ctx context.Context, f func() error) error {
	for {
		err := f()
		if err == nil {
			return nil
		}
		var final *refusal
		if errors.As(err, &final) {
			return err
		}
		select {
		case <-ctx.Done():
			return errors.Join(err, ctx.Err())
		case <-time.After(250 * time.Millisecond):
		}
	}
}

// refusal is an answer that repeating cannot change.
type refusal struct{ answer }

// Error implements error.
func (r *refusal) Error() string { return fmt.Sprintf("refused: %d %v", r.status, r.body) }

// order has something analyzed, and returns the id once that is accepted.
func (k *client) order(ctx context.Context, in input, webhook string) (id string, err error) {
	key := saccade.NewID()
	err = again(ctx, func() error {
		id, err = k.tryOrder(ctx, in, webhook, key)
		return err
	})
	return id, err
}

func (k *client) tryOrder(ctx context.Context, in input, webhook, key string) (string, error) {
	path, body := "/analyses", object{"input": object{"type": "image", "content": base64.StdEncoding.EncodeToString(in.bytes)}}
	if in.video {
		link, err := k.upload(ctx, in.bytes)
		if err != nil {
			return "", err
		}
		path, body = "/analyses/video", object{"input": object{"content": link}}
		key += hash([]byte(link))[:8] // another link is another body
	}
	if webhook != "" {
		body["webhook"] = object{"url": webhook}
	}
	var a answer
	var err error
	for range 20 { // the same key and body: what was accepted is not accepted twice
		if a, err = k.call(ctx, http.MethodPost, path, key, body); err == nil || ctx.Err() != nil {
			break
		}
		time.Sleep(500 * time.Millisecond)
	}
	if err != nil {
		return "", err
	}
	if a.status != http.StatusCreated && a.status != http.StatusOK {
		return "", &refusal{a}
	}
	return a.text("id"), nil
}

// upload puts a video where the API says.
func (k *client) upload(ctx context.Context, video []byte) (string, error) {
	a, err := k.call(ctx, http.MethodGet, "/upload-urls", "", nil)
	if err != nil {
		return "", err
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPut, a.text("url"), bytes.NewReader(video))
	if err != nil {
		return "", err
	}
	status, text, err := k.send(r)
	if err == nil && status != http.StatusOK {
		k.faults.add(fmt.Sprintf("%d of the bucket", status))
		err = fmt.Errorf("PUT: %d %s", status, text)
	}
	return a.text("url"), err
}

// settle waits until an analysis has ended and returns its last state.
func (k *client) settle(ctx context.Context, in input, id string) (a answer, err error) {
	path := "/analyses/" + id
	if in.video {
		path = "/analyses/video/" + id
	}
	for {
		err = again(ctx, func() error {
			if a, err = k.call(ctx, http.MethodGet, path+"?wait=5", "", nil); err == nil && a.status != http.StatusOK {
				err = &refusal{a}
			}
			return err
		})
		if err != nil || a.text("status") != "pending" {
			return a, err
		}
	}
}

// fetch returns the SHA-256 of an output.
func (k *client) fetch(ctx context.Context, a answer) (sum string, err error) {
	outputs, _ := a.body["outputs"].(map[string]any)
	attention, _ := outputs["attention"].(map[string]any)
	link, _ := attention["attentionMap"].(string)
	err = again(ctx, func() error {
		r, err := http.NewRequestWithContext(ctx, http.MethodGet, link, nil)
		if err != nil {
			return &refusal{a}
		}
		status, body, err := k.send(r)
		switch {
		case err != nil:
			return err
		case status >= http.StatusInternalServerError:
			return fmt.Errorf("GET of an output: %d", status)
		case status != http.StatusOK:
			return &refusal{answer{status: status, body: object{"output": string(body)}}}
		}
		sum = hash(body)
		return nil
	})
	return sum, err
}

// hash is a SHA-256 in hexadecimal digits.
func hash(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}
