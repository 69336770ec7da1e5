package state_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/saccade-dev/saccade/internal/blob/s3/s3test"
	"github.com/saccade-dev/saccade/internal/state"
	"github.com/saccade-dev/saccade/internal/store"
	"github.com/saccade-dev/saccade/internal/store/storetest"
)

// verdicts are the checks by name.
func verdicts(checks []state.Check) map[string]state.Check {
	found := map[string]state.Check{}
	for _, c := range checks {
		found[c.Name] = c
	}
	return found
}

func TestDoctorOnDatabase(t *testing.T) {
	c := state.Config{Data: t.TempDir(), Database: storetest.Config(t, store.DriverPostgres).DSN}
	got := verdicts(c.Doctor(t.Context(), "http://127.0.0.1:8080"))
	for _, name := range []string{"database", "clock of the database"} {
		if v := got[name]; !v.OK || !v.Needed {
			t.Errorf("%s: %+v", name, v)
		}
	}
	for _, address := range []string{"postgres://nobody:secret@127.0.0.1:1/x", "sqlite:x", "x"} {
		c.Database = address
		v := verdicts(c.Doctor(t.Context(), ""))["database"]
		if v.OK || !v.Needed || v.Detail == "" || strings.Contains(v.Detail, "secret@") {
			t.Errorf("%s: %+v", address, v)
		}
	}
}

func TestDoctorOnBucket(t *testing.T) {
	server, err := s3test.Start("127.0.0.1:0")
	if err != nil {
		t.Skipf("no S3 service here (%v); make test installs versitygw", err)
	}
	t.Cleanup(server.Remove)
	bucket, err := s3test.NewBucket(t.Context(), server.Address)
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("AWS_ACCESS_KEY_ID", s3test.AccessKey)
	t.Setenv("AWS_SECRET_ACCESS_KEY", s3test.SecretKey)
	c := state.Config{Data: t.TempDir(), Storage: fmt.Sprintf("s3://%s/a?endpoint=%s", bucket.Bucket, server.Address)}
	got := verdicts(c.Doctor(t.Context(), "https://saccade.example.com"))
	if v := got["bucket"]; !v.OK || !v.Needed {
		t.Errorf("%+v", v)
	}
	if v := got["bucket CORS"]; v.OK || v.Needed || !strings.Contains(v.Detail, "https://saccade.example.com") {
		t.Errorf("%+v", v)
	}
	if v, found := got["clock of the bucket"]; found && !v.OK {
		t.Errorf("%+v", v)
	}
	t.Setenv("AWS_SECRET_ACCESS_KEY", "wrong")
	if v := verdicts(c.Doctor(t.Context(), ""))["bucket"]; v.OK || !v.Needed {
		t.Errorf("a wrong key: %+v", v)
	}
	server.Stop()
}

// TestDoctorOfOneMachine: what is in the data directory is tried by using it.
func TestDoctorOfOneMachine(t *testing.T) {
	if got := (state.Config{Data: t.TempDir()}).Doctor(t.Context(), ""); len(got) != 0 {
		t.Errorf("%+v", got)
	}
}
