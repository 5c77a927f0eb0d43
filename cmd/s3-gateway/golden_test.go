package main

import (
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/zot-artifact-store/operator/pkg/handover"
	"github.com/zot-artifact-store/operator/pkg/s3gateway"
	"github.com/zot-artifact-store/operator/test/authority"
)

// written is the document as the operator's golden files have it.
var written = regexp.MustCompile(`- name: ` + s3gateway.ConfigEnv + `\s+value: '(.*)'`)

// What the operator writes is what the gateway starts with: every golden file, with all Secrets and ConfigMaps that it names. Before a
// bucket or a container that nobody has it serves its state, and says which one it misses.
func TestItStartsWithWhatTheOperatorWrites(t *testing.T) {
	files, err := filepath.Glob("../../test/fixtures/*/extensions.yaml")
	if err != nil {
		t.Fatal(err)
	}
	started := 0
	for _, file := range files {
		content, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		found := written.FindSubmatch(content)
		if found == nil {
			continue
		}
		started++
		t.Run(filepath.Base(filepath.Dir(file)), func(t *testing.T) {
			document := strings.ReplaceAll(string(found[1]), "''", "'")
			config, err := s3gateway.Decode(document)
			if err != nil {
				t.Fatal(err)
			}
			dir := t.TempDir()
			mountAll(t, dir, config)
			p := begin(t, dir, document)
			switch {
			case config.S3 != nil:
				missed(t, p.ready(http.StatusServiceUnavailable), config.S3.Bucket)
			case config.Azure != nil:
				missed(t, p.ready(http.StatusServiceUnavailable), config.Azure.Container)
			default:
				p.ready(http.StatusOK)
			}
		})
	}
	if started < 5 {
		t.Errorf("%d golden files have an S3 gateway", started)
	}
}

func missed(t *testing.T, told, name string) {
	t.Helper()
	if !strings.Contains(told, `"`+name+`"`) {
		t.Errorf("got %s, want it to name %s", told, name)
	}
}

// mountAll mounts what a configuration names.
func mountAll(t *testing.T, dir string, config s3gateway.Config) {
	t.Helper()
	certificate, key := pair(t)
	for _, credential := range config.Credentials() {
		for _, source := range credential.Sources {
			value := "value"
			switch source.Purpose {
			case handover.PurposeCertificate, handover.PurposeCertificates:
				value = certificate
			case handover.PurposePrivateKey:
				value = key
			default:
			}
			file := filepath.Join(dir, "secrets", source.Secret, source.Keys[0])
			if source.ConfigMap != "" {
				file = filepath.Join(dir, "configmaps", source.ConfigMap, source.Keys[0])
			}
			mount(t, file, value)
		}
	}
}

// pair makes a certificate and its key.
func pair(t *testing.T) (certificate, key string) {
	t.Helper()
	made, err := authority.New("authority of the test")
	if err != nil {
		t.Fatal(err)
	}
	issued, err := made.Issue(time.Hour, "localhost")
	if err != nil {
		t.Fatal(err)
	}
	return string(issued.Certificate), string(issued.Key)
}
