package validation

import (
	"slices"
	"testing"
)

// Why a rule of zot needs none of ours.
const (
	// notOffered: the API has no field for it.
	notOffered = "the API has no field for it"
	// rendered: the field is not the user's to write; the operator writes it right, and its goldens pass `zot verify`.
	rendered = "written by the operator, never by the user"
)

// zotRules are what zot demands at its start (validateConfiguration and what it calls, pkg/cli/server/root.go, v2.1.20), what its
// drivers demand, and what it should demand and does not.
var zotRules = []struct {
	zot string
	// by are names of rules or warnings.
	by  []string
	why string
}{
	// What every configuration must keep.
	{"no unknown key, also in the maps of drivers", nil, rendered},
	{"not an empty configuration", nil, rendered},
	{"keys are lower-cased and cut at ::", []string{"access-pattern", "access-group-names"}, ""},
	{"keys are known since a version", []string{"gate-zot", "gate-azure", "gate-sbom", "gate-gc-time-window", "gate-keep-untagged"}, ""},
	{"log level", []string{"log-level"}, ""},
	{"distSpecVersion", nil, rendered},

	// http.
	{"port from 0 to 65535; 0 is any port", []string{"http-port"}, ""},
	{"port below 1024 without root (not checked)", []string{"http-port-privileged"}, ""},
	{"certificate and key are there", []string{"http-tls-certificate", "http-tls-secret-names"}, ""},
	{"client certificates (mTLS) need TLS and an authority", nil, notOffered},
	{"externalUrl is an origin (not checked)", []string{"external-url"}, ""},
	{"rate limits", nil, notOffered},

	// http.auth.
	{"the htpasswd file is there (not checked by verify)", []string{"htpasswd-secret-name"}, ""},
	{"LDAP has userAttribute, address and baseDN", nil, notOffered},
	{"OpenID has a known provider with clientid, issuer and scopes", []string{
		"rbac-keycloak", "keycloak-url", "keycloak-realm", "keycloak-client-id", "keycloak-client-secret",
	}, ""},
	{"OpenID without externalUrl sends people to an address of the pod (not checked)", []string{"keycloak-without-external-url"}, ""},
	{"OpenID scopes lack openid (not checked)", nil, rendered},
	{"bearer: certificate or AWS Secrets Manager", nil, notOffered},
	{"bearer beside other ways to sign in (not checked)", nil, notOffered},
	{"bearer.oidc without audiences lets everybody in (not checked)", nil, notOffered},
	{"bearer.cert without realm and service lets everybody in (not checked)", nil, notOffered},
	{"session driver is local or redis; redis goes without session keys", nil, rendered},
	{"failDelay", nil, notOffered},

	// http.accessControl.
	{"needs a way to sign in, unless all is anonymous", []string{"access-sign-in"}, ""},
	{"patterns are globs", []string{"access-pattern"}, ""},
	{"unknown actions do nothing (not checked)", []string{"access-actions"}, ""},
	{"group names with capitals are never found (not checked)", []string{"access-group-names", "access-group-unknown"}, ""},
	{"the empty user is everybody (not checked)", []string{"access-policies", "access-groups"}, ""},
	{"rules that grant nothing to anybody", []string{"access-for-nobody"}, ""},
	{"conditions are CEL", nil, notOffered},

	// storage.
	{"rootDirectory is there (not checked)", nil, rendered},
	{"subpaths do not nest", nil, notOffered},
	{"gcDelay and gcInterval are not negative", []string{"gc-durations"}, ""},
	{"gcDelay is shorter than a push (not checked)", []string{"gc-durations", "gc-delay-short"}, ""},
	{"gcTimeWindow has two times that differ", []string{"gc-time-window"}, ""},
	{"garbage collection settings while it is off are ignored", []string{"gc-off"}, ""},
	{"retention: globs of repositories", []string{"retention-repositories"}, ""},
	{"retention: regular expressions of tags", []string{"retention-keep-tags"}, ""},
	{"retention: durations and counts", []string{"retention-delay", "retention-limits"}, ""},
	{"retention: a rule without limits is none (not checked)", []string{"retention-keep-untagged"}, ""},
	{"retention: the first policy wins (not checked)", []string{"retention-shadowed"}, ""},
	{"maxRepos", nil, notOffered},
	{"dedupe with an object store needs a cache driver", nil, rendered},
	{"redirectBlobURL needs an object store", nil, notOffered},
	{"the storage driver is s3, gcs or azure", []string{"storage-type", "storage-union"}, ""},
	{"s3: bucket", []string{"s3-bucket"}, ""},
	{"s3: region of Amazon without regionendpoint", []string{"s3-region", "s3-endpoint"}, ""},
	{"s3: both keys or none", []string{"s3-credentials", "s3-secret-names"}, ""},
	{"gcs: bucket", []string{"gcp-bucket"}, ""},
	{"azure: account and container", []string{"azure-account", "azure-container"}, ""},
	{"the cache driver is redis or dynamodb", []string{"cache-type", "cache-union"}, ""},
	{"dynamodb not with a volume; redis with one only for a single process", []string{"cache-storage"}, ""},
	{"redis: address or url, reached at start", []string{"cache-redis-address", "cache-redis-database"}, ""},
	{"dynamodb: endpoint, region and names of tables", []string{
		"cache-dynamodb-endpoint", "cache-dynamodb-region", "cache-dynamodb-table-prefix",
	}, ""},
	{"one AWS identity for all (not checked)", []string{"cache-dynamodb-credentials", "cache-keys-for-s3"}, ""},

	// extensions.
	{"metrics path: clean, absolute, not / and not /v2", []string{"metrics-path"}, ""},
	{"metrics path: not one of zot's own (not checked)", []string{"metrics-path"}, ""},
	{"metrics: who may read them", []string{
		"access-metrics", "access-metrics-for-nobody", "service-monitor-basic-auth", "service-monitor-refused",
	}, ""},
	{"vulnerability scans and bills of materials not with an object store", []string{"sbom-storage", "cve-storage"}, ""},
	{"ui needs search", []string{"search-needed"}, ""},
	{"extensions on the minimal image (not checked)", []string{"image-minimal"}, ""},
	{"scan and scrub intervals below 2h are raised", []string{"cve-update-interval", "scrub-interval"}, ""},
	{"trust: keys in AWS Secrets Manager with dynamodb (does not start)", []string{"signing-dynamodb"}, ""},
	{"bills of materials need scans", []string{"sbom-cve"}, ""},
	{"sync: globs, expressions, destination / with stripPrefix", []string{"sync-content", "sync-tags"}, ""},
	{"sync: maxRetries needs retryDelay", []string{"sync-retries"}, ""},
	{"sync: downloadDir with an object store, compat with preserveDigest", nil, rendered},
	{"sync: paths of urls are dropped, polling needs content (not checked)", []string{"sync-urls", "sync-when"}, ""},
	{"sync: oauth2 helper", nil, notOffered},
	{"sync destinations overlap retention (not checked)", []string{"sync-and-retention"}, ""},
	{"events: sinks", nil, notOffered},
	{"lint", nil, notOffered},

	// cluster.
	{"cluster has members and a hashKey of 16 characters", []string{"replicas"}, ""},
	{"cluster without shared storage (not checked)", []string{"replicas-storage", "replicas-claim"}, ""},
	{"collection in a cluster (not checked)", []string{"replicas-collection"}, ""},
	{"trust and scans in a cluster (not checked)", []string{"replicas-supply-chain"}, ""},
}

// TestZotRules accounts for each rule of zot: ours by name, or the reason why there is none.
func TestZotRules(t *testing.T) {
	var ours []string
	for _, rule := range Rules() {
		ours = append(ours, rule.Name)
	}
	for _, w := range warnings {
		ours = append(ours, w.name)
	}
	for _, r := range zotRules {
		if (len(r.by) == 0) == (r.why == "") {
			t.Errorf("%s: want names of ours or a reason why there are none, and not both", r.zot)
		}
		for _, name := range r.by {
			if !slices.Contains(ours, name) {
				t.Errorf("%s: there is no rule and no warning %s", r.zot, name)
			}
		}
	}
	t.Logf("%d rules and %d warnings of ours; %d of zot's", len(Rules()), len(warnings), len(zotRules))
}
