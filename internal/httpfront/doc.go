// Package httpfront is what every request meets before a handler does: it gets
// an id, is bounded, routed, counted and logged, and every error leaves in one
// form. It knows nothing of what the routes are about.
//
// The contract:
//
//   - Every answer carries X-Request-Id: the client's where it is 1 to 64
//     letters, digits, - and _, else one made here.
//   - Every error body is {"error":{"code","message",...}} ([ErrorBody]); the
//     status belongs to the code ([saccade.Code.Status]). That includes unknown
//     paths, wrong methods, panics and a full server.
//   - A panic of a handler becomes server_error; the stack goes to the log.
//   - No more than [Config].MaxInFlight requests run at once; the next one is
//     answered over_capacity at once. /healthz, /readyz and /metrics always answer.
//   - The body of a GET, HEAD or DELETE is never waited for. A request that is
//     refused holds no slot while the rest of its body is read away
//     ([Front.Refuse]).
//   - The path goes to the log, never the query or a header: signatures and
//     tokens are there.
package httpfront
