// Package webm judges WebM files, reads and writes their blocks, and speaks the
// raw Matroska dialect of the decoder's and encoder's pipes. It never decodes a
// frame.
//
// [Scan] walks a file of any size in a few milliseconds, seeking over the
// payloads, and says whether it is WebM, which codecs it holds, how large the
// frames are, how many there are, and how long it truly is, whatever its
// header says: recordings of browsers have no Duration element, no sizes and no
// index, and a truncated file still declares the length that it was meant to
// have. It reads forward only, every byte at most a few times, ends with its
// context, and stops at a fixed number of elements.
//
// The times of a file are those of its blocks ([Info] says where they are
// not). Scan, [Source.CopyVideo], which feeds the decoder, and [Mux], which
// puts the answer's files together, read packets through one and the same clock, so that
// tables and videos agree about every frame.
//
// [RawReader] and [RawWriter] carry uncompressed, time-stamped frames (I420 or
// I420 with alpha) as a Matroska stream. That format was chosen over NUT because
// it carries the color tags as well, costs the same, and ffmpeg 4.4 to 7 both
// write and read it on a pipe.
//
// Errors that are the file's fault are *[saccade.Error]: CodeInvalidInput for
// what is not a video that we take, CodeUnreadableVideo for a damaged one.
package webm
