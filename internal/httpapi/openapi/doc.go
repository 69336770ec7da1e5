// Package openapi is the OpenAPI 3.1 document of the HTTP API: the table of
// operations with their texts and examples, built from the limits that the
// operator configured. It knows no handler: [Document.Operation] returns what a
// handler is registered with, and [Document.Finish] completes and freezes the
// document once all are.
package openapi
