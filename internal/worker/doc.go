// Package worker carries out what was asked for: it takes analyses from the
// queue, has a [Runner] do the work, keeps the store informed and ends every
// analysis in success or failure. It delivers webhooks and clears away what
// has outlived its time.
//
// The queue is River, in the same database as everything else, so that a row
// and its job appear in one transaction. River knows neither heartbeats nor
// fencing; they are added here:
//
//   - Every running [Worker] is an instance: a row that beats and, on systems
//     with file locks, a locked file in its scratch folder. The jobs of an
//     instance that fell silent go back to the queue, and those of one whose
//     lock is free (killed on this machine) at once, when the next one starts.
//   - Every attempt has a number, and only the latest may write (store.Claim).
//   - An attempt that fails on our side is repeated after a pause, at most
//     store.Config.MaxTries times in all; one that ended because its process
//     was killed counts, one that was put back by an orderly stop does not.
//     What is wrong with the input fails at once: repeating would not help.
//
// Videos and images have slots of their own: an image never waits behind a
// video.
//
// [Worker.Stop] drains: no new jobs, the running ones may finish until its
// context ends, and then go back to the queue.
package worker
