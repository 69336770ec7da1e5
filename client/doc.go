// Package client speaks the HTTP API of a Saccade server.
//
//	c, err := client.New("https://saccade.example.com", token)
//	...
//	url, err := c.UploadFile(ctx, "visit.webm")
//	ref, err := c.CreateVideo(ctx, client.VideoRequest{Upload: url, Title: "Visit"})
//	video, err := c.WaitVideo(ctx, ref.ID, nil)
//	err = c.Download(ctx, video.Outputs.Attention.AttentionMap, file)
//
// A [Client] is safe for concurrent use. Errors of the server are
// *[saccade.Error] with its code; a failed analysis is no error of the poll: look
// at [Analysis.Status] and [Analysis.Err], or at [Analysis.Failure].
//
// Requests that can be repeated without harm are repeated after a lost
// connection, a 429 or a 503, as often and as late as [WithRetries] and the
// server's Retry-After say; starting an analysis is among them, since it
// carries an Idempotency-Key.
//
// To learn of the end of an analysis, wait for it ([Client.WaitVideo]), follow
// it ([Client.VideoEvents]), or receive a message at a webhook ([ReadMessage]).
package client
