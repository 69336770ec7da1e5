package pix

// readMCU decodes the blocks of one MCU: of all components of an interleaved
// scan, else one block. It reports whether the data made sense.
func (s *scan) readMCU(mcu int) bool {
	if len(s.comps) == 1 {
		return s.readBlock(0, s.block(0, mcu%s.wide, mcu/s.wide))
	}
	mx, my := mcu%s.wide, mcu/s.wide
	for i, c := range s.comps {
		for y := range c.v {
			for x := range c.h {
				if !s.readBlock(i, s.block(i, mx*c.h+x, my*c.v+y)) {
					return false
				}
			}
		}
	}
	return true
}

func (s *scan) block(i, x, y int) []int16 {
	c := s.comps[i]
	row := &c.coef[y/c.v]
	if *row == nil {
		*row = make([]int16, 64*c.blocksW*c.v)
	}
	return (*row)[64*(y%c.v*c.blocksW+x):][:64:64]
}

func (s *scan) readBlock(i int, b []int16) bool {
	switch {
	case !s.f.progressive:
		return s.readDC(i, b) && s.readSpectrum(i, b, 1)
	case s.from == 0 && s.high == 0:
		return s.readDC(i, b)
	case s.from == 0:
		b[0] |= int16(s.r.bits(1) << s.low)
		return true
	case s.high == 0:
		return s.readSpectrum(i, b, s.from)
	}
	return s.refine(i, b)
}

// readDC reads the difference of the mean to that of the block before.
func (s *scan) readDC(i int, b []int16) bool {
	n := s.r.symbol(s.dc[i])
	if n < 0 || n > 15 {
		return false
	}
	s.pred[i] += s.r.signed(n)
	b[0] = int16(s.pred[i] << s.low)
	return true
}

// readSpectrum reads coefficients from k on, for the first time.
func (s *scan) readSpectrum(i int, b []int16, k int) bool {
	if s.eobRun > 0 {
		s.eobRun--
		return true
	}
	for ; k <= s.to; k++ {
		v := s.r.symbol(s.ac[i])
		if v < 0 {
			return false
		}
		run, size := v>>4, v&15
		switch {
		case size > 0:
			if k += run; k > 63 {
				return false
			}
			b[zigzag[k]] = int16(s.r.signed(size) << s.low)
		case run == 15:
			k += 15
		case !s.f.progressive:
			return true
		default:
			s.eobRun = 1<<run - 1 + s.r.bits(run)
			return true
		}
	}
	return true
}

// refine adds one bit to coefficients that were read before, and reads those
// that become other than 0 by it (T.81, G.1.2.3).
func (s *scan) refine(i int, b []int16) bool {
	one := int16(1) << s.low
	k := s.from
	for s.eobRun == 0 && k <= s.to {
		v := s.r.symbol(s.ac[i])
		if v < 0 {
			return false
		}
		run, size := v>>4, v&15
		fresh := int16(0)
		switch {
		case size == 1:
			if fresh = -one; s.r.bits(1) == 1 {
				fresh = one
			}
		case size > 1:
			return false
		case run < 15:
			s.eobRun = 1<<run + s.r.bits(run)
		}
		if s.eobRun > 0 {
			break
		}
		k = s.refineRun(b, k, run, one)
		if fresh != 0 {
			if k > s.to {
				return false
			}
			b[zigzag[k]] = fresh
		}
		k++
	}
	if s.eobRun > 0 {
		s.eobRun--
		s.refineRun(b, k, -1, one)
	}
	return true
}

// refineRun adds a bit to the coefficients from k on that are not 0, passes over
// as many zeros as the run says, and returns the place of the next zero. A run of
// -1 goes to the end.
func (s *scan) refineRun(b []int16, k, run int, one int16) int {
	for ; k <= s.to; k++ {
		p := &b[zigzag[k]]
		if *p == 0 {
			if run == 0 {
				break
			}
			run--
			continue
		}
		if s.r.bits(1) == 0 || *p&one != 0 && *p > 0 || -*p&one != 0 && *p < 0 {
			continue
		}
		if *p > 0 {
			*p += one
		} else {
			*p -= one
		}
	}
	return k
}
