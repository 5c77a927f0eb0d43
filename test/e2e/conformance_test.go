package e2e

import (
	"context"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/zot-artifact-store/operator/apis/v1alpha1"
	"github.com/zot-artifact-store/operator/pkg/names"
)

// The suite of the distribution specification runs as a pod: what it asks goes through the cluster's DNS and the store's Service.
var _ = Describe("the OCI distribution conformance suite", Label("full", "conformance"), func() {
	for _, backend := range backends {
		It("passes on "+backend.name+", plain", func(ctx SpecContext) { conform(ctx, backend, false) }, NodeTimeout(specTimeout))
		It("passes on "+backend.name+", with TLS", func(ctx SpecContext) { conform(ctx, backend, true) }, NodeTimeout(specTimeout))
	}
})

// conform makes a store and lets the suite judge its registry.
func conform(ctx context.Context, on backend, secure bool) {
	GinkgoHelper()
	needServers("the conformance suite")
	namespace := newNamespace(ctx, "conformance")
	store := newStore(namespace, "store")
	on.prepare(ctx, store)
	settings := map[string]string{
		"OCI_REGISTRY": fmt.Sprintf("%s:%d", names.Host(namespace, store.Name), registryPort), "OCI_TLS": "disabled",
	}
	if on.deduplicates {
		// zot finds a blob that is deleted in one repository in another one, and links it back when somebody asks for it. The suite
		// has this setting for registries that delete later.
		settings["OCI_API_BLOBS_ATOMIC"] = "false"
	}
	if secure {
		settings["OCI_TLS"] = "enabled"
		serveTLS(ctx, store)
	}
	Expect(env.client.Create(ctx, store)).To(Succeed())
	waitRunning(ctx, store)

	job := readJob(namespace, "conformance")
	container := &job.Spec.Template.Spec.Containers[0]
	for name, value := range settings {
		container.Env = append(container.Env, corev1.EnvVar{Name: name, Value: value})
	}
	printed := runJob(ctx, job)
	counted := count(printed)
	AddReportEntry(fmt.Sprintf("conformance on %s, TLS %t", on.name, secure), counted.String(), ReportEntryVisibilityAlways)
	Expect(counted.Pass).To(BeNumerically(">", 0), "the suite has not run:\n%s", printed)
	// The stand-in knows no referrers: its counts are in the report, and are not judged.
	onlyZotShows("that zot conforms")
	Expect(counted.Fail+counted.Error).To(BeZero(), printed)
	Expect(job.Status.Succeeded).To(Equal(int32(1)), printed)
}

// serveTLS gives the store a certificate, and the suite its authority.
func serveTLS(ctx context.Context, store *v1alpha1.ZotArtifactStore) {
	GinkgoHelper()
	ca := newAuthority("conformance")
	pair := issue(ca, names.Host(store.Namespace, store.Name))
	secret := &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Namespace: store.Namespace, Name: "registry-tls"}, Data: pair.Data()}
	Expect(env.client.Create(ctx, secret)).To(Succeed())
	trusted := &corev1.ConfigMap{
		ObjectMeta: metav1.ObjectMeta{Namespace: store.Namespace, Name: "authority"},
		Data:       map[string]string{"ca-certificates.crt": string(ca.Certificate())},
	}
	Expect(env.client.Create(ctx, trusted)).To(Succeed())
	store.Spec.HTTP = &v1alpha1.HTTPSpec{TLS: &v1alpha1.TLSSpec{CertSecretName: secret.Name}}
}

// verdict is what the suite counted.
type verdict struct {
	Pass, Fail, Error, Skip, Disabled int
}

func (v verdict) String() string {
	return fmt.Sprintf("passed %d, failed %d, errors %d, skipped %d, disabled %d", v.Pass, v.Fail, v.Error, v.Skip, v.Disabled)
}

// countLine is a line of the suite's summary: "  Pass..........................:        123".
var countLine = regexp.MustCompile(`(?m)^\s+(Pass|FAIL|Error|Skip|Disabled)\.*:\s+(\d+)$`)

func count(printed string) verdict {
	out := verdict{}
	for _, line := range countLine.FindAllStringSubmatch(printed, -1) {
		number, err := strconv.Atoi(line[2])
		if err != nil {
			continue
		}
		switch strings.ToLower(line[1]) {
		case "pass":
			out.Pass = number
		case "fail":
			out.Fail = number
		case "error":
			out.Error = number
		case "skip":
			out.Skip = number
		case "disabled":
			out.Disabled = number
		}
	}
	return out
}
