package blob

import (
	"context"
	"crypto/md5"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/saccade-dev/saccade"
)

// tempDir lies beside the objects, so that a rename never crosses a file
// system. No key can name it: segments do not begin with a dot.
const tempDir = ".tmp"

// staleTemp is how long a temporary file may lie untouched before it counts as
// left behind by a process that died.
const staleTemp = time.Hour

// Disk is a [Store] in a directory: the object with key a/b is the file a/b.
type Disk struct {
	root string
}

// NewDisk makes the directory if need be, checks that it is writable and removes
// temporary files that dead processes left behind.
func NewDisk(root string) (*Disk, error) {
	if root == "" {
		return nil, errors.New("blob: the directory of the objects is not set")
	}
	abs, err := filepath.Abs(root)
	if err != nil {
		return nil, fmt.Errorf("blob: %w", err)
	}
	if err := os.MkdirAll(filepath.Join(abs, tempDir), 0o700); err != nil {
		return nil, fmt.Errorf("blob: cannot make the directory of the objects: %w", err)
	}
	d := &Disk{root: abs}
	d.sweep(time.Now().Add(-staleTemp))
	return d, d.Check(context.Background())
}

// sweep removes temporary files last written before a time, and what is
// left of deleted directorys. A living upload touches its file all the time.
func (d *Disk) sweep(before time.Time) {
	entries, err := os.ReadDir(filepath.Join(d.root, tempDir))
	if err != nil {
		return
	}
	for _, e := range entries {
		if info, err := e.Info(); err == nil && info.ModTime().Before(before) {
			_ = os.RemoveAll(filepath.Join(d.root, tempDir, e.Name()))
		}
	}
}

func (d *Disk) path(key Key) string { return filepath.Join(d.root, filepath.FromSlash(string(key))) }

// Put implements [Store].
func (d *Disk) Put(ctx context.Context, key Key, r io.Reader) (info Info, err error) {
	if err := CheckKey(key); err != nil {
		return Info{}, err
	}
	f, err := os.CreateTemp(filepath.Join(d.root, tempDir), "put-*")
	if err != nil {
		return Info{}, diskError("put", err)
	}
	defer func() {
		if err != nil {
			_ = f.Close()
			_ = os.Remove(f.Name())
		}
	}()
	sum := md5.New()
	if _, err := io.Copy(io.MultiWriter(f, sum), ContextReader(ctx, r)); err != nil {
		return Info{}, diskError("put", err)
	}
	if info, err = d.sync(f); err != nil {
		return Info{}, diskError("put", err)
	}
	if err := d.install(f.Name(), d.path(key)); err != nil {
		return Info{}, diskError("put", err)
	}
	info.MD5 = hex.EncodeToString(sum.Sum(nil))
	return info, nil
}

// sync brings the bytes to the disk and closes the file. The time is set by
// hand because the kernel's own is too coarse to tell two versions apart.
func (d *Disk) sync(f *os.File) (Info, error) {
	if err := f.Chmod(0o600); err != nil {
		return Info{}, err
	}
	if err := f.Sync(); err != nil {
		return Info{}, err
	}
	if err := f.Close(); err != nil {
		return Info{}, err
	}
	now := time.Now()
	if err := os.Chtimes(f.Name(), now, now); err != nil {
		return Info{}, err
	}
	stat, err := os.Stat(f.Name())
	if err != nil {
		return Info{}, err
	}
	return infoOf(stat), nil
}

// maxCollisions bounds how often a Put and a Delete of its prefix, in this process
// or another, may get in each other's way. Each time takes a whole step of the
// other side, so the bound is only met by a bug.
const maxCollisions = 100

// install moves the finished file to its place. While it makes the directory, and
// between that and the rename, a Delete of the prefix may take the directory away
// (MkdirAll then says that it is there or that it is not): try again then.
func (d *Disk) install(from, to string) error {
	var err error
	for range maxCollisions {
		if err = os.MkdirAll(filepath.Dir(to), 0o700); err == nil {
			if err = os.Rename(from, to); err == nil {
				return syncDir(filepath.Dir(to))
			}
		}
		if !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, fs.ErrExist) {
			return err
		}
	}
	return err
}

// syncDir makes a rename durable. Systems that cannot sync a directory (Windows)
// need no such thing.
func syncDir(dir string) error {
	f, err := os.Open(dir)
	if err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			return nil // deleted by somebody already
		}
		return err
	}
	defer func() { _ = f.Close() }()
	if err := f.Sync(); err != nil && !errors.Is(err, errors.ErrUnsupported) && !errors.Is(err, syscall.EINVAL) && !errors.Is(err, fs.ErrPermission) {
		return err
	}
	return nil
}

// Open implements [Store].
func (d *Disk) Open(ctx context.Context, key Key) (Object, Info, error) {
	if err := errors.Join(ctx.Err(), CheckKey(key)); err != nil {
		return nil, Info{}, err
	}
	f, err := os.Open(d.path(key))
	if err != nil {
		return nil, Info{}, diskError("open", err)
	}
	stat, err := f.Stat()
	if err == nil && !stat.Mode().IsRegular() {
		err = fs.ErrNotExist
	}
	if err != nil {
		_ = f.Close()
		return nil, Info{}, diskError("open", err)
	}
	return f, infoOf(stat), nil
}

// File implements [Store]: the object's own path.
func (d *Disk) File(ctx context.Context, key Key, etag string) (string, func(), error) {
	info, err := d.Stat(ctx, key)
	if err == nil && etag != "" && etag != info.ETag {
		err = fmt.Errorf("file: %w", ErrChanged)
	}
	if err != nil {
		return "", func() {}, err
	}
	return d.path(key), func() {}, nil
}

// Stat implements [Store].
func (d *Disk) Stat(ctx context.Context, key Key) (Info, error) {
	if err := errors.Join(ctx.Err(), CheckKey(key)); err != nil {
		return Info{}, err
	}
	stat, err := os.Lstat(d.path(key))
	if err == nil && !stat.Mode().IsRegular() {
		err = fs.ErrNotExist
	}
	if err != nil {
		return Info{}, diskError("stat", err)
	}
	return infoOf(stat), nil
}

// Delete implements [Store].
func (d *Disk) Delete(ctx context.Context, key Key) error {
	if err := errors.Join(ctx.Err(), CheckErasable(key)); err != nil {
		return err
	}
	if strings.HasSuffix(string(key), "/") {
		return d.deletePrefix(key)
	}
	if stat, err := os.Lstat(d.path(key)); err == nil && stat.IsDir() {
		return nil // the key names a prefix, not an object
	}
	if err := os.Remove(d.path(key)); err != nil && !missing(err) {
		return diskError("delete", err)
	}
	return nil
}

// deletePrefix moves the directory out of the way first: readers see all of it
// or nothing, and a Put that comes in between makes a new one.
func (d *Disk) deletePrefix(key Key) error {
	if stat, err := os.Lstat(d.path(key)); err == nil && !stat.IsDir() {
		return nil // an object, and nothing below it
	}
	away := filepath.Join(d.root, tempDir, "delete-"+saccade.NewID())
	err := os.Rename(d.path(key), away)
	if err != nil && missing(err) {
		return nil
	}
	if err == nil {
		err = removeTree(away)
	}
	if err != nil {
		return diskError("delete", err)
	}
	return nil
}

// removeTree removes a directory that has just been moved. A Put whose rename had
// found the directory before may still drop its file into it, which counts as put
// and then deleted: try again then.
func removeTree(dir string) error {
	var err error
	for range maxCollisions {
		if err = os.RemoveAll(dir); !errors.Is(err, syscall.ENOTEMPTY) {
			return err
		}
	}
	return err
}

// Check implements [Store]: it writes and removes a small file.
func (d *Disk) Check(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Join(d.root, tempDir), "check-*")
	if err != nil {
		return diskError("check", err)
	}
	_, err = f.WriteString("ok")
	if err = errors.Join(err, f.Close(), os.Remove(f.Name())); err != nil {
		return diskError("check", err)
	}
	return nil
}

func infoOf(stat fs.FileInfo) Info {
	return Info{
		Size:    stat.Size(),
		ModTime: stat.ModTime().UTC(),
		ETag:    fmt.Sprintf("%x-%x", stat.Size(), stat.ModTime().UnixNano()),
	}
}

// missing covers a key below an object ("a/b" where "a" is a file) as well.
func missing(err error) bool {
	return errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENOTDIR)
}

// diskError names what users and operators can act upon and passes the rest on.
func diskError(verb string, err error) error {
	switch {
	case missing(err):
		return fmt.Errorf("%s: %w", verb, ErrNotFound)
	case full(err):
		return ErrFull.With(fmt.Errorf("blob: %s: %w", verb, err))
	}
	return fmt.Errorf("blob: %s: %w", verb, err)
}

// ContextReader returns r with reads that fail with the cause of the context once it
// has ended, which ends a copy.
func ContextReader(ctx context.Context, r io.Reader) io.Reader { return contextReader{ctx, r} }

type contextReader struct {
	ctx context.Context
	r   io.Reader
}

func (c contextReader) Read(p []byte) (int, error) {
	if err := c.ctx.Err(); err != nil {
		return 0, context.Cause(c.ctx)
	}
	return c.r.Read(p)
}

// ErrFull is over_capacity: the store has no room.
var ErrFull = saccade.Errorf(saccade.CodeOverCapacity, "The storage of the server is full. Please try again later; the operator has to make room.")

// FullDisk returns over_capacity for an error that came from a full disk, an
// exhausted quota or a limit of the size of files, wherever it was met; every
// other error as it is.
func FullDisk(err error) error {
	if !full(err) || saccade.IsCode(err, saccade.CodeOverCapacity) {
		return err
	}
	return ErrFull.With(err)
}
