package validation

import (
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/zot-artifact-store/operator/pkg/defaults"
)

// memberRules are about stores of several pods. Each is a rule of the schema, too: what writes through the scale subresource is not
// shown to the webhook.
var memberRules = []Rule{
	{"replicas", replicas},
	{"replicas-storage", replicasStorage},
	{"replicas-claim", replicasClaim},
	{"replicas-collection", replicasCollection},
	{"replicas-supply-chain", replicasSupplyChain},
	{"replicas-service-ca", replicasServiceCA},
}

const maxReplicas = 9

var replicasPath = specPath.Child("replicas")

func replicas(in Input) field.ErrorList {
	switch n := in.spec().Replicas; {
	case n == nil:
		return nil
	case *n < 1:
		return field.ErrorList{field.Invalid(replicasPath, *n, "spec.replicas is less than 1: a store without a zot pod serves nothing;"+
			" write 1 or leave it out")}
	case *n > maxReplicas:
		return field.ErrorList{field.Invalid(replicasPath, *n, "spec.replicas is more than 9: each replica passes on what it is asked"+
			" about repositories of the others, and reads all of the store's metadata when it starts; write 9 or fewer")}
	}
	return nil
}

// severalReplicas refuses several of them in a store that is not fit for it.
func severalReplicas(in Input, unfit bool, message string) field.ErrorList {
	if !unfit || !defaults.Clustered(*in.spec()) {
		return nil
	}
	return field.ErrorList{field.Invalid(replicasPath, *in.spec().Replicas, message)}
}

func replicasStorage(in Input) field.ErrorList {
	return severalReplicas(in, !defaults.ObjectStore(in.storage()) || in.cache() == nil, "spec.replicas is more than 1, which needs an"+
		" object store and a database: on a volume zot keeps locks and metadata in one process, so that a second one would lose tags; use"+
		" spec.storage.type s3, azure or gcp together with spec.storage.cache, or run one replica")
}

func replicasClaim(in Input) field.ErrorList {
	return severalReplicas(in, in.storage().ExistingClaim != "", "spec.replicas is more than 1, and spec.storage.existingClaim is a volume"+
		" for one pod: with several replicas zot keeps everything in the object store and the database; run one replica, or make a new"+
		" ZotArtifactStore without the claim")
}

// replicasCollection: each zot collects in all repositories, and writes back the index that it has read under a lock of its own (pkg/
// storage/gc/gc.go, cleanRepo, v2.1.20). What another one has written meanwhile is lost. The default is off, so that only who asks
// for it is refused.
func replicasCollection(in Input) field.ErrorList {
	storage := in.storage()
	asked := storage.Retention != nil || storage.GC != nil && storage.GC.Enabled != nil && *storage.GC.Enabled
	return severalReplicas(in, asked, "spec.replicas is more than 1, and zot's garbage collection and retention lose tags then: each"+
		" replica collects in every repository and knows only the locks of its own process; leave spec.storage.gc.enabled and"+
		" spec.storage.retention out, and collect at times with one replica")
}

func replicasSupplyChain(in Input) field.ErrorList {
	return severalReplicas(in, defaults.SupplyChainOn(*in.spec()), "spec.replicas is more than 1, and zot does not support"+
		" spec.extensions.supplychain with several replicas: keys that one of them is given do not reach the others; set enabled: false"+
		" there, or run one replica")
}

func replicasServiceCA(in Input) field.ErrorList {
	return severalReplicas(in, defaults.ServiceCAOn(*in.spec()), "spec.replicas is more than 1, and the service CA makes no certificate by"+
		" which replicas could call each other: use spec.http.tls.issuerRef or certSecretName in its place, or run one replica")
}
