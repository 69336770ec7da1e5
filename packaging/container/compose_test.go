package container_test

import (
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/compose-spec/compose-go/v2/loader"
	"github.com/compose-spec/compose-go/v2/types"
)

// load reads the Compose file as Compose does.
func load(t *testing.T, env types.Mapping) *types.Project {
	t.Helper()
	details := types.ConfigDetails{WorkingDir: ".", ConfigFiles: []types.ConfigFile{{Filename: "compose.yaml"}}, Environment: env}
	p, err := loader.LoadWithContext(t.Context(), details, func(o *loader.Options) { o.SetProjectName("saccade", true) })
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// TestComposeServices: an API, two workers, their database and bucket.
func TestComposeServices(t *testing.T) {
	p := load(t, nil)
	if got := p.ServiceNames(); !slices.Equal(got, []string{"api", "database", "s3", "worker"}) {
		t.Fatalf("services are %v", got)
	}
	workers := p.Services["worker"]
	if n := workers.GetScale(); n != 2 {
		t.Errorf("%d workers", n)
	}
	for name, s := range p.Services {
		if s.MemLimit == 0 || s.PidsLimit == 0 {
			t.Errorf("%s has no limits", name)
		}
		if s.HealthCheck == nil && name != "s3" { // whose image has one
			t.Errorf("%s is not checked", name)
		}
		if s.Restart != "unless-stopped" {
			t.Errorf("%s is not started again", name)
		}
		if s.Logging == nil || s.Logging.Options["max-size"] == "" {
			t.Errorf("the log of %s grows for ever", name)
		}
		for _, port := range s.Ports {
			if port.HostIP != "127.0.0.1" {
				t.Errorf("port %s of %s is open to all", port.Published, name)
			}
		}
	}
}

// TestComposeShutIn: whoever reads files that nobody checked has no rights.
func TestComposeShutIn(t *testing.T) {
	p := load(t, nil)
	for _, name := range []string{"api", "worker", "s3"} {
		s := p.Services[name]
		if !s.ReadOnly || !slices.Equal(s.CapDrop, []string{"ALL"}) || !slices.Contains(s.SecurityOpt, "no-new-privileges:true") || s.Privileged {
			t.Errorf("%s is not shut in", name)
		}
		if name != "s3" && s.User != "10001:10001" {
			t.Errorf("%s runs as %q", name, s.User)
		}
		if listen := s.Environment["SACCADE_LISTEN"]; name != "s3" && (listen == nil || !strings.HasPrefix(*listen, ":")) {
			t.Errorf("%s listens on a loopback address, and need not confine ffmpeg there", name)
		}
	}
}

// TestComposeSecrets: secrets are files, and no variable holds one.
func TestComposeSecrets(t *testing.T) {
	p := load(t, nil)
	if len(p.Secrets) != 4 {
		t.Errorf("%d secrets", len(p.Secrets))
	}
	for name, s := range p.Secrets {
		if !strings.HasSuffix(s.File, "secrets/"+name) {
			t.Errorf("%s is %q", name, s.File)
		}
	}
	for name, s := range p.Services {
		for variable, value := range s.Environment {
			secret := strings.Contains(variable, "PASSWORD") || strings.Contains(variable, "KEY") || strings.Contains(variable, "DATABASE")
			if secret && (value == nil || !strings.HasPrefix(*value, "/run/secrets/")) {
				t.Errorf("%s: %s is no file of a secret", name, variable)
			}
		}
	}
}

// TestComposeOrder: nobody starts before what it needs answers.
func TestComposeOrder(t *testing.T) {
	p := load(t, types.Mapping{"SACCADE_S3_URL": "https://s3.example.com"})
	for _, name := range []string{"api", "worker"} {
		s := p.Services[name]
		for _, other := range []string{"database", "s3"} {
			if s.DependsOn[other].Condition != "service_healthy" {
				t.Errorf("%s does not wait for %s", name, other)
			}
		}
		if v := s.Environment["SACCADE_STORAGE"]; v == nil || !strings.HasSuffix(*v, "&public=https://s3.example.com") {
			t.Errorf("%s: the bucket's address does not say how clients reach it", name)
		}
	}
}

// TestDockerfile: the image is nobody's in particular, and says how it is.
func TestDockerfile(t *testing.T) {
	b, err := os.ReadFile("Dockerfile")
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(string(b), "\n")
	for _, want := range []string{"USER 10001:10001", "VOLUME /data", `ENTRYPOINT ["saccade"]`, "ARG BASE=debian:bookworm-slim"} {
		if !slices.Contains(lines, want) {
			t.Errorf("no line %q", want)
		}
	}
	if !strings.Contains(string(b), `HEALTHCHECK`) || !strings.Contains(string(b), `CMD ["saccade", "health", "--ready"]`) {
		t.Error("the image does not say how it is")
	}
}
