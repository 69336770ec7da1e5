// Package examples holds the clip that the browser app analyzes for whoever has
// none at hand.
package examples

import _ "embed"

//go:embed sample.webm
var sample []byte

// Sample returns the recording of a visit to a shop, a WebM of seven seconds.
// It must not be changed.
func Sample() []byte { return sample }
