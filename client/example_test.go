package client_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"time"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/client"
)

// Where do people look in a video?
func Example() {
	server, err := start() // yours is somewhere else
	if err != nil {
		log.Fatal(err)
	}
	defer server.close()

	ctx := context.Background()
	c, err := client.New(server.url, server.token)
	if err != nil {
		log.Fatal(err)
	}
	upload, err := c.Upload(ctx, strings.NewReader("the bytes of a WebM file"), -1)
	if err != nil {
		log.Fatal(err)
	}
	ref, err := c.CreateVideo(ctx, client.VideoRequest{Upload: upload, Title: "Spring campaign"})
	if err != nil {
		log.Fatal(err)
	}
	video, err := c.WaitVideo(ctx, ref.ID, nil)
	if err != nil {
		log.Fatal(err)
	}
	if err := video.Failure(); err != nil {
		log.Fatal(err)
	}
	var heat bytes.Buffer
	if err := c.Download(ctx, video.Outputs.Attention.AttentionMap, &heat); err != nil {
		log.Fatal(err)
	}
	fmt.Println(video.Title, video.Status, heat.Len() > 0)
	// Output: Spring campaign success true
}

// How much attention does the button get, and how tidy is the page?
func ExampleClient_CreateImage() {
	server, err := start()
	if err != nil {
		log.Fatal(err)
	}
	defer server.close()

	ctx := context.Background()
	c, err := client.New(server.url, server.token)
	if err != nil {
		log.Fatal(err)
	}
	ref, err := c.CreateImage(ctx, client.ImageRequest{
		Page:    "https://www.example.com/",
		Medium:  saccade.MediumMobile,
		Outputs: []saccade.Output{saccade.OutAttentionMap, saccade.OutData, saccade.OutClarityScore},
	})
	if err != nil {
		log.Fatal(err)
	}
	page, err := c.WaitImage(ctx, ref.ID, nil)
	if err != nil {
		log.Fatal(err)
	}
	button := saccade.AOI{Name: "button", Box: &saccade.Box{X: 0.4, Y: 0.7, Width: 0.2, Height: 0.1}}
	areas, err := c.ImageAOIs(ctx, ref.ID, []saccade.AOI{button})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("clarity %d, %s %.0f %% of attention\n", *page.Outputs.Clarity.Score, areas[0].Name, 100*areas[0].Share)
	// Output: clarity 71, button 25 % of attention
}

// Errors carry the server's code.
func ExampleClient_Video() {
	server, err := start()
	if err != nil {
		log.Fatal(err)
	}
	defer server.close()

	c, err := client.New(server.url, server.token)
	if err != nil {
		log.Fatal(err)
	}
	_, err = c.Video(context.Background(), "no-such-id")
	var e *saccade.Error
	if errors.As(err, &e) {
		fmt.Println(e.Code)
	}
	// Output: not_found
}

// Every state of an analysis, as the server pushes it.
func ExampleClient_ImageEvents() {
	server, err := start()
	if err != nil {
		log.Fatal(err)
	}
	defer server.close()

	ctx := context.Background()
	c, err := client.New(server.url, server.token)
	if err != nil {
		log.Fatal(err)
	}
	ref, err := c.CreateImage(ctx, client.ImageRequest{Page: "https://www.example.com/"})
	if err != nil {
		log.Fatal(err)
	}
	for a, err := range c.ImageEvents(ctx, ref.ID) {
		if err != nil {
			log.Fatal(err)
		}
		if a.Status == saccade.StatusPending {
			fmt.Printf("%s, %.0f %%\n", a.Stage, 100*a.Progress)
			continue
		}
		fmt.Println(a.Status)
	}
	// Output: success
}

// Everything that an account has analyzed, however many pages that takes.
func ExampleClient_All() {
	server, err := start()
	if err != nil {
		log.Fatal(err)
	}
	defer server.close()

	ctx := context.Background()
	c, err := client.New(server.url, server.token)
	if err != nil {
		log.Fatal(err)
	}
	for _, title := range []string{"Draft A", "Draft B", "Draft C"} {
		if _, err := c.CreateImage(ctx, client.ImageRequest{Page: "https://www.example.com/", Title: title}); err != nil {
			log.Fatal(err)
		}
	}
	for item, err := range c.All(ctx, client.ListOptions{Type: saccade.KindPage, Limit: 2}) {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(item.Title, item.Status)
	}
	// Output:
	// Draft C success
	// Draft B success
	// Draft A success
}

// A draft against what is live: the button must not lose more than a tenth of its
// attention.
func ExampleClient_Compare() {
	server, err := start()
	if err != nil {
		log.Fatal(err)
	}
	defer server.close()

	ctx := context.Background()
	c, err := client.New(server.url, server.token)
	if err != nil {
		log.Fatal(err)
	}
	var ids []string
	for _, title := range []string{"A", "B"} {
		ref, err := c.CreateImage(ctx, client.ImageRequest{Page: "https://www.example.com/", Title: title})
		if err != nil {
			log.Fatal(err)
		}
		if _, err := c.WaitImage(ctx, ref.ID, nil); err != nil {
			log.Fatal(err)
		}
		ids = append(ids, ref.ID)
	}
	d, err := c.Compare(ctx, client.CompareRequest{
		Base: ids[0], Candidate: ids[1],
		AOIs:       []saccade.AOI{{Name: "button", Box: &saccade.Box{X: 0, Y: 0.5, Width: 0.5, Height: 0.25}}},
		Conditions: []saccade.Condition{{Check: "button.share < 0.9*base"}},
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(d.Verdict)
	for _, check := range d.Pairs[0].Checks {
		fmt.Println(check.Message)
	}
	// Output:
	// fail
	// button.share is 6.25 %, which is < 16.88 %. In the base it is 18.75 %.
}

// A webhook that is not to be called for a while.
func ExampleClient_UpdateWebhook() {
	server, err := start()
	if err != nil {
		log.Fatal(err)
	}
	defer server.close()

	ctx := context.Background()
	c, err := client.New(server.url, server.token)
	if err != nil {
		log.Fatal(err)
	}
	w, err := c.CreateWebhook(ctx, "https://hooks.example.com/saccade", saccade.EventSucceeded)
	if err != nil {
		log.Fatal(err)
	}
	w.Disabled = true
	if w, err = c.UpdateWebhook(ctx, w); err != nil {
		log.Fatal(err)
	}
	fmt.Println(w.URL, w.Events, "disabled:", w.Disabled)
	// Output: https://hooks.example.com/saccade [analysis.succeeded] disabled: true
}

// The receiver of a webhook: it believes nothing that is not signed with its
// secret.
func ExampleReadMessage() {
	const secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw" // of client.Webhook, kept like a password
	receiver := func(w http.ResponseWriter, r *http.Request) {
		m, err := client.ReadMessage(r, secret)
		if err != nil {
			http.Error(w, "not signed by our server", http.StatusBadRequest)
			return
		}
		fmt.Println(m.Type, m.Data.ID)
		w.WriteHeader(http.StatusNoContent)
	}

	// What the server sends:
	body := []byte(`{"type":"analysis.succeeded","timestamp":"2026-06-01T09:12:43Z","data":{"id":"5h7x","kind":"video","status":"success"}}`)
	now := time.Now()
	signature, err := saccade.SignWebhook(secret, "msg_1", now, body)
	if err != nil {
		log.Fatal(err)
	}
	for _, s := range []string{signature, "v1,forged"} {
		r := httptest.NewRequest(http.MethodPost, "/", bytes.NewReader(body))
		r.Header.Set(saccade.WebhookIDHeader, "msg_1")
		r.Header.Set(saccade.WebhookTimestampHeader, strconv.FormatInt(now.Unix(), 10))
		r.Header.Set(saccade.WebhookSignatureHeader, s)
		answer := httptest.NewRecorder()
		receiver(answer, r)
		fmt.Println(answer.Code)
	}
	// Output:
	// analysis.succeeded 5h7x
	// 204
	// 400
}
