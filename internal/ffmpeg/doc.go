// Package ffmpeg turns video files into frames with time stamps and frames
// into video files, with the ffmpeg program as a confined subprocess.
//
// A [Tool] is made once ([New] probes the program) and is safe for concurrent
// use. [Tool.Decode] starts one process that decodes the whole video once and
// yields every frame at full size, upright, as limited-range 4:2:0, with its
// exact time stamp in milliseconds. Transparency is laid on white, and frames of
// another size than the first keep their proportions (Frame.Active).
// [Tool.Encode] starts one process that takes exactly one output frame per
// written frame and keeps their times, or several, which take turns, where there are more threads than
// one has use for; a frame that repeats the one before
// ([Encoder.Repeat]) is not encoded but added to the file at the end, where the
// original's audio ([Tool.Audio]) is added too, packet by packet. Both stream: a
// handful of frames is all they hold, and a slow reader or writer simply makes
// the process wait. Config.Encoder may ask for a graphics processor (package vaapi),
// which is used only after a trial, and only by the process that encodes.
//
// # Untrusted input
//
// With Config.Sandbox every process starts through a re-execution of our own
// binary (package sandbox), which sets resource limits, a Landlock domain (no
// file readable but the directories of its libraries, the one output directory
// writable, nothing executable but itself) and a filter of system calls (no
// sockets, no namespaces, no other processes) and then becomes ffmpeg. With
// Config.Require nothing is decoded where the system has no Landlock. ffmpeg reads what package webm has understood from a
// pipe, and files of other formats (package movie) itself: then that file is readable,
// too. It is held to one demuxer, to the codecs of videos of the format, and to a number of
// pixels. Each process has its
// own group, a time limit, and dies with its context.
//
// # What counts as readable
//
// A file that merely ends early (a recorder that crashed, an upload that broke
// off) is accepted as long as its complete frames decode: the video is then as
// long as these. Damage within is tolerated while at least half of the frames
// decode without a complaint; otherwise, and when no frame does, the last call
// of Next reports CodeUnreadableVideo.
package ffmpeg
