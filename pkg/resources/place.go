package resources

import (
	"strings"

	"github.com/zot-artifact-store/operator/apis/v1alpha1"
	"github.com/zot-artifact-store/operator/pkg/defaults"
	"github.com/zot-artifact-store/operator/pkg/names"
)

// Place is where a store keeps something: a volume, a bucket or a container. Two zots in one place collect each other's blobs and
// lose each other's tags.
type Place struct {
	// Kind is what the place is, for people: "claim" or "bucket", for example.
	Kind string
	// Name tells the place from all others of its kind: for people, too.
	Name string
}

// ClaimName is the claim with the volume of a store: its own, the one that the spec names, or none.
func ClaimName(store string, storage *v1alpha1.StorageSpec) string {
	switch {
	case storage == nil:
		return names.Claim(store)
	case defaults.Ephemeral(*storage):
		return ""
	case storage.ExistingClaim != "":
		return storage.ExistingClaim
	default:
		return names.Claim(store)
	}
}

// Holder is another store that had a place of this one before it, nil if there is none. all may hold this one, and must hold every
// store of its namespace. The age decides and not whose name a claim has: a store that runs is not to be touched by one that is made
// later.
func Holder(store *v1alpha1.ZotArtifactStore, all []v1alpha1.ZotArtifactStore) (*v1alpha1.ZotArtifactStore, Place) {
	for _, place := range places(store) {
		for i := range all {
			other := &all[i]
			if before(other, store) && holds(other, place, store.Namespace) {
				return other, place
			}
		}
	}
	return nil, Place{}
}

// claimKind is the only kind of which each namespace has its own.
const claimKind = "claim"

func holds(other *v1alpha1.ZotArtifactStore, wanted Place, namespace string) bool {
	for _, place := range places(other) {
		if place == wanted && (place.Kind != claimKind || other.Namespace == namespace) {
			return true
		}
	}
	return false
}

func places(store *v1alpha1.ZotArtifactStore) []Place {
	var out []Place
	if claim := ClaimName(store.Name, store.Spec.Storage); claim != "" {
		out = append(out, Place{claimKind, claim})
	}
	storage := store.Spec.Storage
	switch {
	case storage == nil:
	case storage.S3 != nil && storage.S3.ObjectBucketClaim != "":
		out = append(out, Place{"object bucket claim", storage.S3.ObjectBucketClaim + " in namespace " + store.Namespace})
	case storage.S3 != nil:
		out = append(out, Place{"bucket", storage.S3.Bucket + " at " + s3Server(storage.S3.Endpoint)})
	case storage.Azure != nil:
		out = append(out, Place{"container", storage.Azure.Container + " of account " + storage.Azure.AccountName})
	case storage.GCP != nil:
		out = append(out, googleBucket(storage.GCP.Bucket))
	}
	return append(out, s3Places(store)...)
}

func googleBucket(bucket string) Place { return Place{"bucket", bucket + " of Google Cloud"} }

// s3Places are those of the S3 API: another store's registry may not be behind it.
func s3Places(store *v1alpha1.ZotArtifactStore) []Place {
	if !defaults.S3APIOn(store.Spec) {
		return nil
	}
	storage := store.Spec.Extensions.S3API.Storage
	switch {
	case storage != nil && storage.S3 != nil:
		if server := s3Server(storage.S3.Endpoint); server != googleS3 {
			return []Place{{"bucket", storage.S3.Bucket + " at " + server}}
		}
		return []Place{googleBucket(storage.S3.Bucket)}
	case storage != nil && storage.Azure != nil:
		return []Place{{"container", storage.Azure.Container + " of account " + storage.Azure.AccountName}}
	default:
		return []Place{{claimKind, names.S3Claim(store.Name)}}
	}
}

// googleS3 is where Google Cloud Storage speaks the S3 protocol.
const googleS3 = "storage.googleapis.com"

// s3Server is the host of an endpoint. All of Amazon's lead to the same buckets.
func s3Server(endpoint string) string {
	parsed, err := defaults.S3Endpoint(endpoint)
	if err != nil {
		return endpoint
	}
	if endpoint == "" || strings.HasSuffix(strings.ToLower(parsed.Hostname()), ".amazonaws.com") {
		return "Amazon S3"
	}
	return strings.ToLower(parsed.Host)
}

// before says which of two stores is older. None is older than itself.
func before(a, b *v1alpha1.ZotArtifactStore) bool {
	if !a.CreationTimestamp.Equal(&b.CreationTimestamp) {
		return a.CreationTimestamp.Before(&b.CreationTimestamp)
	}
	if a.Namespace != b.Namespace {
		return a.Namespace < b.Namespace
	}
	return a.Name < b.Name
}
