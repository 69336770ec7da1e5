// Package node is one process of a service: it wires the packages together, as the
// configuration says.
//
// The contract: a node answers requests (API), runs jobs (the slots of its worker), or
// both. Nodes of one service have the same state ([state.Config]) and nothing else in
// common; any of them may end at any time. What a node lacks is made when it starts.
package node

import (
	"encoding"
	"errors"
	"fmt"
	"math"
	"net"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"github.com/saccade-dev/saccade/internal/advice"
	"github.com/saccade-dev/saccade/internal/attention"
	"github.com/saccade-dev/saccade/internal/state"
	"github.com/saccade-dev/saccade/internal/store"
	"github.com/saccade-dev/saccade/internal/store/quota"
)

// Config is what an operator may choose. Start from [DefaultConfig].
type Config struct {
	State      state.Config
	API        bool   // answer requests of clients; else, with Listen, of probes alone
	Work       bool   // run jobs
	Listen     string // address and port; empty: no port is opened
	TLSCert    string // file of the certificate, with those that sign it (PEM); empty: plain HTTP
	TLSKey     string // file of its key (PEM)
	MaxQueue   int
	Quota      quota.Limits  // of accounts without quotas of their own
	VideoTTL   time.Duration // of uploads of videos, after the end of their analysis; 0: for ever
	AuditTTL   time.Duration // of the log of who did what; 0: for ever
	DiskBudget int64         // bytes that uploads and results may take; 0: as many as there is room for
	ResultTTL  time.Duration // of images and pages; 0: for ever
	Model      string
	Encoder    string // of composites: ffmpeg.EncoderLibvpx or ffmpeg.EncoderVAAPI; "": the former
	Videos     Slots  // analyses of videos at a time
	Images     Slots  // analyses of images and pages at a time
	Webhooks   Slots  // deliveries at a time
	Allow      []string
	Unconfined bool // decode videos even where ffmpeg cannot be confined
	Grace      time.Duration
	Phrasing   advice.PhrasingConfig
	Version    string
}

// DefaultConfig is a service in one process.
func DefaultConfig() Config {
	return Config{State: state.DefaultConfig(), API: true, Work: true, Listen: "127.0.0.1:8080", MaxQueue: 1000,
		ResultTTL: time.Hour, AuditTTL: store.DefaultConfig().AuditTTL, Model: attention.NeuralName, Grace: 30 * time.Second, Version: "dev"}
}

// Validate reports all that no other package judges.
func (c Config) Validate() error {
	var errs []error
	if !c.API && !c.Work {
		errs = append(errs, errors.New("API and Work (--role, SACCADE_ROLE) are both off: this process would do nothing"))
	}
	if c.API && c.Listen == "" {
		errs = append(errs, errors.New("Listen (--listen, SACCADE_LISTEN) is missing"))
	}
	if (c.TLSCert == "") != (c.TLSKey == "") {
		errs = append(errs, errors.New("TLSCert and TLSKey (--tls-cert, SACCADE_TLS_CERT; --tls-key, SACCADE_TLS_KEY) go together: one of them is missing"))
	}
	if c.Grace < 0 {
		errs = append(errs, errors.New("Grace (--grace, SACCADE_GRACE) must not be negative"))
	}
	if c.Work && c.Videos == None && c.Images == None && c.Webhooks == None {
		errs = append(errs, errors.New("Videos, Images and Webhooks (--videos, --images, --webhooks) are all none: this process would do nothing"))
	}
	return errors.Join(append(errs, c.Videos.Validate("videos"), c.Images.Validate("images"), c.Webhooks.Validate("webhooks"), c.Quota.Validate(), c.State.Validate())...)
}

// Slots is how many jobs of a kind run at a time: 0 is as many as suit the machine. As
// text it is auto, none or a number.
type Slots int

// None is no slots at all.
const None Slots = math.MinInt32

var _ encoding.TextUnmarshaler = (*Slots)(nil)

// maxSlots is more than any machine has use for.
const maxSlots = 1000

// UnmarshalText reads auto, none or a number. One that is too small is left to
// [Slots.Validate].
func (s *Slots) UnmarshalText(text []byte) error {
	switch string(text) {
	case "auto":
		*s = 0
		return nil
	case "none":
		*s = None
		return nil
	}
	n, err := strconv.Atoi(string(text))
	if err != nil || n > maxSlots || n <= int(None) {
		return fmt.Errorf("%q is none of: none, auto, a number to %d", text, maxSlots)
	}
	*s = Slots(n)
	return nil
}

// Validate reports a number that is too small, naming the flag and its variable.
func (s Slots) Validate(flag string) error {
	if s < 0 && s != None {
		return fmt.Errorf("--%s (SACCADE_%s) must not be negative", flag, strings.ToUpper(flag))
	}
	return nil
}

// or returns the number of slots, where automatic is the one that suits the machine.
func (s Slots) or(automatic int) int {
	switch {
	case s < 0:
		return 0
	case s > 0:
		return int(s)
	}
	return automatic
}

// Local reports whether only this machine can reach an address to listen on.
func Local(listen string) bool {
	host, _, err := net.SplitHostPort(listen)
	if err != nil {
		return false
	}
	ip, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && ip.IsLoopback()
}
