// Package worker carries out what was asked for: it runs analyses, writes texts
// and delivers webhooks, and clears away what has outlived its time. It knows
// neither SQL nor the queue's tables.
//
// The contract:
//
//   - Every job is worked on under a lease on its row (package store), which a
//     heartbeat extends. The lease is the only sign of life. When it runs out
//     the job is requeued, and the next attempt begins; the one of before ends
//     itself at its next heartbeat or write.
//   - Only the latest attempt may write.
//   - An attempt that fails on our side is repeated after a pause, at most
//     store.Config.MaxTries times in all; one that was put back by an orderly stop
//     does not count. An analysis whose process died is a suspect: it runs alone in
//     its process next time, and as many deaths then fail it. What is wrong with the
//     input fails at once: repeating would not help. A panic is an error.
//   - Which job is next is the store's to choose, so that no account waits for
//     all the jobs of another one.
//
// Videos, images, texts and webhooks have slots of their own: an image never
// waits behind a video.
//
// [Worker.Stop] drains: no new jobs, the running ones may finish until its
// context ends, and then go back to the queue.
package worker
