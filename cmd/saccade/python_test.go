package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// pythonTests runs a class of python/test_saccade_client.py by Debian's Python,
// or skips where it or requests is missing.
func pythonTests(t *testing.T, class string, env ...string) {
	t.Helper()
	const python = "/usr/bin/python3"
	if out, err := exec.Command(python, "-c", "import requests").CombinedOutput(); err != nil {
		t.Skipf("%s with requests is missing (apt install python3-requests): %v %s", python, err, out)
	}
	page := filepath.Join(t.TempDir(), "page.png")
	if err := drawPage(page); err != nil {
		t.Fatal(err)
	}
	video, err := filepath.Abs("../../examples/sample.webm")
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(python, "-B", "-m", "unittest", "-v", "test_saccade_client."+class)
	cmd.Dir = "../../python"
	cmd.Env = append(append(os.Environ(), "SACCADE_VIDEO="+video, "SACCADE_IMAGE="+page), env...)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Errorf("%v\n%s", err, out)
	}
	t.Logf("%s", out)
}

// TestPythonOnVendor: the Python client sends the vendor nothing that the
// vendor does not document, and names what goes wrong.
func TestPythonOnVendor(t *testing.T) {
	v := newVendor(t, "")
	pythonTests(t, "Vendor", "SACCADE_URL="+v.URL, "SACCADE_TOKEN="+vendorToken)
	for mode, code := range map[string]string{"full": "over_capacity", "refusing": "invalid_input_configuration", "expired": "resource_gone",
		"failing": "server_error", "foreign": "foreign", "foreign JSON": "foreign", "proxy": "server_error"} {
		v := newVendor(t, mode)
		pythonTests(t, "Misbehaving", "SACCADE_URL="+v.URL, "SACCADE_TOKEN="+vendorToken, "SACCADE_EXPECT="+code)
	}
}
