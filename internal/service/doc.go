// Package service holds the use cases of the service: an upload, making an
// analysis of a video, an image or a page, measuring areas, writing a text,
// erasing, and running one job. It owns the one [Limits].
//
// It joins rows (package store), objects (package blob) and the analysis itself
// (package pipeline), and knows neither HTTP nor the queue: the API and the worker
// call it through interfaces of their own.
//
// Errors for users are *saccade.Error. Where one names a field, it is a field of
// the use case ([FieldContent] and its like); what a client calls the field is for
// the API to say. A full disk is over_capacity, whoever meets it.
package service
