package resources_test

import (
	"net/url"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/http/httpproxy"
	coreac "k8s.io/client-go/applyconfigurations/core/v1"

	"github.com/zot-artifact-store/operator/pkg/resources"
	"github.com/zot-artifact-store/operator/test/fixtures"
)

// Whatever an administrator writes, programs with these variables ask the cluster and the pod itself directly, and everybody else as he says.
func TestProxyIsForWhatIsOutside(t *testing.T) {
	const loose = " .corp.example.com, 10.0.0.0/8 ,,"
	for direct, also := range map[string]string{"": "https://s3.example.com", loose: "https://registry.corp.example.com"} {
		complete := resources.Proxy{HTTP: "http://proxy:3128", HTTPS: "http://proxy:3129", Direct: direct}.Completed("cluster.example")
		ask := (&httpproxy.Config{HTTPProxy: complete.HTTP, HTTPSProxy: complete.HTTPS, NoProxy: complete.Direct}).ProxyFunc()
		by := func(address string) string {
			parsed, err := url.Parse(address)
			if err != nil {
				t.Fatal(err)
			}
			got, err := ask(parsed)
			if err != nil {
				t.Fatal(err)
			}
			if got == nil {
				return ""
			}
			return got.String()
		}
		for _, address := range []string{
			"http://localhost:5000", "http://127.0.0.1", "http://[::1]:8079", "https://minio.storage.svc:9000",
			"https://minio.storage.svc.cluster.example", "http://my-store-member-1.team-a.svc:8080", "http://169.254.169.254/latest",
			"http://169.254.170.23", "http://[fd00:ec2::254]", "http://metadata.google.internal",
		} {
			if got := by(address); got != "" {
				t.Errorf("NO_PROXY %q: %s is asked by %s", direct, address, got)
			}
		}
		if got := by("https://ghcr.io"); got != "http://proxy:3129" {
			t.Errorf("https is asked by %q", got)
		}
		if got := by("http://registry.example.com"); got != "http://proxy:3128" {
			t.Errorf("http is asked by %q", got)
		}
		if got := by(also); (got == "") != (direct != "") {
			t.Errorf("NO_PROXY %q: %s is asked by %q", direct, also, got)
		}
	}
	if got := (resources.Proxy{Direct: ".corp"}).Completed("cluster.local"); got != (resources.Proxy{}) {
		t.Errorf("no proxy became %+v", got)
	}
}

// Programs look for one spelling or the other, so each container that calls somebody gets both.
func TestProxyIsToldToContainers(t *testing.T) {
	proxy := resources.Proxy{HTTP: "http://proxy:3128", HTTPS: "http://proxy:3129"}.Completed("cluster.local")
	want := map[string]string{
		"HTTP_PROXY": proxy.HTTP, "http_proxy": proxy.HTTP, "HTTPS_PROXY": proxy.HTTPS, "https_proxy": proxy.HTTPS,
		"NO_PROXY": proxy.Direct, "no_proxy": proxy.Direct,
	}
	in, beside := pods(t, fixtures.Load(t, "s3")), pods(t, fixtures.Load(t, "s3-api-bucket"))
	in.Proxy, beside.Proxy = proxy, proxy
	all := containers(resources.StatefulSet(in).Spec.Template.Spec)
	gateway, err := resources.S3Deployment(beside)
	if err != nil {
		t.Fatal(err)
	}
	for _, container := range append(all, containers(gateway.Spec.Template.Spec)...) {
		if got := environment(container); !containsAll(got, want) {
			t.Errorf("container %s has %v", *container.Name, got)
		}
	}

	in.Proxy = resources.Proxy{HTTPS: "http://proxy:3129"}
	got := environment(containers(resources.StatefulSet(in).Spec.Template.Spec)[0])
	if _, there := got["HTTP_PROXY"]; there || got["HTTPS_PROXY"] != "http://proxy:3129" {
		t.Errorf("with one of the two: %v", got)
	}
}

// A store on a volume calls nobody, so that another proxy does not restart it.
func TestProxyIsNotToldToWhoCallsNobody(t *testing.T) {
	for name, wants := range map[string]bool{"minimal": false, "s3": true, "keycloak": true, "mirror": true} {
		in := pods(t, fixtures.Load(t, name))
		before := hashOf(t, in)
		in.Proxy = resources.Proxy{HTTPS: "http://proxy:3128"}.Completed("cluster.local")
		if changed := hashOf(t, in) != before; changed != wants {
			t.Errorf("%s: a proxy restarts it: %v", name, changed)
		}
	}
}

// The store's NetworkPolicies let out to the proxy.
func TestEgressToTheProxy(t *testing.T) {
	for address, want := range map[string]string{
		"http://proxy.example.com:3128":  https + ", any TCP 3128",
		"http://user:secret@proxy:3128/": https + ", any TCP 3128, " + everyPod,
		"proxy.corp.example.com:8080":    https + ", any TCP 8080",
		"https://proxy.corp.example.com": https,
		"http://proxy.corp.example.com":  https + ", any TCP 80",
		"socks5://proxy.example.com":     https + ", any TCP 1080",
		"socks5h://proxy.example.com":    https + ", any TCP 1080",
		"socks5://proxy.example.com:99":  https + ", any TCP 99",
		// What cannot be read opens nothing.
		"http://user:p%ss@proxy:3128": https,
		"http://user:pa#ss@proxy":     https,
		"http://us er@proxy:3128":     https,
		"://":                         https,
		"ftp://proxy:3128":            https,
	} {
		in := pods(t, fixtures.Load(t, "s3")).Input
		in.Proxy = resources.Proxy{HTTPS: address}
		if got := outward(t, policyOf(t, in, "")); got != dnsPort+", "+want {
			t.Errorf("%s: %s", address, got)
		}
	}
	in := pods(t, fixtures.Load(t, "minimal")).Input
	in.Proxy = resources.Proxy{HTTPS: "http://proxy.example.com:3128"}
	if got := outward(t, policyOf(t, in, "")); got != dnsPort {
		t.Errorf("a store that calls nobody: %s", got)
	}
	gateway := pods(t, fixtures.Load(t, "s3-api-bucket")).Input
	gateway.Proxy = resources.Proxy{HTTPS: "http://proxy.example.com:3128"}
	ports := []string{}
	for _, rule := range resources.S3NetworkPolicy(gateway).Spec.Egress {
		for _, port := range rule.Ports {
			ports = append(ports, port.Port.String())
		}
	}
	if !slices.Contains(ports, "3128") {
		t.Errorf("the S3 gateway reaches ports %v", ports)
	}
}

// The operator does not start with an address that no program could use, and shows nothing of it: it may hold a password.
func TestCheckProxy(t *testing.T) {
	for address, want := range map[string]string{
		"http://proxy:3128":                         "",
		"HTTP://proxy":                              "",
		"proxy:3128":                                "",
		"10.0.0.1:3128":                             "",
		"https://[2001:db8::1]:3128/":               "",
		"http://hidden:pa%23%25ss%40@proxy":         "",
		"socks5://proxy":                            "",
		"socks5h://proxy:1080":                      "",
		"http://user:hidden%ss@proxy:3128":          "cannot be read",
		"http://user:hidden#ss@proxy:3128":          "cannot be read",
		"http://user:12#hidden@proxy:3128":          "cannot be read",
		"http://user:12?hidden@proxy:3128":          "cannot be read",
		"http://user:12/hidden@proxy:3128":          "cannot be read",
		"http://us er:hidden@proxy:3128":            "cannot be read",
		"user:gehe im@proxy:3128":                   "cannot be read",
		" http://user:hidden@proxy:3128":            "cannot be read",
		"http://user:hidden@proxy:port":             "cannot be read",
		"ftp://user:hidden@proxy:3128":              "scheme is none of",
		"http://user:hidden@:3128":                  "no host",
		"http://":                                   "no host",
		"http://user:hidden@proxy:0":                "port is not",
		"http://user:hidden@proxy:65536":            "port is not",
		"http://user:hidden@proxy:3128000000000000": "port is not",
	} {
		err := resources.CheckProxy(address)
		if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("%s: %v, want %q", address, err, want)
		}
		if err != nil && (strings.Contains(err.Error(), "hidden") || strings.Contains(err.Error(), "3128")) {
			t.Errorf("%s: the error has something of it: %v", address, err)
		}
	}
}

func environment(container coreac.ContainerApplyConfiguration) map[string]string {
	out := map[string]string{}
	for _, one := range container.Env {
		if one.Value != nil {
			out[*one.Name] = *one.Value
		}
	}
	return out
}

func containsAll(got, want map[string]string) bool {
	for name, value := range want {
		if got[name] != value {
			return false
		}
	}
	return true
}

func hashOf(t *testing.T, in resources.Pods) string {
	t.Helper()
	hash, err := resources.TemplateHash(in)
	if err != nil {
		t.Fatal(err)
	}
	return hash
}
