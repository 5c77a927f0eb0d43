package main

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/zot-artifact-store/operator/pkg/handover"
)

// What only a real zot can show: with the entry that the agent writes each member finds which one it is, and what one is asked about a
// repository of the other it passes on, by the certificate that both serve. They share no storage here, so that what is found on both
// is found at its owner.
func TestRealZotsAreMembers(t *testing.T) {
	binary := os.Getenv("ZOT_BIN")
	if binary == "" {
		t.Skip("needs zot: set ZOT_BIN to a zot binary")
	}
	cert, key := certificate(t, 1)
	addresses := []string{freeAddress(t), freeAddress(t)}
	var members []*operand
	for i := range addresses {
		members = append(members, newMember(t, binary, addresses, i, cert, key))
	}
	for _, member := range members {
		member.eventually("zot serves", func() bool { return member.status("", "") == http.StatusOK })
	}
	const repositories = 8
	for i := range repositories {
		name := fmt.Sprintf("team/app-%d", i)
		for _, at := range members {
			at.pushManifest(name, "tag-"+at.registry[strings.LastIndex(at.registry, ":")+1:])
		}
		first, second := members[0].tags(name), members[1].tags(name)
		if first != second || strings.Count(first, "tag-") != len(members) {
			t.Errorf("%s: one has %s, the other %s", name, first, second)
		}
	}
	var owned []int
	for _, member := range members {
		kept, err := filepath.Glob(filepath.Join(member.root, "data", "team", "*"))
		member.must(err)
		owned = append(owned, len(kept))
	}
	if owned[0]+owned[1] != repositories || owned[0] == 0 || owned[1] == 0 {
		t.Errorf("members keep %v repositories, want each of %d at one of them", owned, repositories)
	}
}

// newMember starts one of the members, as the agent has told it.
func newMember(t *testing.T, binary string, addresses []string, ordinal int, cert, key string) *operand {
	t.Helper()
	o := &operand{binary: binary, registry: addresses[ordinal]}
	o.pod = newPod(t, handover.Boot{}, handover.Live{})
	run := func(name string) string { return filepath.Join(o.root, "run", name) }
	var entries []any
	for _, address := range addresses {
		_, port, err := net.SplitHostPort(address)
		o.must(err)
		entries = append(entries, "localhost:"+port)
	}
	_, port, err := net.SplitHostPort(o.registry)
	o.must(err)
	boot, err := handover.EncodeBoot(handover.Boot{
		Zot: map[string]any{
			"storage": map[string]any{"rootDirectory": filepath.Join(o.root, "data")},
			"cluster": map[string]any{
				"members": entries, "hashKey": "0123456789abcdef", "tls": map[string]any{
					"cert": run(handover.TLSCertFile), "key": run(handover.TLSKeyFile), "cacert": run(handover.TLSCertFile),
				},
			},
			"http": map[string]any{
				"address": "127.0.0.1", "port": port,
				"tls": map[string]any{"cert": run(handover.TLSCertFile), "key": run(handover.TLSKeyFile)},
			},
		},
		Credentials: []handover.Credential{handover.WithAuthority(handover.TLS("tls", "tls"))},
	})
	o.must(err)
	o.write("boot/boot.json", string(boot))
	o.write("secrets/tls/tls.crt", cert)
	o.write("secrets/tls/tls.key", key)
	agent := o.agent("init")
	agent.Env = append(agent.Env, fmt.Sprintf("%s=store-%d", handover.PodEnv, ordinal))
	if said, err := agent.CombinedOutput(); err != nil {
		t.Fatalf("init: %v\n%s", err, said)
	}
	o.start()
	return o
}

// pushManifest sends an image of nothing but its configuration.
func (o *operand) pushManifest(repository, tag string) {
	o.t.Helper()
	config := "{}"
	sum := sha256.Sum256([]byte(config))
	digest := "sha256:" + hex.EncodeToString(sum[:])
	o.send(http.MethodPost, "/v2/"+repository+"/blobs/uploads/?digest="+digest, "application/octet-stream", config)
	o.send(http.MethodPut, "/v2/"+repository+"/manifests/"+tag, "application/vnd.oci.image.manifest.v1+json", fmt.Sprintf(
		`{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","config":`+
			`{"mediaType":"application/vnd.oci.image.config.v1+json","digest":%q,"size":%d},"layers":[],"annotations":{"tag":%q}}`,
		digest, len(config), tag))
}

func (o *operand) tags(repository string) string {
	o.t.Helper()
	return o.send(http.MethodGet, "/v2/"+repository+"/tags/list", "", "")
}

// send gives the answer, which must be no refusal.
func (o *operand) send(method, path, kind, body string) string {
	o.t.Helper()
	request, err := http.NewRequestWithContext(o.t.Context(), method, "https://"+o.registry+path, strings.NewReader(body))
	o.must(err)
	request.Header.Set("Content-Type", kind)
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true, TLSClientConfig: trustAll()}}
	answer, err := client.Do(request)
	o.must(err)
	defer func() { _ = answer.Body.Close() }()
	said, err := io.ReadAll(answer.Body)
	o.must(err)
	if answer.StatusCode >= http.StatusBadRequest {
		o.t.Fatalf("%s %s: %s %s", method, path, answer.Status, said)
	}
	return string(said)
}
