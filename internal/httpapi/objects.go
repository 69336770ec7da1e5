package httpapi

import (
	"errors"
	"io"
	"mime"
	"net/http"
	"path"
	"strconv"
	"strings"
	"time"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/blob"
)

// transferPause is how long a transfer may stand still. As long as bytes move
// it may last.
const transferPause = 30 * time.Second

// putObject takes the bytes of an upload. The signature in the URL is all the
// authorisation there is; headers play no part.
func (a *API) putObject(w http.ResponseWriter, r *http.Request) {
	if !a.transfers.enter() {
		a.refuseBody(w, r, errBusy)
		return
	}
	defer a.transfers.leave()
	key, err := a.deps.Signer.Verify(r.Method, r.URL, a.now())
	if err != nil {
		a.refuseBody(w, r, err)
		return
	}
	part := strings.Split(key, "/")
	if len(part) != 3 || part[0] != "uploads" {
		a.refuseBody(w, r, errNoRoute) // signed by us, for something else
		return
	}
	if _, err := a.deps.Uploads.Upload(r.Context(), part[1], part[2]); err != nil {
		a.refuseBody(w, r, err)
		return
	}
	if r.ContentLength > a.cfg.MaxUploadBytes {
		a.refuseBody(w, r, a.tooLarge())
		return
	}
	a.receive(w, r, key, part[2])
}

// receive streams the body into the store and remembers its size.
func (a *API) receive(w http.ResponseWriter, r *http.Request, key, id string) {
	body := &pacedReader{r: http.MaxBytesReader(nil, r.Body, a.cfg.MaxUploadBytes), c: http.NewResponseController(w)}
	info, err := a.deps.Blobs.Put(r.Context(), key, body)
	var over *http.MaxBytesError
	switch {
	case errors.As(err, &over):
		a.refuseBody(w, r, a.tooLarge())
		return
	case err != nil && body.err != nil:
		a.fail(w, r, saccade.Errorf(saccade.CodeClient, "The upload broke off. Please send it again.").With(err))
		return
	case err != nil:
		a.fail(w, r, err)
		return
	}
	if err := a.deps.Uploads.SetUploadSize(r.Context(), id, info.Size); err != nil {
		a.fail(w, r, err)
		return
	}
	body.rest()
	w.Header().Set("ETag", `"`+info.ETag+`"`)
	w.Header().Set("Content-Length", "0")
	w.WriteHeader(http.StatusOK)
}

func (a *API) tooLarge() error {
	return saccade.Errorf(saccade.CodeTooLarge, "A video has at most %d bytes. Please shorten it or compress it more.", a.cfg.MaxUploadBytes)
}

// refuseBody answers an error to a client that is still sending: it reads on
// for a while, so that the client sees the answer instead of a reset
// connection.
func (a *API) refuseBody(w http.ResponseWriter, r *http.Request, err error) {
	c := http.NewResponseController(w)
	if r.Header.Get("Expect") == "" { // who asked first has sent nothing yet
		_ = c.SetReadDeadline(time.Now().Add(ignoredTimeout))
		_, _ = io.CopyN(io.Discard, r.Body, linger)
	}
	_ = c.SetWriteDeadline(time.Now().Add(answerTimeout))
	w.Header().Set("Connection", "close")
	a.fail(w, r, err)
}

// pacedReader moves the read deadline on with every read and keeps the error
// that the client's side gave.
type pacedReader struct {
	r   io.Reader
	c   *http.ResponseController
	err error // of the reader, other than io.EOF
}

// Read reads the client's next bytes.
func (p *pacedReader) Read(b []byte) (int, error) {
	_ = p.c.SetReadDeadline(time.Now().Add(transferPause))
	n, err := p.r.Read(b)
	if err != nil && err != io.EOF {
		p.err = err
	}
	return n, err
}

// rest takes the deadlines off: the transfer is over.
func (p *pacedReader) rest() {
	_ = p.c.SetReadDeadline(time.Time{})
	_ = p.c.SetWriteDeadline(time.Now().Add(answerTimeout))
}

// pacedWriter moves the write deadline on with every write.
type pacedWriter struct {
	http.ResponseWriter
	c *http.ResponseController
}

// Write sends the next bytes.
func (p *pacedWriter) Write(b []byte) (int, error) {
	_ = p.c.SetWriteDeadline(time.Now().Add(transferPause))
	return p.ResponseWriter.Write(b)
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
		a.fail(w, r, err)
		return
	}
	if !a.transfers.enter() {
		a.fail(w, r, errBusy)
		return
	}
	defer a.transfers.leave()
	object, info, err := a.deps.Blobs.Open(r.Context(), key)
	if errors.Is(err, blob.ErrNotFound) {
		a.fail(w, r, errGone)
		return
	}
	if err != nil {
		a.fail(w, r, err)
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
	http.ServeContent(&pacedWriter{w, http.NewResponseController(w)}, r, name, info.ModTime, object)
}

// secondsLeft is how long the link of this request is good for.
func (a *API) secondsLeft(r *http.Request) string {
	exp, err := strconv.ParseInt(r.URL.Query().Get("exp"), 10, 64)
	if err != nil {
		return "0"
	}
	return strconv.FormatInt(max(0, exp-a.now().Unix()), 10)
}
