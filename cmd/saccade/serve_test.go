package main

import "testing"

func TestLocal(t *testing.T) {
	for listen, want := range map[string]bool{
		"127.0.0.1:8080": true, "[::1]:80": true, "localhost:0": true, "127.9.9.9:1": true,
		":8080": false, "0.0.0.0:80": false, "[::]:80": false, "10.0.0.1:80": false, "localhost.example:80": false, "": false,
	} {
		if got := local(listen); got != want {
			t.Errorf("local(%q) is %v", listen, got)
		}
	}
}
