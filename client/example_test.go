package client_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log"
	"strings"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/client"
)

// Where do people look in a film?
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
