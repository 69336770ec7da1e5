// Package httpapi speaks the HTTP API "v2": routes, authentication, wire views
// and signed links. It holds no SQL, runs no decoder and knows no model: what it
// needs it asks of its dependencies ([Deps], small interfaces). What every request
// meets first is package httpfront's, the OpenAPI document package openapi's.
//
// The contract in short:
//
//   - Every path under /v2 but the document itself wants
//     "Authorization: Bearer <token>". Upload and output links carry their own
//     signature instead and ignore the header.
//   - Every error body is {"error":{"code","message",...}}; the generated texts
//     alone answer {"success":false,"msg":...}.
//   - A poll answers 200 for pending, success and failed.
//   - A GET may carry a body, which is ignored; fields that the API does not know
//     are ignored, fields of the wrong type are refused.
//   - Requests are bounded: size and values of the body, time to send it, number
//     in flight, and rate per token.
package httpapi
