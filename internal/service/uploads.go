package service

import (
	"context"
	"errors"
	"io"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/blob"
)

// CreateUpload returns a link for one upload into the account's own storage.
func (s *Service) CreateUpload(ctx context.Context, account string, o blob.Origin) (saccade.Link, error) {
	u, err := s.deps.Uploads.CreateUpload(ctx, account)
	if err != nil {
		return "", err
	}
	return s.deps.Links.PutURL(o, blob.UploadKey(u.Account, u.ID), s.now().Add(s.limits.UploadTTL))
}

// CheckUpload reports whether an upload takes bytes: not_found for one that is
// unknown or deleted, conflict once an analysis uses it.
func (s *Service) CheckUpload(ctx context.Context, key blob.Key) error {
	account, id, ok := key.Upload()
	if !ok {
		return saccade.Errorf(saccade.CodeNotFound, "This is not the address of an upload.")
	}
	u, err := s.deps.Uploads.Upload(ctx, account, id)
	if err == nil && u.Used {
		return saccade.Errorf(saccade.CodeConflict, "An analysis uses this upload. Ask for a new upload URL for another video.")
	}
	return err
}

// StoreUpload puts an upload's bytes. While they came, an analysis may have begun
// to use what was there before, or the upload may have been deleted: then nothing
// is stored, and the error is that of [Service.CheckUpload]. The size is the
// reader's to limit; what is over the account's quota is forbidden, and not kept.
func (s *Service) StoreUpload(ctx context.Context, key blob.Key, body io.Reader) (blob.Info, error) {
	check := func() error { return s.CheckUpload(ctx, key) }
	info, err := s.deps.Objects.Put(ctx, key, &checkedReader{r: body, check: check})
	if err != nil {
		return info, err
	}
	// It may have been deleted since the last byte, with the object not there yet.
	if err := check(); saccade.IsCode(err, saccade.CodeNotFound) {
		return info, errors.Join(err, s.deps.Objects.Delete(context.WithoutCancel(ctx), key))
	}
	err = s.deps.Uploads.NoteUpload(ctx, key, info.Size)
	if saccade.IsCode(err, saccade.CodeForbidden) || saccade.IsCode(err, saccade.CodeNoRoom) { // over the quota, or the disk budget
		s.tryDelete(ctx, key)
	}
	return info, err
}

// checkedReader asks, when everything was read, whether it may be kept.
type checkedReader struct {
	r     io.Reader
	check func() error
}

// Read reads on; in place of io.EOF it returns the error of the check.
func (c *checkedReader) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	if err == io.EOF {
		if refused := c.check(); refused != nil {
			return n, refused
		}
	}
	return n, err
}

// uploadOf returns the key of the account's upload that a link names, with or
// without its query, expired or not, and judges what was uploaded there by its
// size and container, without decoding it. The answer describes the bytes that were
// judged. The error is invalid_input_configuration when they cannot be analyzed.
func (s *Service) uploadOf(ctx context.Context, account string, origin blob.Origin, link saccade.Link, format saccade.Format) (blob.Key, blob.Info, error) {
	key, err := s.deps.Links.KeyOf(origin, link)
	owner, id, ok := key.Upload()
	if err != nil || !ok {
		return "", blob.Info{}, saccade.Errorf(saccade.CodeInvalidInput,
			"This is not an upload URL of this server. Get an upload URL, PUT the video there, and send that URL unchanged.").About(FieldContent).With(err)
	}
	if owner != account {
		return "", blob.Info{}, errNothingUploaded
	}
	_, err = s.deps.Uploads.Upload(ctx, owner, id)
	if saccade.IsCode(err, saccade.CodeNotFound) || saccade.IsCode(err, saccade.CodeGone) {
		return "", blob.Info{}, errNothingUploaded.With(err)
	}
	if err != nil {
		return "", blob.Info{}, err
	}
	info, err := s.inspect(ctx, key, format)
	return key, info, err
}

var errNothingUploaded = saccade.Errorf(saccade.CodeInvalidInput,
	"Nothing was uploaded to this URL with this account. PUT the video to it first, then send the same URL.").About(FieldContent)

// inspect judges an uploaded video by size and container. One that is too large is
// deleted: a store that clients reach by themselves takes any size. A damaged file is
// no error here: the analysis reports it, like all that shows on reading.
func (s *Service) inspect(ctx context.Context, key blob.Key, format saccade.Format) (blob.Info, error) {
	info, err := s.deps.Objects.Stat(ctx, key)
	switch {
	case errors.Is(err, blob.ErrNotFound):
		return info, errNothingUploaded.With(err)
	case err != nil:
		return info, err
	case info.Size > s.limits.VideoBytes:
		s.tryDelete(ctx, key)
		return info, saccade.Errorf(saccade.CodeInvalidInput, "The video has %d bytes; at most %d are possible. Please shorten it or compress it more.",
			info.Size, s.limits.VideoBytes).About(FieldContent)
	}
	o, info, err := s.deps.Objects.Open(ctx, key)
	if errors.Is(err, blob.ErrNotFound) {
		return info, errNothingUploaded.With(err)
	}
	if err != nil {
		return info, err
	}
	defer func() { _ = o.Close() }()
	err = s.deps.Inspect(ctx, o, info.Size, format)
	var e *saccade.Error
	switch {
	case saccade.IsCode(err, saccade.CodeUnreadableVideo):
		return info, nil
	case errors.As(err, &e):
		return info, e.About(FieldContent)
	}
	return info, err
}
