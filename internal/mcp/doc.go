// Package mcp lets agents use Saccade by the Model Context Protocol: the tools
// analyze, measure_areas, compare, frame, list_analyses, explain and delete.
//
// The contract of every tool: arguments and answers are typed and checked
// against their schemas; an answer is a few lines of text, the same as
// structured content, at most one image of [MaxSide] pixels and [MaxImage]
// bytes, and links to what is larger; without the image it is smaller than
// [MaxAnswer] bytes. What goes wrong is an answer with isError that says what to
// do. Progress is reported where the client asks for it, and a canceled call
// cancels what it began.
//
// # Hostile content
//
// Titles, names of areas and messages may come from pages and files of unknown
// origin. They reach an agent only in quotation marks, on one line, without
// control, formatting and quotation characters, and cut to [MaxText] runes; the
// instructions of the server say that such text is data.
//
// # Two sides
//
// The tools work on a [Backend]. [Served] is one by package client, for the
// server, whose handler ([Handler]) calls its own API in the process with the
// caller's token; package local is one by the pipeline, for `saccade mcp`. One
// conformance suite runs on both.
package mcp
