package main

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"
)

// page is the input of an order that is refused when all of it was read.
const page = `"input":{"type":"url","content":"ftp://nowhere.invalid/"}`

// many returns n elements of a list.
func many(element string, n int) string {
	return strings.TrimSuffix(strings.Repeat(element+",", n), ",")
}

// fill returns elements of a list of 26 MiB.
func fill(element string) string { return many(element, 26<<20/(len(element)+1)) }

func bodies() []attack {
	return []attack{
		{"bodies of 26 MiB: areas that are numbers, unknown objects, unknown lists, one text; eight at once of each", huge},
		{"bodies of up to 249,000 values, the dearest within the budget; eight at once of each", dear},
		{"100 areas of 1,000 corners", corners},
		{"100,000 lists in each other, two documents, half a document, a million spaces, invalid UTF-8", odd},
	}
}

// eight sends a body eight times at once and returns how often it was answered
// with what.
func eight(ctx context.Context, t *target, body string) (map[string]int, error) {
	var mu sync.Mutex
	var wg sync.WaitGroup
	counts, bad := map[string]int{}, error(nil)
	for range 8 {
		wg.Go(func() {
			a := t.mallory.call(ctx, "POST", "/analyses", body)
			mu.Lock()
			defer mu.Unlock()
			counts[fmt.Sprint(a.status)]++
			if a.err != nil || a.status >= 500 && a.status != http.StatusServiceUnavailable || a.size > 2000 {
				bad = fmt.Errorf("answered %v with %d bytes", a, a.size)
			}
		})
	}
	wg.Wait()
	return counts, bad
}

// waves sends each body eight times at once.
func waves(ctx context.Context, t *target, all []string) (string, error) {
	sum := map[string]int{}
	for _, body := range all {
		counts, err := eight(ctx, t, body)
		if err != nil {
			return "", err
		}
		for status, n := range counts {
			sum[status] += n
		}
	}
	return "answers by status: " + strings.Trim(fmt.Sprint(sum), "map[]"), nil
}

func huge(ctx context.Context, t *target) (string, error) {
	return waves(ctx, t, []string{
		`{"aois":[` + fill("1") + `],` + page + `}`,
		`{"x":[` + fill(`{"":0}`) + `],` + page + `}`,
		`{"x":[` + fill(`[]`) + `],` + page + `}`,
		`{"x":"` + strings.Repeat("x", 26<<20) + `",` + page + `}`,
	})
}

func dear(ctx context.Context, t *target) (string, error) {
	area := `{"name":"a","polygon":[` + many(`["x","y"]`, 1000) + `]}`
	return waves(ctx, t, []string{
		`{"x":[` + many(`{"":0}`, 249_000) + `],` + page + `}`,
		`{"x":[` + many(`[[0]]`, 249_000) + `],` + page + `}`,
		`{"aois":[` + many(area, 100) + `],` + page + `}`,
		`{"predictions":{` + many(`"a":1`, 240_000) + `},` + page + `}`,
	})
}

func corners(ctx context.Context, t *target) (string, error) {
	corner := `[0.25,0.125],[0.5,0.75]`
	var areas []string
	for i := range 100 {
		areas = append(areas, fmt.Sprintf(`{"name":"area %d","polygon":[%s]}`, i, many(corner, 500)))
	}
	begin := time.Now()
	a := t.mallory.call(ctx, "POST", "/analyses", `{"aois":[`+strings.Join(areas, ",")+`],"input":{"type":"url","content":"http://nowhere.invalid/"}}`)
	took := time.Since(begin)
	if a.status != http.StatusCreated {
		return "", fmt.Errorf("answered %v", a)
	}
	return fmt.Sprintf("answered %d in %d ms", a.status, took.Milliseconds()), nil
}

func odd(ctx context.Context, t *target) (string, error) {
	for name, body := range map[string]string{
		"deep lists": strings.Repeat("[", 100_000), "two documents": "{" + page + "}{" + page + "}",
		"half a document": `{"input":{"content":"htt`, "spaces": strings.Repeat(" ", 1_000_000), "invalid UTF-8": "{\"input\":\"\xff\xfe\"}",
	} {
		if a := t.mallory.call(ctx, "POST", "/analyses", body); a.status != http.StatusBadRequest || a.size > 2000 {
			return "", fmt.Errorf("%s: %v", name, a)
		}
	}
	return "400, in the form of the API", nil
}
