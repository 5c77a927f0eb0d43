package validation

import (
	"strings"
	"testing"

	"k8s.io/apimachinery/pkg/api/resource"

	"github.com/zot-artifact-store/operator/apis/v1alpha1"
)

// volume is one of class slow.
func volume(grows bool, asks, has string) *Volume {
	return &Volume{Claim: "store-data", Class: "slow", Grows: grows, Asks: resource.MustParse(asks), Has: resource.MustParse(has)}
}

var storageRows = []row{
	{rule: "storage-type"},
	{rule: "storage-type", spec: `storage: {type: filesystem}`},
	{rule: "storage-type", spec: `storage: {type: nfs}`, refused: at("spec.storage.type")},

	{rule: "storage-union", spec: `storage: {size: 1Gi}`},
	{rule: "storage-union", spec: `storage: {type: s3, s3: {bucket: abc, region: us-east-1}}`},
	{rule: "storage-union", spec: `storage: {type: azure, azure: {accountName: abc, container: abc}}`},
	{rule: "storage-union", spec: `storage: {type: gcp, gcp: {bucket: abc}}`},
	{rule: "storage-union", spec: `storage: {type: s3}`, refused: at("spec.storage.s3")},
	{rule: "storage-union", spec: `storage: {type: azure}`, refused: at("spec.storage.azure")},
	{rule: "storage-union", spec: `storage: {type: gcp}`, refused: at("spec.storage.gcp")},
	{rule: "storage-union", spec: `storage: {s3: {bucket: abc}}`, refused: at("spec.storage.s3")},
	{
		rule: "storage-union", spec: `storage: {type: gcp, azure: {accountName: abc, container: abc}}`,
		refused: at("spec.storage.azure", "spec.storage.gcp"),
	},

	{rule: "storage-type-immutable", old: `storage: {type: filesystem}`, spec: `storage: {size: 50Gi}`},
	{rule: "storage-type-immutable", old: gcp("abc"), spec: `storage: {type: gcp, size: 50Gi, gcp: {bucket: abc}}`},
	{
		rule: "storage-type-immutable", old: `storage: {type: filesystem}`, spec: `storage: {type: gcp, gcp: {bucket: abc}}`,
		refused: at("spec.storage.type"),
	},
	{rule: "storage-type-immutable", old: `storage: {type: gcp, gcp: {bucket: abc}}`, spec: `{}`, refused: at("spec.storage.type")},

	{rule: "storage-class", spec: `storage: {storageClassName: standard}`},
	{rule: "storage-class", spec: `storage: {storageClassName: ""}`, refused: at("spec.storage.storageClassName")},
	{rule: "storage-class", spec: `storage: {storageClassName: Fast_SSD}`, refused: at("spec.storage.storageClassName")},

	{rule: "storage-class-immutable", old: `storage: {storageClassName: a}`, spec: `storage: {storageClassName: a}`},
	{
		rule: "storage-class-immutable", old: `storage: {storageClassName: a}`, spec: `storage: {storageClassName: b}`,
		refused: at("spec.storage.storageClassName"),
	},
	{rule: "storage-class-immutable", old: `storage: {storageClassName: a}`, spec: `{}`, refused: at("spec.storage.storageClassName")},
	{
		rule: "storage-class-immutable", old: `storage: {size: 50Gi}`, spec: `storage: {storageClassName: a}`,
		refused: at("spec.storage.storageClassName"),
	},

	{rule: "storage-size", spec: `storage: {size: 1Mi}`},
	{rule: "storage-size", spec: `storage: {size: "0"}`, refused: at("spec.storage.size")},
	{rule: "storage-size", spec: `storage: {size: -1Gi}`, refused: at("spec.storage.size")},
	{rule: "storage-size", spec: `storage: {size: "20"}`, refused: at("spec.storage.size")},

	{rule: "storage-size-shrink", old: `storage: {size: 20Gi}`, spec: `storage: {size: 30Gi}`},
	{rule: "storage-size-shrink", old: `storage: {size: 1Gi}`, spec: `storage: {size: 1024Mi}`},
	{rule: "storage-size-shrink", old: `storage: {size: 20Gi}`, spec: `storage: {size: 19Gi}`, refused: at("spec.storage.size")},
	{rule: "storage-size-shrink", old: `{log: {level: info}}`, spec: `storage: {size: 49Gi}`, refused: at("spec.storage.size")},
	{rule: "storage-size-shrink", old: `storage: {size: 60Gi}`, spec: `{}`, refused: at("spec.storage.size")},
	{rule: "storage-size-shrink", old: `storage: {ephemeral: true, size: 60Gi}`, spec: `storage: {ephemeral: true, size: 1Gi}`},
	{rule: "storage-size-shrink", old: `storage: {existingClaim: a}`, spec: `storage: {existingClaim: a}`},

	{
		rule: "storage-size-shrink", registry: volume(true, "30Gi", "20Gi"),
		old: `storage: {size: 30Gi}`, spec: `storage: {size: 20Gi}`,
	},
	{
		rule: "storage-size-shrink", registry: volume(false, "20Gi", "32Gi"),
		old: `storage: {size: 30Gi}`, spec: `storage: {size: 20Gi}`,
	},
	{
		rule: "storage-size-shrink", registry: volume(true, "30Gi", "20Gi"),
		old: `storage: {size: 30Gi}`, spec: `storage: {size: 19Gi}`, refused: at("spec.storage.size"),
	},

	{rule: "storage-size-grow", registry: volume(true, "20Gi", "20Gi"), old: `storage: {size: 20Gi}`, spec: `storage: {size: 30Gi}`},
	{rule: "storage-size-grow", registry: volume(false, "20Gi", "30Gi"), old: `storage: {size: 20Gi}`, spec: `storage: {size: 30Gi}`},
	{rule: "storage-size-grow", registry: volume(false, "20Gi", "20Gi"), old: `storage: {size: 20Gi}`, spec: `storage: {size: 20Gi}`},
	{rule: "storage-size-grow", registry: volume(false, "20Gi", "20Gi"), old: `storage: {size: 30Gi}`, spec: `storage: {size: 20Gi}`},
	{
		rule: "storage-size-grow", registry: volume(false, "20Gi", "20Gi"),
		old: `storage: {ephemeral: true, size: 20Gi}`, spec: `storage: {ephemeral: true, size: 30Gi}`,
	},
	{
		rule: "storage-size-grow", registry: volume(false, "20Gi", "20Gi"),
		old: `storage: {size: 20Gi}`, spec: `storage: {size: 30Gi}`, refused: at("spec.storage.size"),
	},
	{
		rule: "storage-size-grow", registry: volume(false, "50Gi", "50Gi"),
		old: `{}`, spec: `storage: {size: 60Gi}`, refused: at("spec.storage.size"),
	},

	{rule: "storage-existing-claim", spec: `storage: {existingClaim: data.old}`},
	{rule: "storage-existing-claim", spec: `storage: {type: gcp, existingClaim: data, gcp: {bucket: abc}}`},
	{rule: "storage-existing-claim", spec: `storage: {existingClaim: other/data}`, refused: at("spec.storage.existingClaim")},
	{rule: "storage-existing-claim-alone", spec: `storage: {existingClaim: data, ephemeral: false}`},
	{
		rule:    "storage-existing-claim-alone",
		spec:    `storage: {existingClaim: data, ephemeral: true, size: 1Gi, storageClassName: a, deletionPolicy: Delete}`,
		refused: at("spec.storage.ephemeral", "spec.storage.size", "spec.storage.storageClassName", "spec.storage.deletionPolicy"),
	},
	{rule: "storage-existing-claim-immutable", old: `storage: {existingClaim: a}`, spec: `storage: {existingClaim: a, gc: {}}`},
	{
		rule: "storage-existing-claim-immutable", old: `storage: {existingClaim: a}`, spec: `storage: {existingClaim: b}`,
		refused: at("spec.storage.existingClaim"),
	},
	{rule: "storage-existing-claim-immutable", old: `storage: {existingClaim: a}`, spec: `{}`, refused: at("spec.storage.existingClaim")},
	{rule: "storage-existing-claim-immutable", old: `{}`, spec: `storage: {existingClaim: a}`, refused: at("spec.storage.existingClaim")},

	{rule: "storage-ephemeral-alone", spec: `storage: {ephemeral: true, size: 1Gi}`},
	{
		rule: "storage-ephemeral-alone", spec: `storage: {ephemeral: true, storageClassName: a, deletionPolicy: Retain}`,
		refused: at("spec.storage.storageClassName", "spec.storage.deletionPolicy"),
	},
	{rule: "storage-ephemeral-immutable", old: `storage: {ephemeral: false}`, spec: `{}`},
	{rule: "storage-ephemeral-immutable", old: `storage: {ephemeral: true}`, spec: `{}`, refused: at("spec.storage.ephemeral")},
	{rule: "storage-ephemeral-immutable", old: `{}`, spec: `storage: {ephemeral: true}`, refused: at("spec.storage.ephemeral")},

	{rule: "storage-deletion-policy", spec: `storage: {deletionPolicy: Delete}`},
	{rule: "storage-deletion-policy", old: `storage: {deletionPolicy: Delete}`, spec: `storage: {deletionPolicy: Retain}`},
	{rule: "storage-deletion-policy", spec: `storage: {deletionPolicy: Recycle}`, refused: at("spec.storage.deletionPolicy")},
}

func s3(fields string) string {
	return `storage: {type: s3, s3: {bucket: abc, ` + fields + `}}`
}

func s3Bucketed(bucket string) string {
	return `storage: {type: s3, s3: {region: us-east-1, bucket: "` + bucket + `"}}`
}

func azure(account, container string) string {
	return `storage: {type: azure, azure: {accountName: "` + account + `", container: "` + container + `"}}`
}

func gcp(bucket string) string {
	return `storage: {type: gcp, gcp: {bucket: "` + bucket + `"}}`
}

var objectStoreRows = []row{
	{rule: "s3-bucket", spec: s3Bucketed("my-artifacts.2")},
	{rule: "s3-bucket", spec: s3Bucketed(""), refused: at("spec.storage.s3.bucket")},
	{rule: "s3-bucket", spec: s3Bucketed("ab"), refused: at("spec.storage.s3.bucket")},
	{rule: "s3-bucket", spec: s3Bucketed("s3://abc"), refused: at("spec.storage.s3.bucket")},
	{rule: "s3-bucket", spec: s3Bucketed("My-Artifacts"), refused: at("spec.storage.s3.bucket")},
	{rule: "s3-bucket", spec: s3Bucketed("a..b"), refused: at("spec.storage.s3.bucket")},
	{rule: "s3-bucket", spec: s3Bucketed("10.0.0.1"), refused: at("spec.storage.s3.bucket")},
	{rule: "s3-bucket", spec: s3Bucketed(strings.Repeat("a", 64)), refused: at("spec.storage.s3.bucket")},

	{rule: "s3-path-style", spec: s3(`endpoint: s3.example.com, forcePathStyle: false`)},
	{rule: "s3-path-style", spec: s3(`endpoint: "http://10.0.0.1:9000", forcePathStyle: true`)},
	{rule: "s3-path-style", spec: s3(`endpoint: "10.0.0.1", forcePathStyle: false`), refused: at("spec.storage.s3.forcePathStyle")},
	{rule: "s3-path-style", spec: s3(`endpoint: "[fd00::1]", forcePathStyle: false`), refused: at("spec.storage.s3.forcePathStyle")},
	{rule: "s3-endpoint", spec: s3(`region: us-east-1, endpoint: s3.amazonaws.com`)},
	{rule: "s3-endpoint", spec: s3(`endpoint: "https://s3.example.com:9000"`)},
	{rule: "s3-endpoint", spec: s3(`endpoint: "http://10.0.0.1:9000/"`)},
	{rule: "s3-endpoint", spec: s3(`endpoint: "minio:9000"`)},
	{rule: "s3-endpoint", spec: s3(`endpoint: "ftp://s3.example.com"`), refused: at("spec.storage.s3.endpoint")},
	{rule: "s3-endpoint", spec: s3(`endpoint: "https://s3.example.com/bucket"`), refused: at("spec.storage.s3.endpoint")},
	{rule: "s3-endpoint", spec: s3(`endpoint: "https://key:secret@s3.example.com"`), refused: at("spec.storage.s3.endpoint")},
	{rule: "s3-endpoint", spec: s3(`endpoint: "https://s3.example.com?a=b"`), refused: at("spec.storage.s3.endpoint")},
	{rule: "s3-endpoint", spec: s3(`endpoint: "https://s3.example.com:0"`), refused: at("spec.storage.s3.endpoint")},
	{rule: "s3-endpoint", spec: s3(`endpoint: "https://s3.example.com:"`), refused: at("spec.storage.s3.endpoint")},
	{rule: "s3-endpoint", spec: s3(`endpoint: "https://[fd00::1]:9000"`)},
	{rule: "s3-endpoint", spec: s3(`endpoint: "https://[fd00::1]"`)},
	{rule: "s3-endpoint", spec: s3(`endpoint: "https://[fd00::1]:0"`), refused: at("spec.storage.s3.endpoint")},
	{rule: "s3-endpoint", spec: s3(`endpoint: "S3.example.com"`), refused: at("spec.storage.s3.endpoint")},
	{rule: "s3-endpoint", spec: s3(`endpoint: "https://"`), refused: at("spec.storage.s3.endpoint")},
	{rule: "s3-endpoint", spec: s3(`endpoint: "a b"`), refused: at("spec.storage.s3.endpoint")},

	{rule: "s3-region", spec: s3(`region: us-gov-west-1`)},
	{rule: "s3-region", spec: s3(`endpoint: s3.example.com`)},
	{rule: "s3-region", spec: s3(`endpoint: s3.example.com, region: garage`)},
	{rule: "s3-region", spec: `storage: {type: s3, s3: {bucket: abc}}`, refused: at("spec.storage.s3.region")},
	{rule: "s3-region", spec: s3(`endpoint: s3.eu-west-1.amazonaws.com`), refused: at("spec.storage.s3.region")},
	{rule: "s3-region", spec: s3(`region: Frankfurt`), refused: at("spec.storage.s3.region")},
	{rule: "s3-region", spec: s3(`endpoint: s3.example.com, region: "a b"`), refused: at("spec.storage.s3.region")},
	{rule: "s3-region", spec: s3(`endpoint: s3.example.com, region: ` + strings.Repeat("a", 65)), refused: at("spec.storage.s3.region")},

	{rule: "s3-bucket", spec: claimed("")},
	{rule: "s3-bucket", spec: claimed("bucket: abc"), refused: at("spec.storage.s3.bucket")},
	{rule: "s3-region", spec: claimed("")},
	{rule: "s3-bucket-claim", spec: claimed("")},
	{rule: "s3-bucket-claim", spec: claimed("endpoint: 'https://s3.example.com', region: here, forcePathStyle: false")},
	{
		rule: "s3-bucket-claim", spec: `storage: {type: s3, s3: {objectBucketClaim: "A claim"}}`,
		refused: at("spec.storage.s3.objectBucketClaim"),
	},
	{
		rule: "s3-bucket-claim", spec: claimed("accessKeySecret: a, secretKeySecret: a"),
		refused: at("spec.storage.s3.accessKeySecret", "spec.storage.s3.secretKeySecret"),
	},
	{rule: "s3-bucket-claim-immutable", old: claimed(""), spec: claimed("region: here")},
	{
		rule: "s3-bucket-claim-immutable", old: claimed(""), spec: `storage: {type: s3, s3: {objectBucketClaim: other}}`,
		refused: at("spec.storage.s3.objectBucketClaim"),
	},
	{
		rule: "s3-bucket-claim-immutable", old: claimed(""), spec: `storage: {type: s3, s3: {bucket: abc, region: us-east-1}}`,
		refused: at("spec.storage.s3.bucket"),
	},
	{
		rule: "s3-bucket-claim-immutable", old: `storage: {type: s3, s3: {bucket: abc, region: us-east-1}}`, spec: claimed(""),
		refused: at("spec.storage.s3.bucket"),
	},

	{rule: "azure-service-url", spec: azured(`serviceURL: 'https://account.privatelink.blob.core.windows.net'`)},
	{rule: "azure-service-url", spec: azured(`credentialsSecret: a, serviceURL: 'http://127.0.0.1:10000/account'`)},
	{rule: "azure-service-url", spec: azured(`serviceURL: 'http://127.0.0.1:10000'`), refused: at("spec.storage.azure.serviceURL")},
	{rule: "azure-service-url", spec: azured(`serviceURL: blob.example.com`), refused: at("spec.storage.azure.serviceURL")},
	{rule: "azure-service-url", spec: azured(`serviceURL: 'https://u:p@example.com'`), refused: at("spec.storage.azure.serviceURL")},
	{rule: "azure-service-url", spec: azured(`serviceURL: 'https://example.com?sv=1'`), refused: at("spec.storage.azure.serviceURL")},
	{rule: "azure-service-url", spec: azured(`serviceURL: 'https://example.com:0'`), refused: at("spec.storage.azure.serviceURL")},
	{rule: "azure-service-url", spec: azured(`serviceURL: 'https://Example.com'`), refused: at("spec.storage.azure.serviceURL")},
	{rule: "azure-realm", spec: azured(`realm: core.usgovcloudapi.net`)},
	{rule: "azure-realm", spec: azured(`realm: blob.core.windows.net`), refused: at("spec.storage.azure.realm")},
	{rule: "azure-realm", spec: azured(`realm: 'https://core.windows.net'`), refused: at("spec.storage.azure.realm")},

	{rule: "s3-credentials", spec: s3(`region: us-east-1`)},
	{rule: "s3-credentials", spec: s3(`region: us-east-1, accessKeySecret: a, secretKeySecret: a`)},
	{rule: "s3-credentials", spec: s3(`region: us-east-1, accessKeySecret: a`), refused: at("spec.storage.s3.secretKeySecret")},
	{rule: "s3-credentials", spec: s3(`region: us-east-1, secretKeySecret: a`), refused: at("spec.storage.s3.accessKeySecret")},

	{rule: "s3-secret-names", spec: s3(`region: us-east-1, accessKeySecret: a, secretKeySecret: b`)},
	{
		rule: "s3-secret-names", spec: s3(`region: us-east-1, accessKeySecret: AKIA0, secretKeySecret: a/b`),
		refused: at("spec.storage.s3.accessKeySecret", "spec.storage.s3.secretKeySecret"),
	},

	{rule: "azure-account", spec: azure("account1", "artifacts")},
	{rule: "azure-account", spec: azure("", "artifacts"), refused: at("spec.storage.azure.accountName")},
	{rule: "azure-account", spec: azure("my-account", "artifacts"), refused: at("spec.storage.azure.accountName")},
	{rule: "azure-container", spec: azure("account1", "a-b")},
	{rule: "azure-container", spec: azure("account1", ""), refused: at("spec.storage.azure.container")},
	{rule: "azure-container", spec: azure("account1", "a--b"), refused: at("spec.storage.azure.container")},
	{rule: "azure-secret-name", spec: `storage: {type: azure, azure: {accountName: abc, container: abc, credentialsSecret: a}}`},
	{
		rule: "azure-secret-name", spec: `storage: {type: azure, azure: {accountName: abc, container: abc, credentialsSecret: a_b}}`,
		refused: at("spec.storage.azure.credentialsSecret"),
	},

	{rule: "gcp-bucket", spec: gcp("my_artifacts.example.com")},
	{rule: "gcp-bucket", spec: gcp(""), refused: at("spec.storage.gcp.bucket")},
	{rule: "gcp-bucket", spec: gcp("goog-artifacts"), refused: at("spec.storage.gcp.bucket")},
	{rule: "gcp-bucket", spec: gcp("gs://abc"), refused: at("spec.storage.gcp.bucket")},
	{rule: "gcp-bucket", spec: gcp(strings.Repeat("a", 64) + ".b"), refused: at("spec.storage.gcp.bucket")},
	{rule: "gcp-secret-name", spec: `storage: {type: gcp, gcp: {bucket: abc, credentialsSecret: a}}`},
	{
		rule: "gcp-secret-name", spec: `storage: {type: gcp, gcp: {bucket: abc, credentialsSecret: "{}"}}`,
		refused: at("spec.storage.gcp.credentialsSecret"),
	},
}

var movedBucketRows = []row{
	{rule: "s3-bucket-immutable", spec: s3Bucketed("abc")},
	{rule: "s3-bucket-immutable", old: s3Bucketed("abc"), spec: s3(`region: eu-west-1, endpoint: "https://s3.example.com"`)},
	{rule: "s3-bucket-immutable", old: s3Bucketed("abc"), spec: s3Bucketed("abd"), refused: at("spec.storage.s3.bucket")},
	{rule: "azure-account-immutable", old: azure("account1", "abc"), spec: azure("account1", "abc")},
	{
		rule: "azure-account-immutable", old: azure("account1", "abc"), spec: azure("account2", "abc"),
		refused: at("spec.storage.azure.accountName"),
	},
	{rule: "azure-container-immutable", old: azure("account1", "abc"), spec: azure("account1", "abc")},
	{
		rule: "azure-container-immutable", old: azure("account1", "abc"), spec: azure("account1", "abd"),
		refused: at("spec.storage.azure.container"),
	},
	{rule: "gcp-bucket-immutable", old: gcp("abc"), spec: `storage: {type: gcp, gcp: {bucket: abc, credentialsSecret: a}}`},
	{rule: "gcp-bucket-immutable", old: gcp("abc"), spec: gcp("abd"), refused: at("spec.storage.gcp.bucket")},
}

// A bucket that was accepted without a name, or by another kind of storage, is no bucket in which artifacts could be.
func TestOnlyABucketThatWasThereIsKept(t *testing.T) {
	for _, r := range []row{
		{rule: "s3-bucket-immutable", old: s3Bucketed(""), spec: s3Bucketed("abc")},
		{rule: "s3-bucket-immutable", old: s3Bucketed("abc"), spec: s3Bucketed("")},
		{rule: "gcp-bucket-immutable", old: s3Bucketed("abc"), spec: gcp("abd")},
	} {
		for _, rule := range objectStoreRules {
			if got := rule.Check(r.input(t)); rule.Name == r.rule && len(got) > 0 {
				t.Errorf("%s, from %s to %s: %v", r.rule, r.old, r.spec, got)
			}
		}
	}
}

// A volume that cannot grow must not keep its store from being changed.
func TestSizeMayReturnToWhatTheVolumeHas(t *testing.T) {
	sized := func(size string) *v1alpha1.ZotArtifactStore {
		q := resource.MustParse(size)
		return &v1alpha1.ZotArtifactStore{Spec: v1alpha1.ZotArtifactStoreSpec{Storage: &v1alpha1.StorageSpec{Size: &q}}}
	}
	has := resource.MustParse("20Gi")
	old := sized("100Gi")
	old.Status.Storage = &v1alpha1.StorageStatus{Capacity: &has}
	for size, refused := range map[string]bool{"100Gi": false, "50Gi": false, "20Gi": false, "19Gi": true} {
		if got := storageSizeShrink(Input{New: sized(size), Old: old}); (len(got) > 0) != refused {
			t.Errorf("%s: got %v", size, got)
		}
	}
}

// Who mistypes the class of a new store can mend it while no volume was made.
func TestClassMayChangeWhileThereIsNoVolume(t *testing.T) {
	of := func(class string) *v1alpha1.ZotArtifactStore {
		return &v1alpha1.ZotArtifactStore{Spec: v1alpha1.ZotArtifactStoreSpec{Storage: &v1alpha1.StorageSpec{StorageClassName: &class}}}
	}
	has := resource.MustParse("20Gi")
	for name, tc := range map[string]struct {
		status  *v1alpha1.StorageStatus
		refused bool
	}{
		"nobody knows":    {nil, true},
		"a volume":        {&v1alpha1.StorageStatus{ClaimName: "store-data", Capacity: &has}, true},
		"none yet":        {&v1alpha1.StorageStatus{ClaimName: "store-data"}, false},
		"no claim at all": {&v1alpha1.StorageStatus{}, true},
	} {
		old := of("standrd")
		old.Status.Storage = tc.status
		if got := storageClassImmutable(Input{New: of("standard"), Old: old}); (len(got) > 0) != tc.refused {
			t.Errorf("%s: got %v", name, got)
		}
	}
}

// claimed is a store on a bucket that a claim asks for.
func claimed(more string) string {
	if more != "" {
		more = ", " + more
	}
	return "storage: {type: s3, s3: {objectBucketClaim: artifacts" + more + "}}"
}

func azured(more string) string {
	return "storage: {type: azure, azure: {accountName: account, container: artifacts, " + more + "}}"
}
