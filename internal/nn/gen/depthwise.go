package main

import "fmt"

// Offsets in nn.dwArgs. The five row pointers come first.
const (
	argDwW      = 40
	argDwOut    = 48
	argDwLdx    = 56
	argDwLdo    = 64
	argDwFull   = 72
	argDwTail   = 80
	argDwAct    = 88
	argDwTiles  = 96
	argDwStep   = 104
	argDwWorkX  = 112
	argDwWorkO  = 120
	argDwColumn = 128
)

// depthwise writes the depthwise convolution of one output row with a k x k kernel: tiles of outs pixels, all channels
// of a tile before the next one, so that memory is read in order.
//
// In: r1 walks over the packed weights, r2 is the byte offset into the input rows, r3 walks over the output, r4 counts
// blocks of channels, r5 walks over the columns of one input row.
func depthwise(m machine, k, stride, outs int) {
	m.begin(fmt.Sprintf("dw%ds%dx%d", k, stride, outs))
	l := m.text()
	m.load(rRow, rArgs, argDwLdx)
	m.load(rRow+1, rArgs, argDwLdo)
	m.load(r1, rArgs, argDwColumn)
	m.store(r1, rArgs, argDwWorkX)
	m.load(r1, rArgs, argDwOut)
	m.store(r1, rArgs, argDwWorkO)
	tile := l.unique("tile")
	m.label(tile)
	m.load(r1, rArgs, argDwW)
	m.load(r2, rArgs, argDwWorkX)
	m.load(r3, rArgs, argDwWorkO)
	d := dwBlock{k, stride, outs}
	channels(m, d, argDwFull)
	if h := m.half(); h != nil {
		channels(h, d, argDwTail)
	}
	m.load(r2, rArgs, argDwStep)
	m.load(r3, rArgs, argDwWorkX)
	m.add(r3, r2)
	m.store(r3, rArgs, argDwWorkX)
	m.load(r3, rArgs, argDwWorkO)
	for range outs {
		m.add(r3, rRow+1)
	}
	m.store(r3, rArgs, argDwWorkO)
	m.decMemJump(rArgs, argDwTiles, tile)
	m.end()
}

// dwBlock is the shape of one depthwise kernel.
type dwBlock struct{ k, stride, outs int }

// channels writes the loop over blocks of channels, which are counted by the argument at count.
func channels(m machine, d dwBlock, count int) {
	l := m.text()
	loop, skip := l.unique("chan"), l.unique("skip")
	block := max(8, m.lanes())
	vecs := block / m.lanes()
	m.load(r4, rArgs, count)
	m.jumpZero(r4, skip)
	m.label(loop)
	for x := range d.outs {
		for v := range vecs {
			if x == 0 {
				m.vload(v, r1, 4*v*m.lanes())
			} else {
				m.vmov(x*vecs+v, v)
			}
		}
	}
	m.addi(r1, 4*block)
	for ky := range d.k {
		m.load(r5, rArgs, 8*ky)
		m.add(r5, r2)
		kernelRow(m, d, vecs)
		m.addi(r1, 4*block*d.k)
	}
	m.load(r5, rArgs, argDwAct)
	activation(m, r5, d.outs*vecs)
	m.mov(r5, r3)
	for x := range d.outs {
		for v := range vecs {
			m.vstore(x*vecs+v, r5, 4*v*m.lanes())
		}
		m.add(r5, rRow+1)
	}
	m.addi(r2, 4*block)
	m.addi(r3, 4*block)
	m.decJump(r4, loop)
	m.label(skip)
}

// kernelRow writes the part of one kernel row: its weights stay in registers, every input column is loaded once and
// used by all outputs that it reaches.
func kernelRow(m machine, d dwBlock, vecs int) {
	w := d.outs * vecs
	column := w + d.k*vecs
	for kx := range d.k {
		for v := range vecs {
			m.vload(w+kx*vecs+v, r1, 4*(kx*vecs+v)*m.lanes())
		}
	}
	last := (d.outs-1)*d.stride + d.k - 1
	for j := range last + 1 {
		for v := range vecs {
			m.vload(column+v, r5, 4*v*m.lanes())
		}
		if j < last {
			m.add(r5, rRow)
		}
		for x := range d.outs {
			kx := j - x*d.stride
			if kx < 0 || kx >= d.k {
				continue
			}
			for v := range vecs {
				m.vfma(x*vecs+v, column+v, w+kx*vecs+v)
			}
		}
	}
}
