// Command build bundles the browser app: it reads web/src and web/third_party
// and writes internal/web/dist, which is committed, so that whoever builds the
// program needs Go alone. `make generate` runs it.
//
// The output is the same, byte for byte, for the same sources: names are stable,
// and nothing of the machine goes in.
package main

import (
	"fmt"
	"log"
	"os"
	"path/filepath"
)

func main() {
	log.SetFlags(0)
	root := "../.." // go generate runs in this directory
	if len(os.Args) > 1 {
		root = os.Args[1]
	}
	files, err := bundle(root)
	if err != nil {
		log.Fatal(err)
	}
	dist := filepath.Join(root, "internal/web/dist")
	if err := os.MkdirAll(dist, 0o755); err != nil {
		log.Fatal(err)
	}
	for _, name := range sortedNames(files) {
		if err := os.WriteFile(filepath.Join(dist, name), files[name], 0o644); err != nil {
			log.Fatal(err)
		}
		fmt.Printf("%-12s %7d bytes\n", name, len(files[name]))
	}
}
