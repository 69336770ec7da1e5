// Package blob keeps objects: uploads, inputs and the files that an analysis
// answers with. It knows keys and bytes and nothing of what is in them.
//
// The contract of every [Store] (package blobtest holds it as a test suite):
//
//   - Put is atomic: a reader sees the whole new object or what was there
//     before. A Put that fails for whatever reason (the caller's reader, a
//     canceled context, a full disk) leaves no trace.
//   - An object that Put reported is durable: it survives a power cut.
//   - Keys are checked by [CheckKey] on the way in; no key reaches outside of
//     the store.
//   - Deleting what is not there is no error, so that erasing can be repeated.
//   - A missing object is [ErrNotFound].
//   - A File that was asked for by its ETag is of the bytes that had this ETag, or
//     [ErrChanged].
//
// Keys in use: uploads/<account>/<id>, analyses/<id>/<file>, and for files that are
// written anew together analyses/<id>/edition-<edition>.<file>.
//
// Clients put and get objects by links of their own, one object, one method,
// until a time: [Links]. A store and its links go together.
//
// [Disk] is the store in a directory; its links ([Signer]) lead to the server
// itself. Package s3 is the store in a bucket, which clients reach by themselves.
package blob

import (
	"context"
	"errors"
	"io"
	"path"
	"strings"
	"time"

	"github.com/saccade-dev/saccade"
)

// ErrNotFound says that there is no object under the key.
var ErrNotFound = errors.New("blob: no such object")

// ErrChanged says that the object under the key is not the one that was meant.
var ErrChanged = errors.New("blob: the object was changed")

// Info describes a stored object.
type Info struct {
	Size    int64     // bytes
	ModTime time.Time // when it was put, UTC
	ETag    string    // opaque, without quotes; differs whenever the bytes do
	MD5     string    // hex digest of the bytes; set by Put only
}

// Object is an open object. It keeps reading the version it was opened on even
// if the key is put anew or deleted meanwhile. Close it.
type Object interface {
	io.ReadSeekCloser
	io.ReaderAt
}

// Store keeps objects under keys. All methods are safe for concurrent use.
type Store interface {
	// Put stores what r yields until io.EOF, replacing what was there. Limits
	// of size are the caller's: a reader that fails (http.MaxBytesReader) fails
	// the Put with the reader's error in the chain. A full store is a
	// *saccade.Error with code over_capacity.
	Put(ctx context.Context, key Key, r io.Reader) (Info, error)
	// Open opens the object for reading.
	Open(ctx context.Context, key Key) (Object, Info, error)
	// File returns the object as a local file, for programs that need a path.
	// Do not write to it. Call release when done; it is never nil. With an ETag
	// that is not empty, an object that has another one is [ErrChanged].
	File(ctx context.Context, key Key, etag string) (path string, release func(), err error)
	// Stat describes the object.
	Stat(ctx context.Context, key Key) (Info, error)
	// Delete erases the object, or with a key that ends in "/" everything
	// below it.
	Delete(ctx context.Context, key Key) error
	// Walk calls visit for every object that is there the whole time, once, in no
	// order; for one that comes or goes meanwhile it may. An error of visit ends it.
	Walk(ctx context.Context, visit func(key Key, put time.Time) error) error
	// Check reports whether the store can take an object now.
	Check(ctx context.Context) error
}

// Key names an object: slash-separated segments, checked by [CheckKey]. A prefix
// of keys ends in "/".
type Key string

// Limits of keys.
const (
	MaxKey     = 512 // bytes
	MaxSegment = 200 // bytes between two slashes
)

// CheckKey accepts keys of slash-separated segments made of A-Z a-z 0-9 . _ -
// that do not begin with a dot. That leaves no way to say "..", an absolute
// path, a hidden file, a NUL or an escaped slash. The error is a
// *saccade.Error (client_error).
func CheckKey(key Key) error {
	if key == "" || len(key) > MaxKey {
		return saccade.Errorf(saccade.CodeClient, "An object key has 1 to %d bytes.", MaxKey)
	}
	for segment := range strings.SplitSeq(string(key), "/") {
		if !segmentOK(segment) {
			return saccade.Errorf(saccade.CodeClient, "This is not an object key of this service. Use the URL exactly as it was given.")
		}
	}
	return nil
}

// CheckErasable is [CheckKey] that also takes a prefix ("analyses/x/"). A prefix
// has two segments at least, so that no slip erases a whole class of objects.
func CheckErasable(key Key) error {
	prefix, found := strings.CutSuffix(string(key), "/")
	if err := CheckKey(Key(prefix)); err != nil {
		return err
	}
	if found && !strings.Contains(prefix, "/") {
		return saccade.Errorf(saccade.CodeClient, "A prefix to erase needs two segments at least.")
	}
	return nil
}

func segmentOK(s string) bool {
	if s == "" || len(s) > MaxSegment || s[0] == '.' || s[len(s)-1] == '.' {
		return false
	}
	for i := range len(s) {
		c := s[i]
		ok := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '.' || c == '_' || c == '-'
		if !ok {
			return false
		}
	}
	return true
}

// The classes of objects: the first segment of their keys.
const (
	uploadsClass  = "uploads"
	analysesClass = "analyses"
)

// UploadKey returns the key of an upload.
func UploadKey(account, id string) Key { return Key(uploadsClass + "/" + account + "/" + id) }

// Upload returns the account and the id of an upload's key; ok is false for every
// other key.
func (k Key) Upload() (account, id string, ok bool) {
	part := strings.Split(string(k), "/")
	if len(part) != 3 || part[0] != uploadsClass || CheckKey(k) != nil {
		return "", "", false
	}
	return part[1], part[2], true
}

// Analysis returns the id of the analysis that the key of a file, or the prefix of
// its files, belongs to; ok is false for every other key.
func (k Key) Analysis() (id string, ok bool) {
	part := strings.Split(string(k), "/")
	if len(part) != 3 || part[0] != analysesClass {
		return "", false
	}
	return part[1], true
}

// EditionKey returns the key of a file of one edition of the files of an analysis that
// are written anew together; without an edition it is [AnalysisKey].
func EditionKey(id, edition string, file saccade.File) Key {
	if edition == "" {
		return AnalysisKey(id, file)
	}
	return AnalysisKey(id, saccade.File(editionPrefix+edition+".")+file)
}

const editionPrefix = "edition-"

// Edition returns the edition that the key of a file of an analysis is of, if of any,
// and the file's name without it.
func (k Key) Edition() (edition string, file saccade.File) {
	name := path.Base(string(k))
	if _, ok := k.Analysis(); !ok {
		return "", saccade.File(name)
	}
	if rest, ok := strings.CutPrefix(name, editionPrefix); ok {
		if edition, file, ok := strings.Cut(rest, "."); ok {
			return edition, saccade.File(file)
		}
	}
	return "", saccade.File(name)
}

// AnalysisKey returns the key of a file of an analysis; with an empty file name
// it is the prefix of all its files.
func AnalysisKey(id string, file saccade.File) Key {
	return Key(analysesClass + "/" + id + "/" + string(file))
}
