// Package chart_test renders the chart and holds every object against what it must say.
// There is no cluster here: that the objects do what they say was not run.
package chart_test

import (
	"cmp"
	"maps"
	"path"
	"slices"
	"strings"
	"testing"

	"helm.sh/helm/v3/pkg/chart/loader"
	"helm.sh/helm/v3/pkg/chartutil"
	"helm.sh/helm/v3/pkg/engine"
	"sigs.k8s.io/yaml"
)

// object is a rendered object.
type object map[string]any

// get follows names and indexes into an object; nil is what is not there.
func get(v any, way ...any) any {
	for _, step := range way {
		switch s := step.(type) {
		case string:
			switch m := v.(type) {
			case map[string]any:
				v = m[s]
			case object:
				v = m[s]
			default:
				return nil
			}
		case int:
			list, _ := v.([]any)
			if s >= len(list) {
				return nil
			}
			v = list[s]
		}
	}
	return v
}

// needed are the values that have no default.
func needed() map[string]any {
	return map[string]any{"database": map[string]any{"secret": "rows"}, "bucket": map[string]any{"url": "s3://designs?endpoint=https://s3.example.com", "secret": "keys"}}
}

// with adds values to those that are needed.
func with(more map[string]any) map[string]any { return chartutil.CoalesceTables(more, needed()) }

// render returns the objects by kind and the end of their names.
func render(values map[string]any) (map[string]object, error) {
	c, err := loader.Load(".")
	if err != nil {
		return nil, err
	}
	all, err := chartutil.ToRenderValues(c, values, chartutil.ReleaseOptions{Name: "eyes", Namespace: "design", IsInstall: true, Revision: 1}, chartutil.DefaultCapabilities)
	if err != nil {
		return nil, err
	}
	files, err := engine.Render(c, all)
	if err != nil {
		return nil, err
	}
	out := map[string]object{}
	for _, name := range slices.Sorted(maps.Keys(files)) {
		if path.Ext(name) != ".yaml" {
			continue
		}
		for text := range strings.SplitSeq(files[name], "\n---\n") {
			var o object
			if err := yaml.UnmarshalStrict([]byte(text), &o); err != nil {
				return nil, err
			}
			kind, _ := o["kind"].(string)
			full, _ := get(o, "metadata", "name").(string)
			out[kind+"/"+full[strings.LastIndex(full, "-")+1:]] = o
		}
	}
	return out, nil
}

func rendered(t *testing.T, values map[string]any) map[string]object {
	t.Helper()
	objects, err := render(values)
	if err != nil {
		t.Fatal(err)
	}
	return objects
}

// rule is what one place of an object must hold.
type rule struct {
	way  []any
	want any
}

// hold compares places of an object.
func hold(t *testing.T, objects map[string]object, name string, rules []rule) {
	t.Helper()
	o := objects[name]
	if o == nil {
		t.Errorf("there is no %s", name)
		return
	}
	for _, r := range rules {
		if got := get(o, r.way...); got != r.want {
			t.Errorf("%s: %v is %v, want %v", name, r.way, got, r.want)
		}
	}
}

// TestObjects: what there is by default, and nothing else.
func TestObjects(t *testing.T) {
	want := []string{
		"Deployment/api", "Deployment/worker", "HorizontalPodAutoscaler/worker", "NetworkPolicy/api", "NetworkPolicy/worker",
		"PodDisruptionBudget/api", "PodDisruptionBudget/worker", "Service/api",
	}
	if got := slices.Sorted(maps.Keys(rendered(t, needed()))); !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

// TestPods: both deployments are shut in, checked, bounded, and get secrets by name.
func TestPods(t *testing.T) {
	objects := rendered(t, needed())
	for _, role := range []string{"api", "worker"} {
		pod := func(way ...any) []any { return append([]any{"spec", "template", "spec"}, way...) }
		box := func(way ...any) []any { return pod(append([]any{"containers", 0}, way...)...) }
		hold(t, objects, "Deployment/"+role, []rule{
			{[]any{"apiVersion"}, "apps/v1"},
			{[]any{"spec", "selector", "matchLabels", "app.kubernetes.io/component"}, role},
			{[]any{"spec", "template", "metadata", "labels", "app.kubernetes.io/component"}, role},
			{pod("automountServiceAccountToken"), false},
			{pod("securityContext", "runAsNonRoot"), true},
			{pod("securityContext", "runAsUser"), 10001.0},
			{pod("securityContext", "fsGroup"), 10001.0},
			{pod("securityContext", "seccompProfile", "type"), "RuntimeDefault"},
			{box("securityContext", "allowPrivilegeEscalation"), false},
			{box("securityContext", "readOnlyRootFilesystem"), true},
			{box("securityContext", "capabilities", "drop", 0), "ALL"},
			{box("startupProbe", "httpGet", "path"), "/healthz"},
			{box("livenessProbe", "httpGet", "path"), "/healthz"}, // a busy or cut-off process is not killed for it
			{box("readinessProbe", "httpGet", "path"), "/readyz"},
			{box("ports", 0, "containerPort"), 8080.0},
			{box("volumeMounts", 0, "mountPath"), "/data"},
			{box("volumeMounts", 1, "mountPath"), "/tmp"},
			{box("args", 0), map[string]string{"api": "serve", "worker": "worker"}[role]},
			{box("image"), "ghcr.io/saccade-dev/saccade:0"},
		})
		o := objects["Deployment/"+role]
		for _, bound := range []string{"requests", "limits"} {
			if get(o, box("resources", bound, "memory")...) == nil {
				t.Errorf("%s: no memory among the %s", role, bound)
			}
		}
		env := map[string]any{}
		list, _ := get(o, box("env")...).([]any)
		for _, e := range list {
			env[get(e, "name").(string)] = cmp.Or(get(e, "value"), get(e, "valueFrom", "secretKeyRef", "name"))
		}
		for name, want := range map[string]string{"SACCADE_DATABASE": "rows", "AWS_ACCESS_KEY_ID": "keys", "AWS_SECRET_ACCESS_KEY": "keys", "SACCADE_STORAGE": "s3://designs?endpoint=https://s3.example.com"} {
			if env[name] != want {
				t.Errorf("%s: %s is %v, want %s", role, name, env[name], want)
			}
		}
	}
	hold(t, objects, "Deployment/api", []rule{{[]any{"spec", "replicas"}, 2.0}})
	hold(t, objects, "Deployment/worker", []rule{ // the autoscaler's alone
		{[]any{"spec", "replicas"}, nil}, {[]any{"spec", "template", "spec", "terminationGracePeriodSeconds"}, 120.0}})
}

// TestScaling: by the age of the oldest analysis that waits, up at once and down slowly.
func TestScaling(t *testing.T) {
	hold(t, rendered(t, needed()), "HorizontalPodAutoscaler/worker", []rule{
		{[]any{"apiVersion"}, "autoscaling/v2"},
		{[]any{"spec", "scaleTargetRef", "kind"}, "Deployment"},
		{[]any{"spec", "scaleTargetRef", "name"}, "eyes-worker"},
		{[]any{"spec", "minReplicas"}, 2.0},
		{[]any{"spec", "maxReplicas"}, 20.0},
		{[]any{"spec", "metrics", 0, "type"}, "External"},
		{[]any{"spec", "metrics", 0, "external", "metric", "name"}, "saccade_queue_oldest_seconds"},
		{[]any{"spec", "metrics", 0, "external", "target", "value"}, "30"},
		{[]any{"spec", "behavior", "scaleDown", "stabilizationWindowSeconds"}, 600.0},
	})
	off := rendered(t, with(map[string]any{"autoscaling": map[string]any{"enabled": false}, "worker": map[string]any{"replicas": 7}}))
	hold(t, off, "Deployment/worker", []rule{{[]any{"spec", "replicas"}, 7.0}})
	if off["HorizontalPodAutoscaler/worker"] != nil {
		t.Error("an autoscaler although it is off")
	}
}

// TestAround: the service, its ways in and how many pods may be away at a time.
func TestAround(t *testing.T) {
	objects := rendered(t, with(map[string]any{
		"networkPolicy": map[string]any{"metricsFrom": []any{map[string]any{"namespaceSelector": map[string]any{}}}},
		"ingress":       map[string]any{"enabled": true, "host": "saccade.example.com", "tlsSecret": "tls"},
		"publicURL":     "https://saccade.example.com",
	}))
	hold(t, objects, "Service/api", []rule{
		{[]any{"spec", "type"}, "ClusterIP"}, {[]any{"spec", "ports", 0, "targetPort"}, "http"}, {[]any{"spec", "selector", "app.kubernetes.io/component"}, "api"}})
	for _, role := range []string{"api", "worker"} {
		hold(t, objects, "PodDisruptionBudget/"+role, []rule{
			{[]any{"spec", "maxUnavailable"}, 1.0}, {[]any{"spec", "selector", "matchLabels", "app.kubernetes.io/component"}, role}})
		hold(t, objects, "NetworkPolicy/"+role, []rule{
			{[]any{"spec", "policyTypes", 0}, "Ingress"}, {[]any{"spec", "policyTypes", 1}, nil}, {[]any{"spec", "podSelector", "matchLabels", "app.kubernetes.io/component"}, role},
			{[]any{"spec", "ingress", 0, "ports", 0, "port"}, "http"}})
	}
	hold(t, objects, "Ingress/api", []rule{
		{[]any{"spec", "rules", 0, "host"}, "saccade.example.com"}, {[]any{"spec", "tls", 0, "secretName"}, "tls"},
		{[]any{"spec", "rules", 0, "http", "paths", 0, "backend", "service", "name"}, "eyes-api"}})
	shut := rendered(t, with(map[string]any{"networkPolicy": map[string]any{"egress": []any{map[string]any{"ports": []any{map[string]any{"port": 5432}}}}}}))
	hold(t, shut, "NetworkPolicy/worker", []rule{
		{[]any{"spec", "policyTypes", 1}, "Egress"}, {[]any{"spec", "egress", 0, "ports", 0, "port"}, 5432.0}, {[]any{"spec", "ingress", 0}, nil}})
}

// TestRefused: what is missing or wrong is said before anything is made.
func TestRefused(t *testing.T) {
	for name, c := range map[string]struct {
		values map[string]any
		says   string
	}{
		"nothing":        {map[string]any{}, "secret"},
		"no bucket":      {map[string]any{"database": map[string]any{"secret": "rows"}}, "bucket"},
		"a path":         {with(map[string]any{"bucket": map[string]any{"url": "/data"}}), "url"},
		"root":           {with(map[string]any{"runAsUser": 0}), "runAsUser"},
		"no hosts":       {with(map[string]any{"ingress": map[string]any{"enabled": true}}), "host"},
		"trailing slash": {with(map[string]any{"publicURL": "https://saccade.example.com/"}), "publicURL"},
	} {
		if _, err := render(c.values); err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v; want one that names %q", name, err, c.says)
		}
	}
}
