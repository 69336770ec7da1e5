package operator_test

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/alecthomas/kong"

	"github.com/saccade-dev/saccade/cmd/saccade/operator"
	"github.com/saccade-dev/saccade/internal/httpfront/tlstest"
)

// parse reads a command line and its environment as the program does.
func parse(t *testing.T, into any, args ...string) error {
	t.Helper()
	parser, err := kong.New(into, kong.DefaultEnvars("SACCADE"), kong.Exit(func(int) {}))
	if err != nil {
		t.Fatal(err)
	}
	_, err = parser.Parse(args)
	return err
}

func TestTrustProxy(t *testing.T) {
	for arg, want := range map[string]string{
		"":                                   "{false []}",
		"--trust-proxy":                      "{true []}",
		"--trust-proxy=true":                 "{true []}",
		"--trust-proxy=false":                "{false []}",
		"--trust-proxy=10.1.2.3":             "{false [10.1.2.3/32]}",
		"--trust-proxy=10.1.0.0/16, fd00::1": "{false [10.1.0.0/16 fd00::1/128]}",
	} {
		var flags struct{ operator.Door }
		err := parse(t, &flags, strings.Fields(strings.ReplaceAll(arg, ", ", ","))...)
		if got := fmt.Sprint(flags.TrustProxy); err != nil || got != want {
			t.Errorf("%s: %s, %v; want %s", arg, got, err, want)
		}
	}
	for value, want := range map[string]string{"true": "{true []}", "1": "{true []}", "false": "{false []}", "127.0.0.1,10.0.0.0/8": "{false [127.0.0.1/32 10.0.0.0/8]}"} {
		t.Setenv("SACCADE_TRUST_PROXY", value)
		var flags struct{ operator.Door }
		err := parse(t, &flags)
		if got := fmt.Sprint(flags.TrustProxy); err != nil || got != want {
			t.Errorf("SACCADE_TRUST_PROXY=%s: %s, %v; want %s", value, got, err, want)
		}
	}
}

func TestDoorFaults(t *testing.T) {
	for arg, want := range map[string]string{
		"--trust-proxy=proxy.example": "SACCADE_TRUST_PROXY",
		"--trust-proxy=0.0.0.0/0":     "would trust everybody",
		"--trust-proxy=10.0.0.1,":     "SACCADE_TRUST_PROXY",
		"--tls-cert=a.pem":            "SACCADE_TLS_KEY",
		"--tls-key=a.pem":             "SACCADE_TLS_CERT",
	} {
		var flags struct{ operator.Door }
		if err := parse(t, &flags, arg); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v; want %s", arg, err, want)
		}
	}
}

func TestDoorDoctor(t *testing.T) {
	dir := t.TempDir()
	d := operator.Door{TLSCert: filepath.Join(dir, "cert.pem"), TLSKey: filepath.Join(dir, "key.pem")}
	says := func(publicURL, want string) {
		t.Helper()
		checks := d.Doctor(publicURL)
		if len(checks) != 1 || checks[0].OK || !strings.Contains(checks[0].Detail, want) {
			t.Errorf("%+v, want %s", checks, want)
		}
	}
	says("", "no such file")
	tlstest.Write(t, d.TLSCert, d.TLSKey, "saccade.example") // for an hour
	says("https://saccade.example", "renew it now")
	if checks := (operator.Door{}).Doctor("https://saccade.example"); checks != nil {
		t.Errorf("without a certificate: %v", checks)
	}
}
