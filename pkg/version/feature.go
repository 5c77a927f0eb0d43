package version

// Feature is a part of zot that releases before Since do not have. zot does not start with a key that it does not know, so what is
// rendered, and what admission takes, depends on it.
type Feature struct {
	// Name is what zot calls it: mostly a key of its configuration.
	Name string
	// Since is the first release that has it, found as the first tag that holds the code.
	Since Zot
}

var (
	// Served is everything that the operator asks of every store, or that no field of the spec stands for: probes (v2.1.6), cookies
	// for https alone and SHA-2 hashes of passwords (v2.1.11), Google Cloud Storage and renewed certificates without a restart
	// (v2.1.15). Older releases are not served; the others below are what only some of those that are served have.
	Served = Feature{"what every store needs", Zot{Major: 2, Minor: 1, Patch: 15}}
	// Timeouts means that the time of a transfer can be limited, and is by default. Before, it was not.
	Timeouts = Feature{"http.readTimeout and http.writeTimeout", Zot{Major: 2, Minor: 1, Patch: 17}}
	// AzureStorage means that artifacts can be kept in Azure Blob Storage.
	AzureStorage = Feature{"storage.storageDriver azure", Zot{Major: 2, Minor: 1, Patch: 18}}
	// SBOM means that bills of materials can be made.
	SBOM = Feature{"extensions.search.cve.trivy.sbom", Zot{Major: 2, Minor: 1, Patch: 18}}
	// GCTimeWindow means that garbage collection can be kept to some hours of the day.
	GCTimeWindow = Feature{"storage.gcTimeWindow", Zot{Major: 2, Minor: 1, Patch: 19}}
	// ShortCollection means that a garbage collection on an object store does not keep pushes waiting: up to v2.1.20 it holds a
	// repository's lock for as long as it takes, which can be hours (zot #4235, #4236).
	ShortCollection = Feature{"garbage collection with short locks on object stores", Zot{Major: 2, Minor: 1, Patch: 21}}
	// KeepUntagged means that retention can keep manifests without tag.
	KeepUntagged = Feature{"storage.retention.policies.keepUntagged", Zot{Major: 2, Minor: 1, Patch: 19}}
)

// In says whether the zot of an image with that tag has the feature. A tag that names no single release counts as the newest, and so
// does a version before 1: that is how builds of somebody's own are numbered.
func (f Feature) In(tag string) bool {
	v, known := ZotVersion(tag)
	return !known || v.Major == 0 || v.AtLeast(f.Since)
}
