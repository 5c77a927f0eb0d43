package zotconfig

import (
	"strconv"

	"github.com/zot-artifact-store/operator/apis/v1alpha1"
	"github.com/zot-artifact-store/operator/pkg/defaults"
	"github.com/zot-artifact-store/operator/pkg/handover"
	"github.com/zot-artifact-store/operator/pkg/names"
)

// hashKeyLength is what zot wants (pkg/cli/server/root.go, validateClusterConfig, v2.1.20).
const hashKeyLength = 16

// cluster renders which zots share the store, nil for one alone. A repository belongs to the member at the place which its name hashes to
// (pkg/cluster/cluster.go, ComputeTargetMember, v2.1.20), so that members that do not agree on key and number give it two owners,
// who overwrite each other's tags. The agent writes the entry of its own pod, see handover.OwnMember.
func cluster(store Store, spec v1alpha1.ZotArtifactStoreSpec) *Cluster {
	if !defaults.Clustered(spec) {
		return nil
	}
	out := &Cluster{HashKey: handover.Hash([]byte(store.UID))[:hashKeyLength]}
	for i := range int(*spec.Replicas) {
		host := names.MemberHost(store.Namespace, store.Name, i)
		out.Members = append(out.Members, host+":"+strconv.Itoa(int(*spec.HTTP.Port)))
	}
	if defaults.TLSOn(spec) {
		// All serve the same certificate, and trust it as it is: it may be of an authority that nothing else knows.
		out.TLS = &ClusterTLS{Cert: handover.TLSCertPath, Key: handover.TLSKeyPath, CACert: handover.TLSCertPath}
	}
	return out
}

// Ring tells which of several pods serves which repositories, empty for one pod alone. Pods of two rings must never run side by side.
func Ring(store Store, spec v1alpha1.ZotArtifactStoreSpec) string {
	members := cluster(store, spec)
	if members == nil {
		return ""
	}
	return strconv.Itoa(len(members.Members)) + "-" + handover.ShortHash([]byte(members.HashKey))
}
