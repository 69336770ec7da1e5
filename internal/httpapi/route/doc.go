// Package route is what all groups of routes of the API share: a table of operations
// ([Table]) that are authenticated, bounded and described in one way.
//
//   - [Add] registers the operation that package openapi knows by an id.
//   - Before a handler runs, the token's account is known ([CallerOf]), the rate is
//     checked, and the body is held to a budget of bytes, values and lists.
//   - Handlers return ordinary errors. They reach the client as
//     {"error":{"code","message",...}}, with fields by the names of the wire ([Table.OnWire]).
package route
