package main

import (
	"context"
	"fmt"
	"net/http"
	"strings"
)

func links() []attack {
	return []attack{
		{"links: another method, account, name or time, a wrong signature, paths that climb", forged},
		{"another account's analysis, upload and webhook", foreign},
		{"pages and webhooks at internal addresses, by name, number, IPv6 and port", internal},
		{"headers: 1 MiB, a forged Host, line breaks in what is stored", headers},
	}
}

func forged(ctx context.Context, t *target) (string, error) {
	link := t.neighbor.call(ctx, "GET", "/upload-urls", nil).text("url")
	path, query, _ := strings.Cut(link, "?")
	nobody := account{http: t.mallory.http}
	n := 0
	for _, try := range []struct{ method, link string }{
		{"GET", link}, {"DELETE", link}, {"PUT", path}, {"PUT", path + "?" + strings.Replace(query, "exp=1", "exp=9", 1)},
		{"PUT", path + "?" + query + "0"}, {"PUT", path[:len(path)-1] + "?" + query}, {"PUT", strings.Replace(link, "neighbor", "mallory", 1)},
		{"PUT", path + "/../x?" + query}, {"PUT", path + "%2f..%2f..%2fx?" + query}, {"GET", t.url + "/objects/../secret"},
		{"GET", t.url + "/objects/..%2f..%2fsecret"}, {"GET", t.url + "/objects/%2e%2e/secret"}, {"GET", t.url + "/objects//etc/passwd"},
	} {
		a := nobody.call(ctx, try.method, try.link, []byte("x"))
		if a.status != http.StatusForbidden && a.status != http.StatusNotFound && a.status != http.StatusMethodNotAllowed {
			return "", fmt.Errorf("%s %s is answered %v", try.method, try.link, a)
		}
		n++
	}
	return fmt.Sprintf("%d forgeries: 403, 404 or 405", n), nil
}

func foreign(ctx context.Context, t *target) (string, error) {
	mine := t.neighbor.image(ctx, png(64, 64, 1))
	link := t.neighbor.call(ctx, "GET", "/upload-urls", nil).text("url")
	(account{http: t.mallory.http}).call(ctx, "PUT", link, webm())
	for _, try := range []struct {
		method, path string
		body         any
		want         int
	}{
		{"GET", "/analyses/" + mine.text("id"), nil, http.StatusNotFound}, {"DELETE", "/analyses/" + mine.text("id"), nil, http.StatusNotFound},
		{"GET", "/analyses/" + mine.text("id") + "/events", nil, http.StatusNotFound},
		{"PUT", "/analyses/" + mine.text("id") + "/aois", `{"aois":[]}`, http.StatusNotFound},
		{"POST", "/analyses/video", object{"input": object{"content": link}}, http.StatusBadRequest},
		{"GET", "/webhooks/" + mine.text("id"), nil, http.StatusNotFound},
	} {
		if a := t.mallory.call(ctx, try.method, try.path, try.body); a.status != try.want {
			return "", fmt.Errorf("%s %s is answered %v", try.method, try.path, a)
		}
	}
	return "the answer of what nobody has", nil
}

func internal(ctx context.Context, t *target) (string, error) {
	messages := map[string]bool{}
	hosts := []string{t.host, "127.0.0.1:1", "localhost:1", "[::1]:1", "[::ffff:127.0.0.1]:1", "2130706433", "0x7f.1", "0.0.0.0:1", "169.254.169.254", "10.0.0.1"}
	for _, host := range hosts {
		created := t.mallory.call(ctx, "POST", "/webhooks", object{"url": "http://" + host + "/"})
		if created.status != http.StatusBadRequest {
			return "", fmt.Errorf("a webhook at %s is answered %v", host, created)
		}
	}
	for _, host := range hosts[:6] {
		a := t.mallory.call(ctx, "POST", "/analyses", object{"input": object{"type": "url", "content": "http://" + host + "/healthz"}})
		if a.status == http.StatusCreated {
			a = t.mallory.settle(ctx, a.text("location"))
			if a.text("status") != "failed" {
				return "", fmt.Errorf("a page at %s became %v", host, a.body)
			}
		}
		e, _ := a.body["error"].(map[string]any)
		message, _ := e["message"].(string)
		messages[strings.ReplaceAll(message, host, "HOST")] = true
	}
	return fmt.Sprintf("%d webhooks 400, 6 pages refused, with %d different messages", len(hosts), len(messages)), nil
}

func headers(ctx context.Context, t *target) (string, error) {
	for _, try := range []struct {
		head string
		want []string
	}{
		{"GET /v2/usage HTTP/1.1\r\nHost: x\r\nX: " + strings.Repeat("x", 1<<20) + "\r\n\r\n", []string{"431"}},
		{"GET /v2/usage HTTP/1.1\r\nHost: a b\r\n\r\n", []string{"400"}},
		{"GET /v2/usage HTTP/1.1\r\nHost: evil.example/\"><script>\r\n\r\n", []string{"400"}},
		{"POST /v2/analyses HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /x HTTP/1.1\r\n\r\n", []string{"400", "401"}},
		{"BREW /v2/usage HTTP/1.1\r\nHost: x\r\n\r\n", []string{"405"}},
	} {
		status, err := t.raw(try.head)
		if err != nil {
			return "", err
		}
		if !strings.Contains(strings.Join(try.want, " "), status) {
			return "", fmt.Errorf("%.60q is answered %s", try.head, status)
		}
	}
	return "431, 400, 401 or 405", nil
}
