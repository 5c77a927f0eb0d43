package pod

import (
	"encoding/json"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"testing"

	"sigs.k8s.io/yaml"

	"github.com/zot-artifact-store/operator/apis/v1alpha1"
	"github.com/zot-artifact-store/operator/pkg/defaults"
	"github.com/zot-artifact-store/operator/pkg/names"
	"github.com/zot-artifact-store/operator/pkg/resources"
	"github.com/zot-artifact-store/operator/test/outside"
)

// prometheus is a running one.
type prometheus struct {
	t       *testing.T
	address string
}

// scrape starts Prometheus with the configuration that its operator would make of the store's ServiceMonitor. What that refers to is
// given by object and key.
func scrape(p *Pod, binary string, spec v1alpha1.ZotArtifactStoreSpec, refers map[string]map[string]string) prometheus {
	p.t.Helper()
	folder := p.t.TempDir()
	data, err := json.Marshal(resources.ServiceMonitor(resources.Input{
		Name: p.store.Name, Namespace: Namespace, Component: "extensions", Spec: defaults.Effective(spec, defaults.Upstream()),
	}))
	p.must(err)
	type key struct{ Name, Key string }
	var monitor struct {
		Spec struct {
			Endpoints []struct {
				Path, Scheme string
				BasicAuth    *struct{ Username, Password key }
				Relabelings  []struct{ TargetLabel, Replacement string }
				TLSConfig    *struct {
					ServerName string
					CA         struct{ Secret, ConfigMap *key }
				}
			}
		}
	}
	p.must(json.Unmarshal(data, &monitor))
	endpoint := monitor.Spec.Endpoints[0]
	job := map[string]any{
		"job_name": p.store.Name, "metrics_path": endpoint.Path, "scheme": endpoint.Scheme, "scrape_interval": "1s", "scrape_timeout": "1s",
		"static_configs": []any{map[string]any{"targets": []any{p.Address()}}},
	}
	var relabel []any
	for _, rule := range endpoint.Relabelings {
		relabel = append(relabel, map[string]any{"target_label": rule.TargetLabel, "replacement": rule.Replacement})
	}
	job["relabel_configs"] = relabel
	if auth := endpoint.BasicAuth; auth != nil {
		job["basic_auth"] = map[string]any{
			"username": refers[auth.Username.Name][auth.Username.Key], "password": refers[auth.Password.Name][auth.Password.Key],
		}
	}
	if tls := endpoint.TLSConfig; tls != nil {
		ca := filepath.Join(folder, "ca.crt")
		p.must(os.WriteFile(ca, []byte(refers[tls.CA.ConfigMap.Name][tls.CA.ConfigMap.Key]), 0o600))
		job["tls_config"] = map[string]any{"ca_file": ca, "server_name": tls.ServerName}
	}
	config, err := yaml.Marshal(map[string]any{"scrape_configs": []any{job}})
	p.must(err)
	file := filepath.Join(folder, "prometheus.yml")
	p.must(os.WriteFile(file, config, 0o600))
	out := prometheus{t: p.t, address: outside.FreeAddress(p.t)}
	outside.Start(p.t, nil, binary, "--config.file="+file, "--storage.tsdb.path="+filepath.Join(folder, "data"),
		"--web.listen-address="+out.address)
	return out
}

// value is that of the only series of an expression, with its labels; no labels if there is none.
func (m prometheus) value(expression string) (labels map[string]string, value string) {
	response, err := http.Get("http://" + m.address + "/api/v1/query?query=" + url.QueryEscape(expression))
	if err != nil {
		return nil, ""
	}
	defer func() { _ = response.Body.Close() }()
	var answer struct {
		Data struct {
			Result []struct {
				Metric map[string]string
				Value  []any
			}
		}
	}
	if json.NewDecoder(response.Body).Decode(&answer) != nil || len(answer.Data.Result) != 1 {
		return nil, ""
	}
	value, _ = answer.Data.Result[0].Value[1].(string)
	return answer.Data.Result[0].Metric, value
}

func (m prometheus) sees(p *Pod, up string) {
	p.t.Helper()
	p.Eventually("Prometheus finds that the store's figures are up: "+up, func() bool {
		labels, value := m.value("up")
		return labels["store"] == p.store.Name && value == up
	})
}

// A real Prometheus reads the figures of a store that lets one user do so, at a path of the user's, with the certificate of an authority
// of the user's.
func TestPrometheus(t *testing.T) {
	p := New(t, "measured")
	binary := Program(t, "prometheus")
	authority := outside.NewAuthority(t)
	certificate, key, err := authority.Issue(names.Host(Namespace, p.store.Name))
	p.must(err)
	p.Secret("users", map[string]string{"htpasswd": "prometheus:" + hashes["one"] + "\nann:" + hashes["one"]})
	p.Secret("certificate", map[string]string{"tls.crt": certificate, "tls.key": key})
	spec := Spec(t, `
auth: {htpasswd: {secretName: users}}
http: {tls: {certSecretName: certificate}}
accessControl: {metrics: {users: [prometheus]}}
extensions:
  metrics:
    prometheus: {path: /internal/figures}
    serviceMonitor: {basicAuthSecretName: scraper, caConfigMapName: authority}`)
	p.Apply(spec)
	refers := map[string]map[string]string{
		"scraper": {"username": "prometheus", "password": "one"}, "authority": {"ca.crt": authority.Certificate},
	}
	reader := scrape(p, binary, spec, refers)
	reader.sees(p, "1")
	if labels, value := reader.value("zot_info"); labels["store"] != p.store.Name || value == "" {
		t.Errorf("zot_info is %q with %v", value, labels)
	}
	// Somebody else who signs in reads nothing.
	refers["scraper"]["username"] = "ann"
	scrape(p, binary, spec, refers).sees(p, "0")
	p.Serving()
}

// A store that says nothing about its figures lets everybody read them, whoever else has to sign in.
func TestPrometheusWithoutAUser(t *testing.T) {
	p := New(t, "open")
	binary := Program(t, "prometheus")
	p.Secret("users", map[string]string{"htpasswd": "ann:" + hashes["one"]})
	spec := Spec(t, "auth: {htpasswd: {secretName: users}}\nextensions: {metrics: {}}")
	p.Apply(spec)
	if status := p.Status(http.MethodGet, "/v2/"); status != http.StatusUnauthorized {
		t.Errorf("the registry answers %d to somebody who does not sign in", status)
	}
	scrape(p, binary, spec, nil).sees(p, "1")
}
