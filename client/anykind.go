package client

import (
	"context"
	"strings"

	"github.com/saccade-dev/saccade"
)

// Analysis polls an analysis of any kind, by its id or by its location. The
// type of a video, which its poll does not say, is filled in.
func (c *Client) Analysis(ctx context.Context, id string) (*Analysis, error) {
	id = lastSegment(id)
	a, err := c.Video(ctx, id)
	if saccade.IsCode(err, saccade.CodeNotFound) {
		return c.Image(ctx, id)
	}
	if err != nil {
		return nil, err
	}
	a.Type = saccade.KindVideo
	return a, nil
}

// Wait is [Client.WaitVideo] for an analysis of any kind, by its id or by its
// location.
func (c *Client) Wait(ctx context.Context, id string, progress func(*Analysis)) (*Analysis, error) {
	first, err := c.Analysis(ctx, id)
	if err != nil {
		return nil, err
	}
	if first.Status != saccade.StatusPending {
		if progress != nil {
			progress(first)
		}
		return first, nil
	}
	wait := c.WaitImage
	if first.Type == saccade.KindVideo {
		wait = c.WaitVideo
	}
	last, err := wait(ctx, lastSegment(id), progress)
	if err == nil && last.Type == "" {
		last.Type = first.Type
	}
	return last, err
}

// Delete cancels or erases an analysis of any kind, by its id or by its
// location.
func (c *Client) Delete(ctx context.Context, id string) error {
	id = lastSegment(id)
	err := c.DeleteVideo(ctx, id)
	if saccade.IsCode(err, saccade.CodeNotFound) {
		return c.DeleteImage(ctx, id)
	}
	return err
}

// AOIs measures areas of interest in an analysis of any kind, in place of the
// former ones, without a new prediction.
func (c *Client) AOIs(ctx context.Context, id string, aois []saccade.AOI) ([]saccade.AOIResult, error) {
	id = lastSegment(id)
	results, err := c.VideoAOIs(ctx, id, aois)
	if saccade.IsCode(err, saccade.CodeNotFound) {
		return c.ImageAOIs(ctx, id, aois)
	}
	return results, err
}

// lastSegment returns the id at the end of a location, or an id as it is.
func lastSegment(id string) string {
	id = strings.TrimRight(id, "/")
	return id[strings.LastIndexByte(id, '/')+1:]
}
