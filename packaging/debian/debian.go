// Package debian makes the Debian package of Saccade.
//
// The contract: [Package.Write] turns one linux binary and the texts that belong to it
// into a .deb that installs a service with its own user, and whose bytes depend on its
// fields alone: the same [Package] is the same file, on any machine and day.
package debian

import (
	"bytes"
	"compress/gzip"
	"embed"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"github.com/goreleaser/nfpm/v2"
	"github.com/goreleaser/nfpm/v2/deb"
	"github.com/goreleaser/nfpm/v2/files"
)

//go:embed files
var texts embed.FS

// Package is what a .deb is made of. All fields but Extra are needed.
type Package struct {
	Version   string    // in Debian's form, see [Version]
	Arch      string    // Debian's name: amd64, arm64
	Time      time.Time // of everything in the package; seconds count
	Binary    string    // path of the linux binary of Arch
	Manual    []byte    // saccade.1, not compressed
	Changes   []byte    // CHANGELOG.md
	Readme    []byte    // README.md
	Licenses  []byte    // of the modules in the binary
	Bill      []byte    // the bill of materials, CycloneDX JSON
	Completes map[string][]byte
}

// shells are the places of completions, by the names of the shells.
var shells = map[string]string{
	"bash": "/usr/share/bash-completion/completions/saccade",
	"zsh":  "/usr/share/zsh/vendor-completions/_saccade",
	"fish": "/usr/share/fish/vendor_completions.d/saccade.fish",
}

// Validate reports every field that is missing or wrong.
func (p Package) Validate() error {
	var errs []error
	if !versionForm.MatchString(p.Version) {
		errs = append(errs, fmt.Errorf("Version: %q is no version of a Debian package; it starts with a digit", p.Version))
	}
	if p.Arch != "amd64" && p.Arch != "arm64" {
		errs = append(errs, fmt.Errorf("Arch: %q is neither amd64 nor arm64", p.Arch))
	}
	if p.Time.IsZero() {
		errs = append(errs, errors.New("Time is missing: without it no two packages are alike"))
	}
	for shell := range shells {
		if len(p.Completes[shell]) == 0 {
			errs = append(errs, fmt.Errorf("Completes: %s is missing", shell))
		}
	}
	for name, text := range map[string][]byte{"Manual": p.Manual, "Changes": p.Changes, "Readme": p.Readme, "Licenses": p.Licenses, "Bill": p.Bill} {
		if len(text) == 0 {
			errs = append(errs, fmt.Errorf("%s is missing", name))
		}
	}
	if s, err := os.Stat(p.Binary); err != nil || !s.Mode().IsRegular() {
		errs = append(errs, fmt.Errorf("Binary: %q is no file", p.Binary))
	}
	return errors.Join(errs...)
}

// Name is the name of the file, as Debian's tools expect it.
func (p Package) Name() string { return fmt.Sprintf("saccade_%s_%s.deb", p.Version, p.Arch) }

// Write writes the .deb.
func (p Package) Write(w io.Writer) error {
	if err := p.Validate(); err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "saccade-deb-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	s := stage{dir: dir, time: p.Time.UTC().Truncate(time.Second)}
	scripts, err := s.fill(p)
	if err != nil {
		return err
	}
	info := &nfpm.Info{
		Name: "saccade", Arch: p.Arch, Platform: "linux", Version: p.Version, VersionSchema: "none",
		Section: "web", Priority: "optional", Maintainer: "The Saccade authors <saccade@users.noreply.github.com>",
		Description:     description,
		Homepage:        "https://github.com/saccade-dev/saccade",
		DisableGlobbing: true, MTime: s.time,
		Overridables: nfpm.Overridables{
			Depends: []string{"ffmpeg", "adduser"}, Recommends: []string{"chromium"}, Suggests: []string{"postgresql"},
			Contents: s.contents, Scripts: scripts, Deb: nfpm.Deb{Compression: "gzip"},
		},
	}
	if err := (&deb.Deb{}).Package(nfpm.WithDefaults(info), w); err != nil {
		return fmt.Errorf("the package: %w", err)
	}
	return nil
}

// description is what apt shows: a short line, then lines of at most 80 characters.
const description = `predicts where people look in videos, images and web pages
Saccade answers with heat maps and with numbers: where attention goes, which
areas get how much of it, how clear a page is. It runs as a service behind an
HTTP API with an app for browsers, or on files from the command line.
Videos are decoded by ffmpeg; pages are captured by Chromium, where it is
installed.`

// stage is a directory with what goes into the package.
type stage struct {
	dir      string
	time     time.Time
	contents files.Contents
}

// fill stages everything and returns the scripts of the package.
func (s *stage) fill(p Package) (nfpm.Scripts, error) {
	s.contents = append(s.contents, &files.Content{Source: p.Binary, Destination: "/usr/bin/saccade", FileInfo: s.info(0o755)})
	err := errors.Join(
		s.text("saccade.service", "/usr/lib/systemd/system/saccade.service", files.TypeFile),
		s.text("saccade.env", "/etc/saccade/saccade.env", files.TypeConfig),
		s.text("pages.conf", "/usr/share/doc/saccade/examples/pages.conf", files.TypeFile),
		s.text("copyright", "/usr/share/doc/saccade/copyright", files.TypeFile),
		s.text("overrides", "/usr/share/lintian/overrides/saccade", files.TypeFile),
		s.put(p.Readme, "/usr/share/doc/saccade/README.md", files.TypeFile),
		s.squeeze(p.Changes, "/usr/share/doc/saccade/CHANGELOG.md.gz"),
		s.squeeze(p.changelog(s.time), "/usr/share/doc/saccade/changelog.gz"),
		s.squeeze(p.Licenses, "/usr/share/doc/saccade/THIRD-PARTY-LICENSES.txt.gz"),
		s.squeeze(p.Bill, "/usr/share/doc/saccade/saccade.cdx.json.gz"),
		s.squeeze(p.Manual, "/usr/share/man/man1/saccade.1.gz"),
	)
	for shell, place := range shells {
		err = errors.Join(err, s.put(p.Completes[shell], place, files.TypeFile))
	}
	for _, script := range []string{"postinst", "prerm", "postrm"} {
		b, e := texts.ReadFile("files/" + script)
		err = errors.Join(err, e, os.WriteFile(filepath.Join(s.dir, script), b, 0o600))
	}
	return nfpm.Scripts{PostInstall: filepath.Join(s.dir, "postinst"), PreRemove: filepath.Join(s.dir, "prerm"), PostRemove: filepath.Join(s.dir, "postrm")}, err
}

// text stages a file of this package's own.
func (s *stage) text(name, place, kind string) error {
	b, err := texts.ReadFile("files/" + name)
	return errors.Join(err, s.put(b, place, kind))
}

// squeeze stages a text compressed, without a name or a time in it.
func (s *stage) squeeze(text []byte, place string) error {
	var b bytes.Buffer
	z, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
	if err != nil {
		return err
	}
	if _, err := z.Write(text); err != nil {
		return err
	}
	return errors.Join(z.Close(), s.put(b.Bytes(), place, files.TypeFile))
}

// put stages a file. Settings are for root alone: they hold secrets.
func (s *stage) put(b []byte, place, kind string) error {
	mode := os.FileMode(0o644)
	if kind == files.TypeConfig {
		mode = 0o600
	}
	from := filepath.Join(s.dir, strings.ReplaceAll(strings.Trim(place, "/"), "/", "+"))
	s.contents = append(s.contents, &files.Content{Source: from, Destination: place, Type: kind, FileInfo: s.info(mode)})
	return os.WriteFile(from, b, 0o600)
}

func (s *stage) info(mode os.FileMode) *files.ContentFileInfo {
	return &files.ContentFileInfo{Owner: "root", Group: "root", Mode: mode, MTime: s.time}
}

// changelog is the changelog in Debian's form: what this package is, and where the
// changes are listed.
func (p Package) changelog(at time.Time) []byte {
	return fmt.Appendf(nil, "saccade (%s) stable; urgency=medium\n\n  * Changes: /usr/share/doc/saccade/CHANGELOG.md.gz\n\n -- The Saccade authors <saccade@users.noreply.github.com>  %s\n",
		p.Version, at.Format(time.RFC1123Z))
}

var (
	versionForm = regexp.MustCompile(`^[0-9][0-9A-Za-z.+~]*$`)
	tagged      = regexp.MustCompile(`^v?([0-9]+\.[0-9]+\.[0-9]+)(?:-([0-9A-Za-z.]*[A-Za-z][0-9A-Za-z.]*))??(?:-([0-9]+)-g([0-9a-f]+))?(-dirty)?$`)
	unsafeChars = regexp.MustCompile(`[^0-9A-Za-z.+~]`)
)

// Version is the version of a package in Debian's order, of what `git describe --tags
// --always --dirty` says and of the time of the commit: v1.2.0 is 1.2.0, v1.2.0-rc.1 is
// 1.2.0~rc.1, 4 commits later 1.2.0+4.gHASH, and without a tag 0~gitTIME.HASH, which is
// lower than any release.
func Version(described string, commit time.Time) string {
	m := tagged.FindStringSubmatch(described)
	if m == nil {
		return "0~git" + commit.UTC().Format("20060102150405") + "." + unsafeChars.ReplaceAllString(described, ".")
	}
	v := m[1]
	if m[2] != "" {
		v += "~" + m[2]
	}
	if m[3] != "" {
		v += "+" + m[3] + ".g" + m[4]
	}
	if m[5] != "" {
		v += "+dirty"
	}
	return v
}
