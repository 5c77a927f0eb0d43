package main

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"k8s.io/client-go/rest"

	"github.com/zot-artifact-store/operator/pkg/resources"
)

func TestParseProxy(t *testing.T) {
	want := resources.Proxy{HTTP: "http://proxy:3128", HTTPS: "http://proxy:3129", Direct: ".svc,10.0.0.0/8"}
	for name, environment := range map[string]map[string]string{
		"as OLM writes it": {"HTTP_PROXY": want.HTTP, "HTTPS_PROXY": want.HTTPS, "NO_PROXY": want.Direct},
		"in lower case":    {"http_proxy": want.HTTP, "https_proxy": want.HTTPS, "no_proxy": want.Direct},
		"in both": {
			"HTTP_PROXY": want.HTTP, "http_proxy": "http://other", "HTTPS_PROXY": want.HTTPS, "https_proxy": "http://other",
			"NO_PROXY": want.Direct, "no_proxy": "other",
		},
	} {
		o, err := parsed(environment)
		if err != nil || o.proxy != want {
			t.Errorf("%s: got %+v, %v", name, o.proxy, err)
		}
	}
	if o, err := parsed(nil); err != nil || o.proxy != (resources.Proxy{}) {
		t.Errorf("without: got %+v, %v", o.proxy, err)
	}
}

// A proxy that nobody could use keeps the operator from starting, with an error that names the variable and nothing of its value.
func TestParseRefusesProxies(t *testing.T) {
	for name, environment := range map[string]map[string]string{
		"HTTP_PROXY":  {"HTTP_PROXY": "http://user:hid%x-den@proxy:3128", "http_proxy": "http://proxy:3128"},
		"http_proxy":  {"http_proxy": "http://user:hid den@proxy:3128"},
		"HTTPS_PROXY": {"HTTP_PROXY": "http://proxy:3128", "HTTPS_PROXY": "http://user:hid#den@proxy:3128"},
		"https_proxy": {"https_proxy": "ftp://user:hid@proxy:3128"},
	} {
		o, err := parsed(environment)
		if err == nil || !strings.Contains(err.Error(), "environment "+name+" is no address") {
			t.Errorf("%s: got %+v, %v", name, o.proxy, err)
			continue
		}
		for _, part := range []string{"hid", "den", "user", "3128", "ftp"} {
			if strings.Contains(err.Error(), part) {
				t.Errorf("%s: the error shows %q of the value: %v", name, part, err)
			}
		}
	}
}

func TestTheAPIServerIsAskedDirectly(t *testing.T) {
	proxied := options{namespace: "operators", proxy: resources.Proxy{HTTPS: "http://proxy:3128"}}
	config := &rest.Config{}
	direct(config, proxied)
	if config.Proxy == nil {
		t.Fatal("the environment decides")
	}
	if by, err := config.Proxy(&http.Request{}); by != nil || err != nil {
		t.Errorf("by %v, %v", by, err)
	}

	outside, without := proxied, proxied
	outside.namespace, without.proxy = "", resources.Proxy{}
	for name, o := range map[string]options{"outside of a cluster": outside, "without a proxy": without} {
		config := &rest.Config{}
		if direct(config, o); config.Proxy != nil {
			t.Errorf("%s: not as the kubeconfig and the environment say", name)
		}
	}
	own := &url.URL{Host: "own"}
	config = &rest.Config{Proxy: http.ProxyURL(own)}
	direct(config, proxied)
	if by, err := config.Proxy(&http.Request{}); by != own || err != nil {
		t.Errorf("a kubeconfig's own proxy became %v, %v", by, err)
	}
}
