// Package vaapi knows graphics processors that encode VP9 by VAAPI: how ffmpeg's
// encoder vp9_vaapi is asked, what its driver needs of a confined process, and, by a
// trial of a few frames, which of them can. It starts no process itself.
//
// It is written after the documentation of ffmpeg and libva and has not been run on
// hardware. So nothing is taken for granted: a [Device] is used only after its trial, in
// which a file went the whole way that composites go, and came back as it was.
package vaapi
