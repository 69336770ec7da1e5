// Package httpapi speaks the HTTP API "v2": routes, authentication, error
// bodies, signed links, and the OpenAPI document that describes them.
//
// [New] takes a [Config] and its dependencies ([Deps], small interfaces) and
// gives an [API], which is an [http.Handler]. The package holds no SQL, runs no
// decoder and knows no model: what it needs it asks of its dependencies.
//
// The contract in short:
//
//   - Every path under /v2 but the document itself wants
//     "Authorization: Bearer <token>". Upload and output links carry their own
//     signature instead and ignore the header.
//   - Every error body is {"error":{"code","message",...}}; the table of codes
//     and statuses is the root package's. The generated texts alone answer
//     {"success":false,"msg":...}.
//   - A poll answers 200 for pending, success and failed.
//   - A GET may carry a body, which is ignored; a trailing slash is tolerated;
//     fields that the API does not know are ignored, fields of the wrong type
//     are refused.
//   - Requests are bounded: size of the body, time to send it, number in
//     flight, and rate per token.
//
// Background work (generated texts, held polls, event streams) ends with
// [API.Close].
package httpapi
