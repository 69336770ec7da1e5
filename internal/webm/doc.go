// Package webm judges WebM files and speaks the raw Matroska dialect of the
// decoder's and encoder's pipes. It never decodes a picture.
//
// [Scan] walks a file of any size in a few milliseconds, seeking over the
// payloads, and tells whether it is WebM, which codec it holds, its size, how
// many frames, and how long it truly is, whatever its header says: recordings
// of browsers have no Duration element, no sizes and no index, and a truncated
// file still declares the length that it was meant to have.
//
// [RawReader] and [RawWriter] carry uncompressed, time-stamped frames
// (V_UNCOMPRESSED, I420 or I420 with alpha) as a Matroska stream. That format
// was chosen over NUT because it carries the colour tags as well, costs the
// same, and ffmpeg 4.4 to 7 both write and read it on a pipe.
//
// [Stay] lets pictures of a finished VP9 file stay on the screen, frame by frame,
// without encoding them again.
//
// Errors that are the file's fault are *[saccade.Error]: CodeInvalidInput for
// what is not a video of ours, CodeUnreadableVideo for a damaged one.
package webm
