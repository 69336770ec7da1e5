package pix

// bitReader reads the entropy-coded data of a scan. At a marker and at the end
// of the file it yields zeros and says so.
type bitReader struct {
	b    []byte
	pos  int
	acc  uint32
	n    int // valid bits of acc, from the low end
	over int // bits that were made up
}

// fill makes at least 16 bits available.
func (r *bitReader) fill() {
	for r.n <= 16 {
		v := uint32(0)
		switch {
		case r.pos >= len(r.b):
			r.over += 8
		case r.b[r.pos] != 0xff:
			v = uint32(r.b[r.pos])
			r.pos++
		case r.pos+1 < len(r.b) && r.b[r.pos+1] == 0:
			v = 0xff
			r.pos += 2
		default: // a marker
			r.over += 8
		}
		r.acc = r.acc<<8 | v
		r.n += 8
	}
}

// spent reports whether more bits were used than there were.
func (r *bitReader) spent() bool { return r.over > r.n+7 }

// bits reads n bits, 0 to 16.
func (r *bitReader) bits(n int) int32 {
	if n == 0 {
		return 0
	}
	if r.n < n {
		r.fill()
	}
	r.n -= n
	return int32(r.acc >> r.n & (1<<n - 1))
}

// signed reads n bits as JPEG writes differences (T.81, F.2.2.1).
func (r *bitReader) signed(n int) int32 {
	v := r.bits(n)
	if n > 0 && v < 1<<(n-1) {
		v += -1<<n + 1
	}
	return v
}

// symbol reads one Huffman code; -1 for none that exists.
func (r *bitReader) symbol(h *huffman) int {
	if r.n < 16 {
		r.fill()
	}
	if e := h.fast[r.acc>>(r.n-8)&0xff]; e != 0 {
		r.n -= int(e >> 8)
		return int(e & 0xff)
	}
	window := int32(r.acc >> (r.n - 16) & 0xffff)
	for length := 1; length <= 16; length++ {
		if code := window >> (16 - length); code < h.beyond[length] && code >= h.first[length] {
			r.n -= length
			return int(h.values[h.index[length]+int(code-h.first[length])])
		}
	}
	return -1
}

// reset drops what is left of the byte.
func (r *bitReader) reset() { r.acc, r.n, r.over = 0, 0, 0 }

// scan is one SOS segment at work.
type scan struct {
	f          *jpegFile
	r          bitReader
	comps      []*component
	dc, ac     []*huffman
	from, to   int // of the spectrum
	high, low  int // successive approximation
	pred       [4]int32
	eobRun     int32
	measured   bool // this scan says how much of the image is there
	wide, tall int  // in MCUs
	interval   int  // MCUs between two restart markers
	intervals  int
	marker     int // place of the next marker, as far as it was looked for
}

// scan reads the entropy-coded data that begins at pos, and returns the place
// behind it.
func (f *jpegFile) scan(head []byte, pos int) int {
	s := &scan{f: f, r: bitReader{b: f.b, pos: pos}}
	if !s.begin(head) {
		f.damaged = true
		return pos
	}
	s.run()
	return s.r.pos
}

// begin reads the head of the scan, and reports whether it makes sense.
func (s *scan) begin(b []byte) bool {
	if len(b) < 1 || len(b) < 4+2*int(b[0]) || b[0] < 1 || b[0] > 4 {
		return false
	}
	n := int(b[0])
	t := b[1+2*n:]
	s.from, s.to, s.high, s.low = int(t[0]), int(t[1]), int(t[2]>>4), int(t[2]&15)
	if !s.f.progressive {
		s.from, s.to, s.high, s.low = 0, 63, 0, 0
	}
	if s.from > s.to || s.to > 63 || s.from > 0 && n > 1 || s.low > 13 || s.high > 13 || s.from == 0 && s.to > 0 && s.f.progressive {
		return false
	}
	for i := range n {
		c := s.f.component(int(b[1+2*i]))
		dc, ac := s.f.huff[0][b[2+2*i]>>4&3], s.f.huff[1][b[2+2*i]&3]
		// A plane of a sequential image comes once.
		if c == nil || c.seen && !s.f.progressive || s.from == 0 && s.high == 0 && dc == nil || s.to > 0 && ac == nil {
			return false
		}
		s.comps, s.dc, s.ac = append(s.comps, c), append(s.dc, dc), append(s.ac, ac)
	}
	s.measure()
	return true
}

// measure sets the size of the scan, and makes space for its coefficients.
func (s *scan) measure() {
	f := s.f
	s.wide, s.tall = f.mcuW, f.mcuH
	if len(s.comps) == 1 { // not interleaved: only the blocks that are seen
		c := s.comps[0]
		s.wide = ceilDiv(ceilDiv(f.w*c.h, f.hMax), 8)
		s.tall = ceilDiv(ceilDiv(f.h*c.v, f.vMax), 8)
	}
	for _, c := range s.comps {
		if c == &f.comps[0] && !c.seen {
			s.measured, f.wanted = true, s.wide*s.tall
		}
		if c.seen = true; c.coef == nil {
			c.coef = make([][]int16, f.mcuH)
		}
	}
	s.interval = s.wide * s.tall
	if f.restart > 0 {
		s.interval = f.restart
	}
	s.intervals = ceilDiv(s.wide*s.tall, s.interval)
}

func (f *jpegFile) component(id int) *component {
	for i := range f.comps {
		if f.comps[i].id == id {
			return &f.comps[i]
		}
	}
	return nil
}

// run reads the intervals between restart markers. Where one is damaged it goes
// on with the next whose marker is found.
func (s *scan) run() {
	for k := 0; k < s.intervals; {
		s.pred, s.eobRun = [4]int32{}, 0
		s.r.reset()
		whole := s.readInterval(k)
		next := k + 1
		if s.f.restart > 0 && next < s.intervals {
			next = s.resync(k, whole)
		} else if !whole {
			s.f.damaged = true
		}
		if next <= k {
			return
		}
		k = next
	}
}

// readInterval decodes the MCUs of an interval until something makes no sense,
// and reports whether it came to its end.
func (s *scan) readInterval(k int) bool {
	for mcu := k * s.interval; mcu < min((k+1)*s.interval, s.wide*s.tall); mcu++ {
		if !s.readMCU(mcu) || s.r.spent() {
			return false
		}
		if s.measured {
			s.f.decoded++
		}
	}
	return true
}

// resync finds the interval that follows the k-th; 0: there is none. Its marker
// is expected next. When another comes first although the data was whole, the
// marker is lost and the data goes on without it. After damage, the number of
// the next marker says where it belongs.
func (s *scan) resync(k int, whole bool) int {
	b, at := s.f.b, s.r.unread()
	s.f.damaged = s.f.damaged || !whole
	// Between here and the marker that was found before there is none: the
	// data is looked through once, however many intervals it has.
	i := max(at, s.marker)
	for i+1 < len(b) && (b[i] != 0xff || b[i+1] == 0 || b[i+1] == 0xff) {
		i++
	}
	s.marker = i
	found := i+1 < len(b) && b[i+1] >= 0xd0 && b[i+1] <= 0xd7
	// The marker before interval j is number (j-1) mod 8.
	ahead := 0
	if found {
		ahead = (int(b[i+1]&7) - k%8 + 8) % 8
	}
	switch {
	case found && ahead == 0:
		s.r.pos = i + 2
		return k + 1
	case whole && at < i:
		s.r.pos = at
		return k + 1
	case found && k+1+ahead < s.intervals:
		s.r.pos = i + 2
		return k + 1 + ahead
	}
	s.r.pos = i
	return 0
}

// unread is the place of the first byte of which no bit was used.
func (r *bitReader) unread() int {
	at := r.pos
	for spare := (r.n - r.over) / 8; spare > 0 && at > 0; spare-- {
		at--
		if at > 0 && r.b[at] == 0 && r.b[at-1] == 0xff {
			at--
		}
	}
	return at
}
