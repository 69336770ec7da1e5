package webm

import (
	"context"
	"io"

	"github.com/saccade-dev/saccade/internal/webm/window"
)

const (
	windowSize = 1 << 10  // bytes that are read at a time
	searchSize = 64 << 10 // and while something is searched

	// maxTracks bounds the track list: real ones have some hundred bytes.
	maxTracks = 1 << 20
	// maxElement bounds a believable element that reaches past the end: a
	// larger size is noise, not truncation.
	maxElement = 32 << 20
	// maxElements bounds the work on one file. A minute of 240 frames and
	// 1,000 packets of audio a second, each in a cluster of its own, has a fifth.
	maxElements = 1 << 20
	// checkEvery is how many elements pass between two looks at the context.
	checkEvery = 1 << 8
)

// walker lists the elements of a file from its beginning to its end, each
// once. The tree is walked flat: masters are entered by stepping over their
// header, so that their own sizes, which lie in truncated files and are unknown
// in recordings, are never needed.
type walker struct {
	ctx       context.Context
	file      io.ReaderAt
	win       window.Window
	search    window.Window // reads the stretches of damage
	pos       int64
	elements  int   // handled so far
	lost      int64 // bytes that are no structure we know
	truncated bool
	overrun   bool // more than maxElements
}

func newWalker(ctx context.Context, r io.ReaderAt, size int64) walker {
	return walker{ctx: ctx, file: r, win: window.New(r, size, windowSize), search: window.New(r, size, searchSize)}
}

// node is an element: a complete one, or the header of a master that is entered.
type node struct {
	id   uint32
	at   int64 // of the header
	body int64
	end  int64 // behind the payload; the body of a master that is entered
}

// next returns the next element whose id is known. It reports false at the end
// of the file, at a part that is cut off, and when err or overrun is set.
func (w *walker) next() (node, bool) {
	for w.pos < w.win.Size && w.more() {
		at := w.pos
		e, ok := parseElement(w.win.Bytes(at, maxHeader))
		if !ok && w.win.Size-at < maxHeader {
			w.truncated = true
			return node{}, false
		}
		body := at + int64(e.head)
		cut := e.size > w.win.Size-body
		switch {
		case ok && entered(e.id):
			w.truncated = w.truncated || cut
			w.pos = body
			return node{e.id, at, body, body}, true
		case !ok, e.size == unknownSize, cut && (!known(e.id) || e.size > maxElement), !known(e.id) && !w.follows(body+e.size):
			w.resync()
		case cut:
			w.truncated = true
			return node{}, false
		default:
			w.pos = body + e.size
			if known(e.id) {
				return node{e.id, at, body, w.pos}, true
			}
		}
	}
	return node{}, false
}

// more counts an element and reports whether the walk may go on.
func (w *walker) more() bool {
	w.elements++
	w.overrun = w.overrun || w.elements > maxElements
	if w.elements%checkEvery == 0 && w.win.Err == nil {
		w.win.Err = w.ctx.Err()
	}
	return w.err() == nil && !w.overrun
}

func (w *walker) err() error {
	if w.win.Err != nil {
		return w.win.Err
	}
	return w.search.Err
}

// known reports whether the id may stand where next looks. Anything else is
// damage, or an element of a vendor: its size is believed only when a known
// element follows.
func known(id uint32) bool {
	switch id {
	case idEBML, idSegment, idInfo, idTracks, idCluster, idTimestamp, idSimpleBlock, idBlockGroup, idCues, idTags,
		idSeekHead, idChapters, idAttachments, idVoid, idCRC32, idPrevSize, idPosition, idSilentTracks, idEncryptedBlock:
		return true
	}
	return false
}

// entered reports whether next walks into the element.
func entered(id uint32) bool { return id == idSegment || id == idCluster }

// follows reports whether a known element, or the end of the file, is at pos.
func (w *walker) follows(pos int64) bool {
	e, ok := parseElement(w.win.Bytes(pos, maxHeader))
	return pos == w.win.Size || ok && known(e.id)
}

// resync moves on to the next cluster, or file, after damage.
func (w *walker) resync() {
	at := w.search.Find(w.pos+1, []byte{0x1F, 0x43, 0xB6, 0x75}, []byte{0x1A, 0x45, 0xDF, 0xA3})
	w.lost += at - w.pos
	w.pos = at
}
