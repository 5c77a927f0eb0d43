package pod

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/yaml"

	"github.com/zot-artifact-store/operator/test/fixtures"
)

// The samples that are about what zot does start as they are published, with the ConfigMaps in them.
func TestSamples(t *testing.T) {
	for _, sample := range []string{"mirror", "supplychain"} {
		t.Run(sample, func(t *testing.T) {
			c := fixtures.Load(t, "sample-"+sample)
			p := New(t, c.Store.Name)
			data, err := os.ReadFile(filepath.Join("..", "..", "config", "samples", "zotartifactstore_"+sample+".yaml"))
			p.must(err)
			for document := range strings.SplitSeq(string(data), "\n---\n") {
				var config corev1.ConfigMap
				if !strings.Contains(document, "\nkind: ConfigMap\n") {
					continue
				}
				p.must(yaml.UnmarshalStrict([]byte(document), &config))
				p.ConfigMap(config.Name, config.Data)
			}
			p.Apply(c.Store.Spec)
			_, err = p.Push(User{}, "app", "v1")
			if mayPush := sample == "supplychain"; mayPush != (err == nil) {
				t.Errorf("a push of somebody who does not sign in: %v", err)
			}
			p.Serving()
		})
	}
}
