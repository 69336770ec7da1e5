package render

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"hash/crc32"
	"image"
	"io"
)

// EncodePNG writes a layer's image as an 8-bit RGBA PNG, always with an
// alpha channel. The standard encoder tries five filters for each row; these
// images are smooth or empty, so "difference to the row above" does for all
// and takes a quarter of the time.
func EncodePNG(w io.Writer, m *image.NRGBA) error {
	width, height := m.Rect.Dx(), m.Rect.Dy()
	var out bytes.Buffer
	out.WriteString("\x89PNG\r\n\x1a\n")
	head := binary.BigEndian.AppendUint32(nil, uint32(width))
	head = binary.BigEndian.AppendUint32(head, uint32(height))
	writeChunk(&out, "IHDR", append(head, 8, 6, 0, 0, 0)) // 8 bits, RGBA
	data, err := deflateRows(m)
	if err != nil {
		return err
	}
	writeChunk(&out, "IDAT", data)
	writeChunk(&out, "IEND", nil)
	_, err = out.WriteTo(w)
	return err
}

// deflateRows compresses the filtered rows.
func deflateRows(m *image.NRGBA) ([]byte, error) {
	var data bytes.Buffer
	z, err := zlib.NewWriterLevel(&data, zlib.BestSpeed)
	if err != nil {
		return nil, err
	}
	n := 4 * m.Rect.Dx()
	row, above := make([]byte, 1+n), make([]byte, n)
	row[0] = 2 // filter Up; above the first row is 0
	for y := range m.Rect.Dy() {
		cur := m.Pix[y*m.Stride:][:n]
		for i, v := range cur {
			row[1+i] = v - above[i]
		}
		if _, err := z.Write(row); err != nil {
			return nil, err
		}
		above = cur
	}
	err = z.Close() // before the bytes are taken: it writes the last ones
	return data.Bytes(), err
}

// writeChunk appends length, kind, body and checksum.
func writeChunk(out *bytes.Buffer, kind string, body []byte) {
	out.Write(binary.BigEndian.AppendUint32(nil, uint32(len(body))))
	out.WriteString(kind)
	out.Write(body)
	sum := crc32.Update(crc32.ChecksumIEEE([]byte(kind)), crc32.IEEETable, body)
	out.Write(binary.BigEndian.AppendUint32(nil, sum))
}
