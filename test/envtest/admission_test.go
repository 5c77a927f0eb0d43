package envtest

import (
	"context"
	"os"
	"path/filepath"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	autoscalingv1 "k8s.io/api/autoscaling/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/yaml"

	"github.com/zot-artifact-store/operator/apis/v1alpha1"
)

var _ = Describe("Admission", func() {
	It("takes every spec of the user's document as it is printed", func(ctx SpecContext) {
		files, err := filepath.Glob(repository("pkg", "validation", "testdata", "document", "*.yaml"))
		Expect(err).NotTo(HaveOccurred())
		Expect(files).NotTo(BeEmpty())
		in := namespace(ctx)
		for _, file := range files {
			data, err := os.ReadFile(file)
			Expect(err).NotTo(HaveOccurred())
			store := &v1alpha1.ZotArtifactStore{}
			Expect(yaml.UnmarshalStrict(data, store)).To(Succeed(), file)
			store.Namespace, store.Name = in, strings.TrimSuffix(filepath.Base(file), ".yaml")
			create(ctx, store)
			Expect(store.Spec.Image.Repository).NotTo(BeEmpty(), "what must not move later is kept")
			Expect(store.Spec.Storage.Size).NotTo(BeNil())
		}
	})

	It("takes every sample", func(ctx SpecContext) {
		files, err := filepath.Glob(repository("config", "samples", "zotartifactstore_*.yaml"))
		Expect(err).NotTo(HaveOccurred())
		Expect(files).NotTo(BeEmpty())
		for _, file := range files {
			for _, document := range documents(file) {
				Expect(admin.Patch(ctx, document, client.Apply, client.FieldOwner("kubectl"), //nolint:staticcheck // As kubectl does.
					client.FieldValidation(metav1.FieldValidationStrict))).To(Succeed(), file)
				if document.GetKind() == v1alpha1.GroupKind.Kind {
					DeferCleanup(func(ctx SpecContext) { Expect(admin.Delete(ctx, document)).To(Succeed()) })
				}
			}
		}
	})

	DescribeTable("refuses, and says what is wrong and what to write",
		func(ctx SpecContext, spoil func(*v1alpha1.ZotArtifactStore), message string) {
			store := filesystemStore(namespace(ctx), "refused")
			spoil(store)
			err := admin.Create(ctx, store)
			Expect(err).To(MatchError(apierrors.IsInvalid, "IsInvalid"))
			Expect(err).To(MatchError(ContainSubstring(message)))
		},
		Entry("a second replica", func(s *v1alpha1.ZotArtifactStore) { s.Spec.Replicas = new(int32(2)) },
			"spec.replicas is more than 1, which needs an object store and a database"),
		Entry("type s3 without its block", func(s *v1alpha1.ZotArtifactStore) { s.Spec.Storage.Type = v1alpha1.StorageS3 },
			"spec.storage.s3 must be set when spec.storage.type is s3, and only then"),
		Entry("a block of another type", func(s *v1alpha1.ZotArtifactStore) {
			s.Spec.Storage.GCP = &v1alpha1.GCPStorageSpec{Bucket: "artifacts"}
		}, "spec.storage.gcp must be set when spec.storage.type is gcp, and only then"),
		Entry("sign-in without anything to sign in with", func(s *v1alpha1.ZotArtifactStore) {
			s.Spec.Extensions = &v1alpha1.ExtensionsSpec{RBAC: &v1alpha1.RBACSpec{}}
		}, "set spec.extensions.rbac.keycloak, or enabled: false"),
		Entry("a name that is too long", func(s *v1alpha1.ZotArtifactStore) { s.Name = strings.Repeat("a", 41) },
			"metadata.name is longer than 40 characters"),
		Entry("a name that no Service can have", func(s *v1alpha1.ZotArtifactStore) { s.Name = "1st" },
			"metadata.name must start with a letter"),
		Entry("what only the webhook knows", func(s *v1alpha1.ZotArtifactStore) {
			s.Spec.Resources = &v1alpha1.ResourceRequirements{
				Requests: &v1alpha1.ResourceAmounts{Memory: new(resource.MustParse("2Gi"))},
				Limits:   &v1alpha1.ResourceAmounts{Memory: new(resource.MustParse("1Gi"))},
			}
		}, "lower the request or raise the limit"),
	)

	It("refuses a second replica also through scale, where no webhook is asked", func(ctx SpecContext) {
		store := filesystemStore(namespace(ctx), "scaled")
		create(ctx, store)
		scale := &autoscalingv1.Scale{}
		Expect(admin.SubResource("scale").Get(ctx, store, scale)).To(Succeed())
		scale.Spec.Replicas = 2
		err := admin.SubResource("scale").Update(ctx, store, client.WithSubResourceBody(scale))
		Expect(err).To(MatchError(ContainSubstring("spec.replicas is more than 1, which needs an object store and a database")))
	})

	It("refuses another type of storage, and lets every deletion pass", func(ctx SpecContext) {
		store := filesystemStore(namespace(ctx), "moved")
		Expect(admin.Create(ctx, store)).To(Succeed())
		store.Spec.Storage.Type, store.Spec.Storage.GCP = v1alpha1.StorageGCP, &v1alpha1.GCPStorageSpec{Bucket: "artifacts"}
		Expect(admin.Update(ctx, store)).To(MatchError(ContainSubstring("spec.storage.type cannot be changed")))
		Expect(admin.Delete(ctx, store)).To(Succeed())
	})

	It("warns of what works and surprises", func(ctx SpecContext) {
		store := filesystemStore(namespace(ctx), "warned")
		store.Spec.Storage.Ephemeral = new(true)
		heard := &warnings{}
		config := *adminConfig
		config.WarningHandlerWithContext = heard
		listening, err := client.New(&config, client.Options{Scheme: admin.Scheme()})
		Expect(err).NotTo(HaveOccurred())
		Expect(listening.Create(ctx, store)).To(Succeed())
		DeferCleanup(func(ctx SpecContext) { Expect(admin.Delete(ctx, store)).To(Succeed()) })
		Expect(heard.text).To(ContainElement(ContainSubstring("spec.storage.ephemeral")))
	})
})

// warnings keeps what the API server warns of.
type warnings struct{ text []string }

func (w *warnings) HandleWarningHeaderWithContext(_ context.Context, _ int, _ string, text string) {
	w.text = append(w.text, text)
}
