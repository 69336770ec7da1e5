package httpapi

import (
	"compress/gzip"
	"errors"
	"io"
	"mime"
	"net/http"
	"path"
	"strconv"
	"strings"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/blob"
	"github.com/saccade-dev/saccade/internal/httpapi/route"
	"github.com/saccade-dev/saccade/internal/httpfront"
	"github.com/saccade-dev/saccade/internal/service"
)

// Shares of transfers.
const (
	linkShare = 4 // PUTs by one link at once
	halfShare = 2 // the transfers of one account's uploads, or of one analysis, are a half of all at most
)

// putObject takes the bytes of an upload. The signature in the URL is all the
// authorization there is; headers play no part. Who is refused takes no place
// from those who are not.
func (a *API) putObject(w http.ResponseWriter, r *http.Request) {
	key, err := a.deps.Verifier.Verify(r.Method, r.URL, a.now())
	if err != nil {
		a.front.Refuse(w, r, err)
		return
	}
	if err := a.deps.Service.CheckUpload(r.Context(), key); err != nil {
		a.front.Refuse(w, r, err)
		return
	}
	if r.ContentLength > a.cfg.Limits.VideoBytes {
		a.front.Refuse(w, r, a.tooLarge())
		return
	}
	if !a.puts.Enter(string(key)) {
		a.front.Refuse(w, r, saccade.Errorf(saccade.CodeOverCapacity, "Too many uploads to this URL are under way. One is enough."))
		return
	}
	defer a.puts.Leave(string(key))
	if !a.transfers.Enter(shareOf(key)) {
		a.front.Refuse(w, r, httpfront.ErrBusy)
		return
	}
	defer a.transfers.Leave(shareOf(key))
	a.receive(w, r, key)
}

// shareOf returns whose share of the transfers an object belongs to: an
// account's uploads, or an analysis.
func shareOf(key blob.Key) string { return path.Dir(string(key)) }

// receive streams the body into the store.
func (a *API) receive(w http.ResponseWriter, r *http.Request, key blob.Key) {
	body := httpfront.NewBodyReader(w, r, a.cfg.Limits.VideoBytes)
	info, err := a.deps.Service.StoreUpload(r.Context(), key, body)
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
	body.Done()
	w.Header().Set("ETag", `"`+info.ETag+`"`)
	w.Header().Set("Content-Length", "0")
	w.WriteHeader(http.StatusOK)
}

func (a *API) tooLarge() error {
	return saccade.Errorf(saccade.CodeTooLarge, "A video has at most %d bytes. Please shorten it or compress it more.", a.cfg.Limits.VideoBytes)
}

// getObject sends an output file: whole or in ranges, to be shown in place. An
// Authorization header is of no account.
func (a *API) getObject(w http.ResponseWriter, r *http.Request) {
	key, err := a.deps.Verifier.Verify(r.Method, r.URL, a.now())
	if err != nil {
		a.front.Fail(w, r, err)
		return
	}
	if !a.transfers.Enter(shareOf(key)) {
		a.front.Fail(w, r, httpfront.ErrBusy)
		return
	}
	defer a.transfers.Leave(shareOf(key))
	object, info, err := a.deps.Objects.Open(r.Context(), key)
	if errors.Is(err, blob.ErrNotFound) {
		a.front.Fail(w, r, route.ErrGone)
		return
	}
	if err != nil {
		a.front.Fail(w, r, err)
		return
	}
	defer func() { _ = object.Close() }()
	_, file := key.Edition()
	name := string(file)
	h := w.Header()
	h.Set("Content-Type", contentType(key, object))
	h.Set("Content-Disposition", mime.FormatMediaType("inline", map[string]string{"filename": name}))
	h.Set("ETag", `"`+info.ETag+`"`)
	h.Set("Cache-Control", "private, max-age="+a.secondsLeft(r))
	if name == string(service.PreviewFile) {
		h.Set("Cache-Control", "no-store") // it grows
	}
	// Pages of other origins may show and read what they hold a link to; a
	// document opened from here may do nothing at all.
	h.Set("Access-Control-Allow-Origin", "*")
	h.Set("Access-Control-Expose-Headers", "Accept-Ranges, Content-Range, ETag")
	h.Set("Cross-Origin-Resource-Policy", "cross-origin")
	h.Set("Content-Security-Policy", "default-src 'none'; media-src 'self'; img-src 'self'; style-src 'unsafe-inline'; sandbox")
	if path.Ext(name) == ".grid" {
		sendPacked(w, r, object, info)
		return
	}
	http.ServeContent(httpfront.NewBodyWriter(w), r, name, info.ModTime, object)
}

// uploadTypes are the types that an upload is sent as, when its first bytes say so.
var uploadTypes = map[string]bool{"video/webm": true, "image/gif": true}

// contentType returns the type of an object: of an output by its name, of an upload by
// its first bytes.
func contentType(key blob.Key, object io.ReaderAt) string {
	if _, _, upload := key.Upload(); upload {
		head := make([]byte, 512)
		n, _ := object.ReadAt(head, 0)
		if n >= 8 && string(head[4:8]) == "ftyp" { // of any brand: what browsers do not play has a copy
			return "video/mp4"
		}
		if kind := http.DetectContentType(head[:n]); uploadTypes[kind] {
			return kind
		}
	}
	return key.ContentType()
}

// sendPacked sends a file that becomes much smaller with gzip, to who takes that and asks
// for no part of it.
func sendPacked(w http.ResponseWriter, r *http.Request, object blob.Object, info blob.Info) {
	h, body := w.Header(), httpfront.NewBodyWriter(w)
	h.Set("Vary", "Accept-Encoding")
	if r.Header.Get("Range") != "" || !takesGzip(r.Header.Get("Accept-Encoding")) {
		http.ServeContent(body, r, "", info.ModTime, object)
		return
	}
	tag := `"` + info.ETag + `-gzip"`
	h.Set("ETag", tag)
	if r.Header.Get("If-None-Match") == tag {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	h.Set("Content-Encoding", "gzip")
	if r.Method == http.MethodHead {
		return
	}
	packer, _ := gzip.NewWriterLevel(body, gzip.BestSpeed) // a level that there is
	if _, err := io.Copy(packer, object); err == nil {
		_ = packer.Close() // the client sees a body that ends too early
	}
}

// takesGzip reads an Accept-Encoding.
func takesGzip(accept string) bool {
	for part := range strings.SplitSeq(accept, ",") {
		name, weight, _ := strings.Cut(strings.ReplaceAll(part, " ", ""), ";q=")
		if q, err := strconv.ParseFloat(weight, 64); strings.EqualFold(name, "gzip") && (weight == "" || err == nil && q > 0) {
			return true
		}
	}
	return false
}

// secondsLeft is how long the link of this request is good for.
func (a *API) secondsLeft(r *http.Request) string {
	exp, err := strconv.ParseInt(r.URL.Query().Get("exp"), 10, 64)
	if err != nil {
		return "0"
	}
	return strconv.FormatInt(max(0, exp-a.now().Unix()), 10)
}
