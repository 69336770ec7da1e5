package sandbox

import (
	"cmp"
	"debug/elf"
	"path/filepath"
	"slices"
	"strings"
)

// A loader looks for every symbol in the program's libraries in turn, so that what a
// library far behind refers to, most of it in the library itself, is looked for in all
// that come before. The ffmpeg of Debian 12 has 214 libraries, and one that nobody needs here
// (OpenBLAS, the 190th) has a third of all such searches: a loader that takes it and six
// others first (LD_PRELOAD, see ld.so(8)) is done in 70 % of the time. The program is the same:
// these libraries are its own.

// worthwhile is the share of all searches from which a library is taken first.
const worthwhile = 0.02

// first returns the libraries to take first, of those that a loader takes, in its order.
func first(libraries []string) []string {
	type library struct {
		path              string
		symbols, searches int
	}
	var all []library
	total := 0
	for i, path := range libraries {
		n := references(path)
		all = append(all, library{path, n, n * i})
		total += n * i
	}
	all = slices.DeleteFunc(all, func(l library) bool { return float64(l.searches) < worthwhile*float64(total) || l.searches == 0 })
	slices.SortStableFunc(all, func(a, b library) int { return cmp.Compare(b.symbols, a.symbols) })
	var paths []string
	for _, l := range all {
		paths = append(paths, l.path)
	}
	return paths
}

// references counts the symbols that a loader looks for when it takes a library: not
// those that wait until they are called. It is 0 where nobody knows.
func references(path string) (n int) {
	f, err := elf.Open(path)
	if err != nil {
		return 0
	}
	defer f.Close()
	if f.Class != elf.ELFCLASS64 {
		return 0
	}
	const infoAt, size = 8, 24 // of Elf64_Rela, elf(5)
	waits := lazy(f)
	for _, s := range f.Sections {
		if s.Type != elf.SHT_RELA || s.Flags&elf.SHF_ALLOC == 0 || waits && s.Name == ".rela.plt" {
			continue
		}
		b, err := s.Data()
		if err != nil {
			return 0
		}
		for ; len(b) >= size; b = b[size:] {
			if f.ByteOrder.Uint64(b[infoAt:])>>32 != 0 { // it has a symbol
				n++
			}
		}
	}
	return n
}

// lazy reports whether functions of other libraries are looked for when they are called.
func lazy(f *elf.File) bool {
	flag := func(tag elf.DynTag, bit uint64) bool {
		v, err := f.DynValue(tag)
		return err == nil && len(v) > 0 && v[0]&bit != 0
	}
	now, err := f.DynValue(elf.DT_BIND_NOW)
	return !flag(elf.DT_FLAGS, uint64(elf.DF_BIND_NOW)) && !flag(elf.DT_FLAGS_1, uint64(elf.DF_1_NOW)) && (err != nil || len(now) == 0)
}

// libraryPaths returns the libraries in what a loader lists, in its order:
//
//	libm.so.6 => /lib/x86_64-linux-gnu/libm.so.6 (0x00007f52e697a000)
func libraryPaths(list string) []string {
	var paths []string
	for line := range strings.Lines(list) {
		before, _, _ := strings.Cut(line, " (0x")
		if _, after, ok := strings.Cut(before, " => "); ok {
			before = after
		}
		if path := strings.TrimSpace(before); filepath.IsAbs(path) {
			paths = append(paths, path)
		}
	}
	return paths
}
