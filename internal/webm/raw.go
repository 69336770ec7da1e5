package webm

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"image"
	"io"
	"math"
	"time"
)

// RawHeader describes a stream of uncompressed frames: planes Y, Cb, Cr
// (4:2:0, odd sizes rounded up) and, with Alpha, a full-size plane A; each row
// by row without gaps.
type RawHeader struct {
	Width, Height        int // 1..65535
	Alpha                bool
	Color                Color
	AspectNum, AspectDen uint64 // pixel aspect ratio; 0 or equal: square
}

// FrameSize is the number of bytes of one frame.
func (h RawHeader) FrameSize() int {
	n := h.Width * h.Height
	if h.Alpha {
		n *= 2
	}
	return n + 2*((h.Width+1)/2)*((h.Height+1)/2)
}

const (
	fourCCI420  = "I420"
	fourCCI420A = "Y4\x0b\x08" // ffmpeg's tag of yuva420p
	rawCodec    = "V_UNCOMPRESSED"
	vfwCodec    = "V_MS/VFW/FOURCC" // what ffmpeg uses for frames with alpha
)

// RawReader reads a stream of uncompressed frames as ffmpeg's matroska muxer
// writes it to a pipe. It holds no frame itself and trusts nothing.
type RawReader struct {
	r       *bufio.Reader
	head    RawHeader
	scale   uint64
	cluster uint64
}

// NewRawReader returns a reader on r. Payloads larger than its small buffer
// are read from r straight into the caller's memory.
func NewRawReader(r io.Reader) *RawReader {
	return &RawReader{r: bufio.NewReaderSize(r, 16<<10), scale: 1e6}
}

// errRaw is in the chain of errors about a stream that is not what was asked for.
var errRaw = errors.New("raw matroska stream is malformed")

// Header reads up to the track list. io.EOF means that the stream is empty.
func (r *RawReader) Header() (RawHeader, error) {
	for first := true; ; first = false {
		e, err := r.element()
		if err != nil {
			if errors.Is(err, io.EOF) && !first {
				err = io.ErrUnexpectedEOF
			}
			return RawHeader{}, err
		}
		switch e.id {
		case idSegment:
		case idTracks:
			err := r.readTracks(e)
			return r.head, err
		case idInfo:
			b, err := r.small(e)
			if err != nil {
				return RawHeader{}, err
			}
			children(b, func(id uint32, p []byte) {
				if id == idTimestampScale {
					r.scale = max(1, min(parseUint(p), uint64(time.Second)))
				}
			})
		case idCluster:
			return RawHeader{}, fmt.Errorf("%w: no track list", errRaw)
		default:
			if err := r.skip(e); err != nil {
				return RawHeader{}, err
			}
		}
	}
}

func (r *RawReader) readTracks(e element) error {
	b, err := r.small(e)
	if err != nil {
		return err
	}
	tracks := parseTracks(b)
	if len(tracks) != 1 || tracks[0].codec != rawCodec && tracks[0].codec != vfwCodec {
		return fmt.Errorf("%w: not one track of uncompressed frames", errRaw)
	}
	t := tracks[0]
	if t.codec == vfwCodec && len(t.private) >= 16 && binary.LittleEndian.Uint16(t.private[14:]) == 20 {
		t.fourCC = fourCCI420A // biBitCount of the BITMAPINFOHEADER: 12 of I420, 8 of alpha
	}
	if t.w <= 0 || t.h <= 0 || t.w >= maxSide || t.h >= maxSide || (t.fourCC != fourCCI420 && t.fourCC != fourCCI420A) {
		return fmt.Errorf("%w: %d x %d frames of format %q", errRaw, t.w, t.h, t.fourCC)
	}
	r.head = RawHeader{Width: t.w, Height: t.h, Alpha: t.fourCC == fourCCI420A, Color: t.color}
	r.head.AspectNum, r.head.AspectDen = t.pixelAspect()
	return nil
}

// Next reads the next frame into buf, which must be FrameSize long, and
// returns its time stamp. io.EOF comes at the end of the stream, and
// io.ErrUnexpectedEOF when it breaks off within a frame.
func (r *RawReader) Next(buf []byte) (time.Duration, error) {
	for {
		e, err := r.element()
		if err != nil {
			return 0, err
		}
		switch e.id {
		case idCluster, idBlockGroup, idSegment:
		case idTimestamp:
			b, err := r.small(e)
			if err != nil {
				return 0, err
			}
			r.cluster = parseUint(b)
		case idSimpleBlock, idBlock:
			return r.block(e, buf)
		default:
			if err := r.skip(e); err != nil {
				return 0, err
			}
		}
	}
}

// block reads the payload of a block into buf.
func (r *RawReader) block(e element, buf []byte) (time.Duration, error) {
	head, err := r.r.Peek(4)
	if err != nil {
		return 0, unexpected(err)
	}
	if head[0] != 0x81 || head[3]&0x06 != 0 || e.size != int64(len(buf))+4 {
		return 0, fmt.Errorf("%w: block of %d bytes, want %d", errRaw, e.size, len(buf)+4)
	}
	ticks := float64(r.cluster) + float64(int16(binary.BigEndian.Uint16(head[1:])))
	_, _ = r.r.Discard(4)
	if _, err := io.ReadFull(r.r, buf); err != nil {
		return 0, unexpected(err)
	}
	ns := ticks * float64(r.scale)
	if ns >= math.MaxInt64/4 {
		return 0, fmt.Errorf("%w: time stamp out of range", errRaw)
	}
	return time.Duration(ns), nil
}

// element reads one element header. io.EOF only between elements.
func (r *RawReader) element() (element, error) {
	b, err := r.r.Peek(maxHeader)
	e, ok := parseElement(b)
	if !ok {
		switch {
		case len(b) == maxHeader:
			return e, fmt.Errorf("%w: no element where one should begin", errRaw)
		case errors.Is(err, io.EOF) && len(b) > 0:
			return e, io.ErrUnexpectedEOF
		}
		return e, err
	}
	_, _ = r.r.Discard(e.head)
	return e, nil
}

// small reads the payload of a header element, which must be short.
func (r *RawReader) small(e element) ([]byte, error) {
	if e.size < 0 || e.size > 64<<10 {
		return nil, fmt.Errorf("%w: header element of %d bytes", errRaw, e.size)
	}
	b := make([]byte, e.size)
	_, err := io.ReadFull(r.r, b)
	return b, unexpected(err)
}

// skip reads over the payload of an element that does not matter.
func (r *RawReader) skip(e element) error {
	if e.size < 0 {
		return fmt.Errorf("%w: element %X without a size", errRaw, e.id)
	}
	_, err := io.CopyN(io.Discard, r.r, e.size)
	return unexpected(err)
}

func unexpected(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}

// RawWriter writes a stream of uncompressed frames for ffmpeg's matroska
// demuxer, with time stamps exact to the millisecond.
type RawWriter struct {
	w    io.Writer
	head RawHeader
	row  []byte // scratch for planes with gaps
}

// NewRawWriter writes the header of the stream.
func NewRawWriter(w io.Writer, h RawHeader) (*RawWriter, error) {
	if h.Width < 1 || h.Height < 1 || h.Width >= maxSide || h.Height >= maxSide {
		return nil, fmt.Errorf("raw writer: frames of %d x %d pixels", h.Width, h.Height)
	}
	_, err := w.Write(rawStart(h))
	return &RawWriter{w: w, head: h}, err
}

func rawStart(h RawHeader) []byte {
	fourCC := fourCCI420
	if h.Alpha {
		fourCC = fourCCI420A
	}
	video := appendUint(nil, idPixelWidth, uint64(h.Width))
	video = appendUint(video, idPixelHeight, uint64(h.Height))
	if h.AspectNum != h.AspectDen && h.AspectNum > 0 && h.AspectDen > 0 {
		w, v := uint64(h.Width)*h.AspectNum, uint64(h.Height)*h.AspectDen
		g := gcd(w, v)
		video = appendUint(video, idDisplayWidth, w/g)
		video = appendUint(video, idDisplayHeight, v/g)
	}
	video = appendElement(video, idFourCC, []byte(fourCC))
	var color []byte
	for _, c := range []struct {
		id uint32
		v  int
	}{{idMatrix, h.Color.Matrix}, {idRange, h.Color.Range}, {idTransfer, h.Color.Transfer}, {idPrimaries, h.Color.Primaries}} {
		if c.v > 0 {
			color = appendUint(color, c.id, uint64(c.v))
		}
	}
	if len(color) > 0 {
		video = appendElement(video, idColor, color)
	}
	track := appendUint(nil, idTrackNumber, 1)
	track = appendUint(track, idTrackUID, 1)
	track = appendUint(track, idTrackType, kindVideo)
	track = appendUint(track, idFlagLacing, 0)
	track = appendElement(track, idCodecID, []byte(rawCodec))
	track = appendElement(track, idVideo, video)

	b := appendElement(nil, idEBML, appendElement(nil, idDocType, []byte("matroska")))
	b = appendHeader(b, idSegment, unknownSize)
	b = appendElement(b, idInfo, appendUint(nil, idTimestampScale, 1e6))
	return appendElement(b, idTracks, appendElement(nil, idTrackEntry, track))
}

// Write writes one frame: an *[image.YCbCr] or, with Alpha, an
// *[image.NYCbCrA], 4:2:0 and of exactly the stream's size. pts is cut to
// milliseconds and must not be negative.
func (w *RawWriter) Write(img image.Image, pts time.Duration) error {
	y, alpha := planes(img)
	if y == nil || y.SubsampleRatio != image.YCbCrSubsampleRatio420 || (alpha != nil) != w.head.Alpha ||
		y.Rect.Dx() != w.head.Width || y.Rect.Dy() != w.head.Height || pts < 0 {
		return fmt.Errorf("raw writer: a %T of %v at %v does not fit the stream", img, img.Bounds().Size(), pts)
	}
	b := make([]byte, 0, 48)
	b = appendHeader(b, idCluster, unknownSize)
	b = appendUint(b, idTimestamp, uint64(pts/time.Millisecond))
	b = appendHeader(b, idSimpleBlock, int64(w.head.FrameSize()+4))
	b = append(b, 0x81, 0, 0, 0x80) // track 1, cluster's time, key frame
	if _, err := w.w.Write(b); err != nil {
		return err
	}
	cw, ch := (w.head.Width+1)/2, (w.head.Height+1)/2
	yo, co := y.YOffset(y.Rect.Min.X, y.Rect.Min.Y), y.COffset(y.Rect.Min.X, y.Rect.Min.Y)
	for _, p := range []struct {
		pix          []byte
		stride, w, h int
	}{
		{y.Y[yo:], y.YStride, w.head.Width, w.head.Height},
		{y.Cb[co:], y.CStride, cw, ch},
		{y.Cr[co:], y.CStride, cw, ch},
	} {
		if err := w.plane(p.pix, p.stride, p.w, p.h); err != nil {
			return err
		}
	}
	if alpha == nil {
		return nil
	}
	return w.plane(alpha.A[alpha.AOffset(y.Rect.Min.X, y.Rect.Min.Y):], alpha.AStride, w.head.Width, w.head.Height)
}

func planes(img image.Image) (*image.YCbCr, *image.NYCbCrA) {
	switch v := img.(type) {
	case *image.YCbCr:
		return v, nil
	case *image.NYCbCrA:
		return &v.YCbCr, v
	}
	return nil, nil
}

// plane writes a plane, gathered when its rows have gaps.
func (w *RawWriter) plane(pix []byte, stride, width, height int) error {
	if stride != width {
		w.row = w.row[:0]
		for y := range height {
			w.row = append(w.row, pix[y*stride:][:width]...)
		}
		pix = w.row
	}
	_, err := w.w.Write(pix[:width*height])
	return err
}
