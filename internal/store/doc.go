// Package store is the memory of the service: accounts and their tokens,
// uploads, analyses and their states, webhooks and their deliveries. It speaks
// one SQL text to SQLite (the default: one file, nothing to set up) and to
// PostgreSQL (for many machines). It knows nothing of what is in the objects
// that its rows name.
//
// What holds whatever happens:
//
//   - A row and the ticket for the work on it change in one transaction: an
//     analysis without a ticket, or a final state without its webhook
//     deliveries, cannot be. All SQL and the queue's client (River) are here.
//   - The lease on a row is the only sign that somebody works on it. Every
//     write of a worker is fenced by the number of its attempt: once another
//     attempt began, or the analysis was deleted, the writes of the old one
//     change nothing and return [ErrFenced] or [ErrCanceled].
//   - Which row is worked on next is chosen when a worker has a free slot: of the
//     account of which the least is running, and that was served the longest
//     ago. [Store.QueuePosition] follows the same order.
//   - A database that is busy, away or out of room is over_capacity.
//   - Everything is looked up with the account it must belong to; another
//     account's id is as unknown as a made-up one (not_found).
//   - Tokens are kept as SHA-256 only.
//   - What was erased or has expired stays known as gone (resource_gone), its
//     content is purged at once and its objects are listed for erasing until
//     somebody reports them erased.
//
// Reading never waits for writing: on SQLite reads have connections of their
// own beside the single one that writes (WAL mode), so that a poll is answered
// while a long transaction runs. Several processes may use one SQLite file.
//
// Errors for users are *saccade.Error; everything else is an operator's matter.
// All methods are safe for concurrent use.
package store
