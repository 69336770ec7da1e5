package webm

import (
	"bytes"
	"cmp"
	"fmt"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/sniff"
	"github.com/saccade-dev/saccade/internal/webm/window"
)

// sniffSize is how much of a file is searched for the beginning of a recording.
const sniffSize = 16 << 20

// docType requires the EBML header of a WebM file and moves behind it.
func (p *packets) docType() error {
	head := p.win.Bytes(0, 512)
	if p.win.Err != nil {
		return p.win.Err
	}
	e, ok := parseElement(head)
	if !ok || e.id != idEBML {
		f := p.identify(bytes.Clone(head))
		if p.err() != nil {
			return p.err()
		}
		return saccade.Errorf(saccade.CodeInvalidInput, "The file is not a WebM video: it is %s. %s", f.What, f.Do)
	}
	if bytes.HasPrefix(head[4:], []byte("\xEF\xBF\xBD")) {
		return saccade.Errorf(saccade.CodeInvalidInput, "The file is not a WebM video: it is %s. %s", sniff.Mangled.What, sniff.Mangled.Do)
	}
	if e.size == unknownSize || e.size > int64(len(head)-e.head) {
		return saccade.Errorf(saccade.CodeInvalidInput, "The file is not a WebM video: its EBML header is broken.")
	}
	doc := "matroska" // the standard's default
	children(head[e.head:int64(e.head)+e.size], func(id uint32, v []byte) {
		if id == idDocType {
			doc = trimZeros(v)
		}
	})
	if doc != "webm" {
		return saccade.Errorf(saccade.CodeInvalidInput, "The file is not a WebM video: its document type is %q. Please convert it to WebM; renaming does not.", doc)
	}
	p.pos = int64(e.head) + e.size
	return nil
}

// identify says what a file that does not begin with EBML seems to be.
func (p *packets) identify(head []byte) sniff.File {
	f, ok := sniff.Beginning(head)
	if !ok && len(head) > 0 {
		f, ok = p.sniffPieces(head)
	}
	if !ok {
		f = sniff.Unknown(head)
	}
	if f.Do == "" {
		f.Do = sniff.DoUpload
	}
	return f
}

// sniffPieces recognizes a recording that lacks its beginning.
func (p *packets) sniffPieces(head []byte) (sniff.File, bool) {
	if i := bytes.Index(head[:min(len(head), 64)], []byte("\x42\x82\x84webm")); i >= 0 && !bytes.Contains(head[:i], []byte{0x1A, 0x45, 0xDF, 0xA3}) {
		return sniff.File{What: "a WebM file whose first bytes are missing", Do: "Please upload it from its very first byte."}, true
	}
	size := min(p.win.Size, sniffSize)
	search, piece := window.New(p.file, size, searchSize), window.New(p.file, size, searchSize)
	start := search.Find(0, []byte{0x1A, 0x45, 0xDF, 0xA3})
	cluster := int64(0)
	for ok := false; !ok && cluster < size && cmp.Or(search.Err, piece.Err) == nil && p.more(); {
		if cluster = piece.Find(cluster, []byte{0x1F, 0x43, 0xB6, 0x75}); cluster >= size {
			break
		}
		if ok = p.clusterAt(cluster); !ok {
			cluster++
		}
	}
	p.search.Err = cmp.Or(p.search.Err, search.Err, piece.Err)
	switch {
	case cluster < start && start < size:
		return sniff.File{What: "made of pieces of a WebM recording in the wrong order: the first one, which holds the header, is not at the beginning", Do: sniff.DoJoin}, true
	case start < min(size, 64<<10):
		return sniff.File{What: fmt.Sprintf("a WebM file behind %d bytes that do not belong to it", start), Do: sniff.DoBytes}, true
	case start < size:
		return sniff.File{What: "made of pieces of a WebM recording in the wrong order: the first one, which holds the header, is not at the beginning", Do: sniff.DoJoin}, true
	case cluster < size:
		return sniff.File{What: "a later piece of a WebM recording, without the beginning, which holds the header", Do: sniff.DoJoin}, true
	case blockAt(head):
		return sniff.File{What: "a later piece of a WebM recording, without the beginning, which holds the header", Do: sniff.DoJoin}, true
	}
	return sniff.File{}, false
}

// clusterAt reports whether a cluster begins at pos: its time stamp comes first.
func (p *packets) clusterAt(pos int64) bool {
	b := p.win.Bytes(pos, 2*maxHeader)
	e, ok := parseElement(b)
	if !ok || e.id != idCluster {
		return false
	}
	in, ok := parseElement(b[e.head:])
	return ok && (in.id == idTimestamp || in.id == idCRC32)
}

// blockAt reports whether head begins with a block of a low track number.
func blockAt(head []byte) bool {
	e, ok := parseElement(head)
	if !ok || e.size < 5 || e.size > maxElement || e.id != idSimpleBlock && e.id != idBlockGroup || len(head) < e.head+4 {
		return false
	}
	b := head[e.head:]
	if e.id == idBlockGroup {
		in, ok := parseElement(b)
		return ok && in.id == idBlock
	}
	return b[0] > 0x80 && b[0] < 0x90 && b[3]&0x70 == 0
}
