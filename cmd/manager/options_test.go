package main

import (
	"flag"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/zot-artifact-store/operator/pkg/defaults"
	"github.com/zot-artifact-store/operator/pkg/version"
)

var digest = "sha256:" + strings.Repeat("1", 64)

// parsed is the result of a command line and an environment.
func parsed(environment map[string]string, args ...string) (options, error) {
	flags := flag.NewFlagSet("manager", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	return parse(flags, args, func(name string) string { return environment[name] })
}

func TestParseDefaults(t *testing.T) {
	o, err := parsed(nil)
	if err != nil {
		t.Fatal(err)
	}
	if !o.webhooks || o.leaderElection || o.selfManagedCertificates || o.verbosity != 0 {
		t.Errorf("got %+v", o)
	}
	if o.metricsAddress != ":8443" || o.probeAddress != ":8081" || o.webhookPort != 9443 {
		t.Errorf("addresses: %+v", o)
	}
	if len(o.watchNamespaces) != 0 {
		t.Errorf("not every namespace is watched: %v", o.watchNamespaces)
	}
	if o.defaults != defaults.Upstream() {
		t.Errorf("defaults: %+v", o.defaults)
	}
	if want := version.AgentImage + ":" + version.Version; o.agentImage != want {
		t.Errorf("agent: got %s, want %s", o.agentImage, want)
	}
}

func TestParse(t *testing.T) {
	o, err := parsed(map[string]string{
		"POD_NAMESPACE":     "operators",
		"WATCH_NAMESPACE":   "one, two,,",
		"AGENT_IMAGE":       "mirror:5000/operator@sha256:00",
		"RELATED_IMAGE_ZOT": "mirror:5000/zot:v2.1.20@" + digest,
	}, "--leader-elect", "--self-managed-certificates", "--webhooks=false", "--webhook-port=1", "--metrics-bind-address=0",
		"--health-probe-bind-address=:2", "--v=1")
	if err != nil {
		t.Fatal(err)
	}
	if !o.leaderElection || !o.selfManagedCertificates || o.webhooks || o.webhookPort != 1 || o.metricsAddress != "0" ||
		o.probeAddress != ":2" || o.verbosity != 1 {
		t.Errorf("flags: %+v", o)
	}
	if o.namespace != "operators" || !slices.Equal(o.watchNamespaces, []string{"one", "two"}) {
		t.Errorf("namespaces: %s, %v", o.namespace, o.watchNamespaces)
	}
	if o.agentImage != "mirror:5000/operator@sha256:00" {
		t.Errorf("agent: %s", o.agentImage)
	}
	if (o.defaults.ZotImage != defaults.ImageRef{Repository: "mirror:5000/zot", Tag: "v2.1.20", Digest: digest}) ||
		o.zotImage != "mirror:5000/zot:v2.1.20@"+digest {
		t.Errorf("zot: %+v, %s", o.defaults.ZotImage, o.zotImage)
	}
}

func TestParseRefuses(t *testing.T) {
	for name, tc := range map[string]struct {
		environment map[string]string
		args        []string
		want        string
	}{
		"a flag that there is not":          {nil, []string{"--nonsense"}, "nonsense"},
		"leader election without namespace": {nil, []string{"--leader-elect"}, "POD_NAMESPACE"},
		"a certificate without namespace":   {nil, []string{"--self-managed-certificates"}, "POD_NAMESPACE"},
		"a bare digest":                     {map[string]string{"RELATED_IMAGE_ZOT": "zot@sha256:11"}, nil, "RELATED_IMAGE_ZOT"},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := parsed(tc.environment, tc.args...); err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("got %v, want something about %s", err, tc.want)
			}
		})
	}
}

func TestSplit(t *testing.T) {
	for image, want := range map[string][3]string{
		"zot:v1":                          {"zot", "v1", ""},
		"ghcr.io/project-zot/zot:v2.1.20": {"ghcr.io/project-zot/zot", "v2.1.20", ""},
		"localhost:5000/zot:v1":           {"localhost:5000/zot", "v1", ""},
		"localhost:5000/zot:v1@" + digest: {"localhost:5000/zot", "v1", digest},
	} {
		ref, err := split(image)
		if got := [3]string{ref.Repository, ref.Tag, ref.Digest}; err != nil || got != want {
			t.Errorf("%s: got %v, %v; want %v", image, got, err, want)
		}
	}
	for image, want := range map[string]string{
		"":                               "not of the form",
		"zot":                            "not of the form",
		"zot:":                           "not of the form",
		":v1":                            "not of the form",
		"localhost:5000/zot":             "not of the form",
		"zot:v1@":                        "no digest behind the @",
		"zot:v1@sha256:abcde":            "no digest behind the @",
		"zot@sha256:abcde":               "a digest and no tag",
		"localhost:5000/zot@sha256:abcd": "a digest and no tag",
	} {
		if ref, err := split(image); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, %v; want an error with %q", image, ref, err, want)
		}
	}
}
