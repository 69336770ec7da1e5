package httpapi

import (
	"errors"
	"mime"
	"net/http"
	"path"
	"strconv"
	"strings"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/blob"
	"github.com/saccade-dev/saccade/internal/httpfront"
)

// putObject takes the bytes of an upload. The signature in the URL is all the
// authorisation there is; headers play no part.
func (a *API) putObject(w http.ResponseWriter, r *http.Request) {
	if !a.transfers.Enter() {
		a.front.Refuse(w, r, httpfront.ErrBusy)
		return
	}
	defer a.transfers.Leave()
	key, err := a.deps.Signer.Verify(r.Method, r.URL, a.now())
	if err != nil {
		a.front.Refuse(w, r, err)
		return
	}
	part := strings.Split(key, "/")
	if len(part) != 3 || part[0] != "uploads" {
		a.front.Refuse(w, r, httpfront.ErrNoRoute) // signed here, for something else
		return
	}
	if _, err := a.deps.Uploads.Upload(r.Context(), part[1], part[2]); err != nil {
		a.front.Refuse(w, r, err)
		return
	}
	if r.ContentLength > a.cfg.Limits.VideoBytes {
		a.front.Refuse(w, r, a.tooLarge())
		return
	}
	a.receive(w, r, key, part[2])
}

// receive streams the body into the store and remembers its size.
func (a *API) receive(w http.ResponseWriter, r *http.Request, key, id string) {
	body := httpfront.NewBodyReader(w, r, a.cfg.Limits.VideoBytes)
	info, err := a.deps.Blobs.Put(r.Context(), key, body)
	var over *http.MaxBytesError
	switch {
	case errors.As(err, &over):
		a.front.Refuse(w, r, a.tooLarge())
		return
	case err != nil && body.Err() != nil:
		a.front.Fail(w, r, saccade.Errorf(saccade.CodeClient, "The upload broke off. Please send it again.").With(err))
		return
	case err != nil:
		a.front.Fail(w, r, err)
		return
	}
	if err := a.deps.Uploads.SetUploadSize(r.Context(), id, info.Size); err != nil {
		a.front.Fail(w, r, err)
		return
	}
	body.Done()
	w.Header().Set("ETag", `"`+info.ETag+`"`)
	w.Header().Set("Content-Length", "0")
	w.WriteHeader(http.StatusOK)
}

func (a *API) tooLarge() error {
	return saccade.Errorf(saccade.CodeTooLarge, "A video has at most %d bytes. Please shorten it or compress it more.", a.cfg.Limits.VideoBytes)
}

// contentTypes of what analyses answer with; everything else is bytes.
var contentTypes = map[string]string{
	".webm": "video/webm",
	".png":  "image/png",
	".jpg":  "image/jpeg",
	".json": "application/json",
	".csv":  "text/csv; charset=utf-8",
	".npy":  "application/octet-stream",
}

// getObject sends an output file: whole or in ranges, to be shown in place. An
// Authorization header is of no account.
func (a *API) getObject(w http.ResponseWriter, r *http.Request) {
	key, err := a.deps.Signer.Verify(r.Method, r.URL, a.now())
	if err != nil {
		a.front.Fail(w, r, err)
		return
	}
	if !a.transfers.Enter() {
		a.front.Fail(w, r, httpfront.ErrBusy)
		return
	}
	defer a.transfers.Leave()
	object, info, err := a.deps.Blobs.Open(r.Context(), key)
	if errors.Is(err, blob.ErrNotFound) {
		a.front.Fail(w, r, errGone)
		return
	}
	if err != nil {
		a.front.Fail(w, r, err)
		return
	}
	defer func() { _ = object.Close() }()
	name := path.Base(key)
	kind := contentTypes[strings.ToLower(path.Ext(name))]
	if kind == "" {
		kind = "application/octet-stream"
	}
	h := w.Header()
	h.Set("Content-Type", kind)
	h.Set("Content-Disposition", mime.FormatMediaType("inline", map[string]string{"filename": name}))
	h.Set("ETag", `"`+info.ETag+`"`)
	h.Set("Cache-Control", "private, max-age="+a.secondsLeft(r))
	// Pages of other origins may show and read what they hold a link to; a
	// document opened from here may do nothing at all.
	h.Set("Access-Control-Allow-Origin", "*")
	h.Set("Access-Control-Expose-Headers", "Accept-Ranges, Content-Range, ETag")
	h.Set("Cross-Origin-Resource-Policy", "cross-origin")
	h.Set("Content-Security-Policy", "default-src 'none'; media-src 'self'; img-src 'self'; style-src 'unsafe-inline'; sandbox")
	http.ServeContent(httpfront.NewBodyWriter(w), r, name, info.ModTime, object)
}

// secondsLeft is how long the link of this request is good for.
func (a *API) secondsLeft(r *http.Request) string {
	exp, err := strconv.ParseInt(r.URL.Query().Get("exp"), 10, 64)
	if err != nil {
		return "0"
	}
	return strconv.FormatInt(max(0, exp-a.now().Unix()), 10)
}
