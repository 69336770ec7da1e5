// Package hosts keeps the servers that a user of the command line is signed in
// to, in one file that only the user may read.
//
// The file is JSON (layout saccade.hosts/1) with mode 0600 in a directory of
// mode 0700. It is replaced as a whole, so that a reader never sees half of it.
// What is not of this layout is refused and left as it is.
package hosts

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// schema names and versions the layout of the file.
const schema = "saccade.hosts/1"

// maxFile is how much of a file is read; a thousand servers take less.
const maxFile = 1 << 20

// Host is a server that the user is signed in to.
type Host struct {
	Token string    `json:"token"`
	Since time.Time `json:"since"` // when the user signed in
}

// File is the content of the file.
type File struct {
	Schema  string          `json:"schema"`
	Current string          `json:"current"` // the address that is used when none is named; empty: none
	Hosts   map[string]Host `json:"hosts"`   // by address, as [Address] writes it
}

// Path returns where the file is: saccade/hosts.json in $XDG_CONFIG_HOME, which
// must be absolute, or in the usual directory of the system.
func Path() (string, error) {
	dir := os.Getenv("XDG_CONFIG_HOME")
	if dir == "" || !filepath.IsAbs(dir) {
		var err error
		if dir, err = os.UserConfigDir(); err != nil {
			return "", fmt.Errorf("there is no place for hosts.json: %w; set XDG_CONFIG_HOME or HOME", err)
		}
	}
	return filepath.Join(dir, "saccade", "hosts.json"), nil
}

// Address returns an address of a server as the file writes it: no slash and no
// /v2 at the end, scheme and host in lower case. The error says what an address
// is like.
func Address(s string) (string, error) {
	u, err := url.Parse(strings.TrimSpace(s))
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.RawQuery != "" || u.Fragment != "" || u.User != nil {
		return "", fmt.Errorf("%q is not the address of a server, like https://saccade.example.com", s)
	}
	u.Host = strings.ToLower(u.Host)
	return strings.TrimSuffix(strings.TrimRight(u.String(), "/"), "/v2"), nil
}

// Load reads a file; one that is not there is empty.
func Load(path string) (*File, error) {
	b, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return &File{Schema: schema, Hosts: map[string]Host{}}, nil
	}
	if err != nil {
		return nil, err
	}
	var f File
	if len(b) > maxFile || json.Unmarshal(b, &f) != nil || f.Schema != schema {
		return nil, fmt.Errorf("%s is not a list of servers that this version can read; move it away and sign in again", path)
	}
	if f.Hosts == nil {
		f.Hosts = map[string]Host{}
	}
	return &f, nil
}

// Save writes the file and makes its directory.
func (f *File) Save(path string) error {
	b, err := json.MarshalIndent(f, "", "  ")
	if err != nil {
		return err
	}
	dir := filepath.Dir(path)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	t, err := os.CreateTemp(dir, ".hosts-*") // has mode 0600
	if err != nil {
		return err
	}
	_, err = t.Write(append(b, '\n'))
	if err = errors.Join(err, t.Close()); err == nil {
		err = os.Rename(t.Name(), path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(t.Name()))
	}
	return nil
}

// Add remembers a server and makes it the current one.
func (f *File) Add(address, token string, at time.Time) {
	f.Hosts[address] = Host{token, at.UTC().Truncate(time.Second)}
	f.Current = address
}

// Remove forgets a server; it reports whether the server was known. Another
// one becomes current only if it is the only one left.
func (f *File) Remove(address string) bool {
	_, known := f.Hosts[address]
	delete(f.Hosts, address)
	if f.Current == address {
		f.Current = ""
		for only := range f.Hosts {
			if len(f.Hosts) == 1 {
				f.Current = only
			}
		}
	}
	return known
}
