package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"
)

func transfers() []attack {
	return []attack{
		{"256 forged PUTs whose bodies never come", forgedPuts},
		{"256 PUTs to one link, a byte a second", slowPuts},
		{"256 PUTs to 256 links of one account, a byte a second", slowLinks},
		{"2,048 GETs with a body that never comes", lateBodies},
		{"3,000 POSTs of one account with a body that never comes", latePosts},
		{"1,000 connections that send half a header", halfHeaders},
		{"uploads of more than 100 MiB, declared and in chunks", tooLong},
	}
}

// raw sends text and returns the status of the answer.
func (t *target) raw(text string) (string, error) {
	conn, err := t.dial("%s", text)
	if err != nil {
		return "", err
	}
	defer func() { _ = conn.Close() }()
	return statusOf(conn)
}

// statusOf reads the status of the answer on a connection.
func statusOf(conn net.Conn) (string, error) {
	_ = conn.SetReadDeadline(time.Now().Add(20 * time.Second))
	line, err := bufio.NewReader(conn).ReadString('\n')
	if _, rest, ok := strings.Cut(line, " "); ok && len(rest) > 3 {
		return rest[:3], nil
	}
	return "", fmt.Errorf("no answer: %q %w", line, err)
}

// crowd opens n connections that each begin a request, and keeps them open until
// done is called.
func (t *target) crowd(n int, begin func(i int) string) (conns []net.Conn, done func(), err error) {
	done = func() {
		for _, c := range conns {
			_ = c.Close()
		}
	}
	for i := range n {
		c, err := t.dial("%s", begin(i))
		if err != nil {
			done()
			return nil, nil, fmt.Errorf("connection %d: %w", i, err)
		}
		conns = append(conns, c)
	}
	return conns, done, nil
}

// served makes the neighbor do what it wants to while the attack lasts, and
// returns how long it took.
func (t *target) served(ctx context.Context) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	begin := time.Now()
	for path, want := range map[string]int{"/usage": 200, "/analyses/nothing": 404} {
		if a := t.neighbor.call(ctx, "GET", path, nil); a.status != want {
			return "", fmt.Errorf("the neighbor's GET %s is answered %v", path, a)
		}
	}
	link := t.neighbor.call(ctx, "GET", "/upload-urls", nil).text("url")
	if a := (account{http: t.neighbor.http}).call(ctx, "PUT", link, make([]byte, 1<<20)); a.status != http.StatusOK {
		return "", fmt.Errorf("the neighbor's upload is answered %v", a)
	}
	return fmt.Sprintf("a neighbor's three requests and upload take %.1f s", time.Since(begin).Seconds()), nil
}

// trickle sends a byte a second on every connection until the context ends.
func trickle(ctx context.Context, conns []net.Conn) {
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		for _, c := range conns {
			_ = c.SetWriteDeadline(time.Now().Add(time.Second))
			_, _ = c.Write([]byte("x"))
		}
	}
}

// besieged opens the crowd, lets it trickle, and serves the neighbor.
func (t *target) besieged(ctx context.Context, n int, begin func(i int) string) (string, error) {
	conns, done, err := t.crowd(n, begin)
	if err != nil {
		return "", err
	}
	defer done()
	ctx2, cancel := context.WithCancel(ctx)
	var wg sync.WaitGroup
	defer wg.Wait()
	defer cancel()
	wg.Go(func() { trickle(ctx2, conns) })
	time.Sleep(1500 * time.Millisecond) // until all are in
	return t.served(ctx)
}

// put returns the beginning of a PUT of 50 MB.
func (t *target) put(link string) string {
	return "PUT " + strings.TrimPrefix(link, t.url) + " HTTP/1.1\r\nHost: " + t.host + "\r\nContent-Length: 50000000\r\n\r\n"
}

func forgedPuts(ctx context.Context, t *target) (string, error) {
	conns, done, err := t.crowd(256, func(int) string {
		return t.put(t.url + "/objects/uploads/neighbor/x?exp=9999999999&method=PUT&sig=0")
	})
	if err != nil {
		return "", err
	}
	defer done()
	held, err := t.served(ctx)
	if err != nil {
		return "", err
	}
	for _, c := range conns {
		if status, err := statusOf(c); status != "403" {
			return "", fmt.Errorf("a forged PUT is answered %s %w", status, err)
		}
	}
	return "each 403 before its body; " + held, nil
}

func slowPuts(ctx context.Context, t *target) (string, error) {
	link := t.mallory.call(ctx, "GET", "/upload-urls", nil).text("url")
	return t.besieged(ctx, 256, func(int) string { return t.put(link) })
}

func slowLinks(ctx context.Context, t *target) (string, error) {
	return t.besieged(ctx, 256, func(int) string { return t.put(t.mallory.call(ctx, "GET", "/upload-urls", nil).text("url")) })
}

func lateBodies(ctx context.Context, t *target) (string, error) {
	return t.besieged(ctx, 2048, func(int) string {
		return "GET /v2/usage HTTP/1.1\r\nHost: " + t.host + "\r\nAuthorization: Bearer " + t.mallory.token + "\r\nContent-Length: 10000\r\n\r\n"
	})
}

func latePosts(ctx context.Context, t *target) (string, error) {
	return t.besieged(ctx, 3000, func(int) string {
		return "POST /v2/analyses HTTP/1.1\r\nHost: " + t.host + "\r\nAuthorization: Bearer " + t.mallory.token + "\r\nContent-Length: 10000\r\n\r\n"
	})
}

func halfHeaders(ctx context.Context, t *target) (string, error) {
	return t.besieged(ctx, 1000, func(int) string { return "GET /v2/usage HTTP/1.1\r\nHost: x\r\nX-Slow: " })
}

func tooLong(ctx context.Context, t *target) (string, error) {
	link := t.mallory.call(ctx, "GET", "/upload-urls", nil).text("url")
	status, err := t.raw(strings.Replace(t.put(link), "50000000", "104857601", 1))
	if status != "413" {
		return "", fmt.Errorf("104,857,601 bytes are answered %s %w", status, err)
	}
	r, err := http.NewRequestWithContext(ctx, "PUT", link, &endless{101 << 20})
	if err != nil {
		return "", err
	}
	res, err := t.mallory.http.Do(r)
	if err != nil {
		return "", err
	}
	_ = res.Body.Close()
	if res.StatusCode != http.StatusRequestEntityTooLarge {
		return "", fmt.Errorf("101 MiB in chunks are answered %d", res.StatusCode)
	}
	return "413, and nothing is kept", nil
}

// endless is a body of left bytes, whose length the client does not know.
type endless struct{ left int }

// Read returns zeros.
func (e *endless) Read(p []byte) (int, error) {
	if e.left <= 0 {
		return 0, io.EOF
	}
	n := min(len(p), e.left)
	e.left -= n
	return n, nil
}
