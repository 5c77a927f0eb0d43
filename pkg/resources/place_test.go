package resources_test

import (
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/zot-artifact-store/operator/apis/v1alpha1"
	"github.com/zot-artifact-store/operator/pkg/resources"
)

// Two stores in one place lose artifacts: the younger one must be told so, and no other.
func TestHolder(t *testing.T) {
	s3 := func(endpoint, bucket string) *v1alpha1.StorageSpec {
		return &v1alpha1.StorageSpec{Type: "s3", S3: &v1alpha1.S3StorageSpec{Endpoint: endpoint, Bucket: bucket}}
	}
	azure := func(account, container string) *v1alpha1.StorageSpec {
		return &v1alpha1.StorageSpec{Type: "azure", Azure: &v1alpha1.AzureStorageSpec{AccountName: account, Container: container}}
	}
	gcp := func(bucket string) *v1alpha1.StorageSpec {
		return &v1alpha1.StorageSpec{Type: "gcp", GCP: &v1alpha1.GCPStorageSpec{Bucket: bucket}}
	}
	claim := func(name string) *v1alpha1.StorageSpec { return &v1alpha1.StorageSpec{ExistingClaim: name} }
	for name, tc := range map[string]struct {
		older, younger *v1alpha1.StorageSpec
		// elsewhere puts the older store into another namespace.
		elsewhere bool
		want      string
	}{
		"volumes of their own":             {nil, nil, false, ""},
		"its claim by name":                {nil, claim("older-data"), false, "claim older-data"},
		"a claim that both name":           {claim("a"), claim("a"), false, "claim a"},
		"a claim of the name elsewhere":    {claim("a"), claim("a"), true, ""},
		"an ephemeral one of the name":     {&v1alpha1.StorageSpec{Ephemeral: new(true)}, claim("older-data"), false, ""},
		"a bucket":                         {s3("https://s3.example.com", "a"), s3("s3.example.com", "a"), false, "bucket a at s3.example.com"},
		"a bucket, elsewhere":              {s3("https://s3.example.com/", "a"), s3("s3.example.com", "a"), true, "bucket a at s3.example.com"},
		"another bucket":                   {s3("s3.example.com", "a"), s3("s3.example.com", "b"), false, ""},
		"the bucket of another server":     {s3("s3.example.com", "a"), s3("s3.example.com:9000", "a"), false, ""},
		"Amazon by two names":              {s3("", "a"), s3("s3.eu-west-1.amazonaws.com", "a"), true, "bucket a at Amazon S3"},
		"a container":                      {azure("x", "a"), azure("x", "a"), true, "container a of account x"},
		"the container of another account": {azure("x", "a"), azure("y", "a"), false, ""},
		"a bucket of Google Cloud":         {gcp("a"), gcp("a"), true, "bucket a of Google Cloud"},
		"buckets of two clouds":            {gcp("a"), s3("", "a"), false, ""},
	} {
		t.Run(name, func(t *testing.T) {
			stores := []v1alpha1.ZotArtifactStore{
				{ObjectMeta: metav1.ObjectMeta{Namespace: "team", Name: "older", CreationTimestamp: metav1.Unix(1, 0)}},
				{ObjectMeta: metav1.ObjectMeta{Namespace: "team", Name: "younger", CreationTimestamp: metav1.Unix(2, 0)}},
			}
			stores[0].Spec.Storage, stores[1].Spec.Storage = tc.older, tc.younger
			if tc.elsewhere {
				stores[0].Namespace = "elsewhere"
			}
			if other, place := resources.Holder(&stores[0], stores); other != nil {
				t.Errorf("the older store is told of %v", place)
			}
			other, place := resources.Holder(&stores[1], stores)
			if got := place.Kind + " " + place.Name; (other == nil) != (tc.want == "") || other != nil && got != tc.want {
				t.Errorf("got %q, want %q", got, tc.want)
			}
		})
	}
}
