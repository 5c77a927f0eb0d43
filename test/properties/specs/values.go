package specs

import (
	"fmt"
	"strings"

	"pgregory.net/rapid"
)

// draw makes a value that can be written as JSON.
type draw func(t *rapid.T) any

// SecretMark is in the name of every Secret and ConfigMap that a store which is not wild names, so that tests find these names where
// they do not belong.
const SecretMark = "hush-"

var (
	storeNames = rapid.OneOf(
		rapid.SampledFrom([]string{"store", "zot-artifact-store-sample", "default", "s"}),
		rapid.StringMatching(`[a-z][a-z0-9-]{0,38}[a-z0-9]`))
	namespaces = rapid.SampledFrom([]string{"zot-system", "team-a", strings.Repeat("n", 63)})

	label   = rapid.OneOf(rapid.SampledFrom([]string{"a", "data", "team-a", "x1"}), rapid.StringMatching(`[a-z]([a-z0-9-]{0,10}[a-z0-9])?`))
	texture = rapid.SampledFrom([]string{"", "", "", "-long-" + strings.Repeat("x", 30), ".dotted"})
	hosts   = rapid.SampledFrom([]string{
		"registry.example.com", "s3.example.com", "zot.apps.example.org", "a.b", "minio.storage.svc", "xn--bcher-kva.example",
	})
	addresses = rapid.SampledFrom([]string{"10.0.0.1", "127.0.0.1", "[fd00::1]", "[::1]"})
	ports     = rapid.SampledFrom([]string{"", "", ":443", ":9000", ":65535", ":1"})
)

func of(values ...any) draw {
	g := rapid.SampledFrom(values)
	return func(t *rapid.T) any { return g.Draw(t, "value") }
}

func secretName(t *rapid.T) any {
	return SecretMark + label.Draw(t, "Secret") + texture.Draw(t, "texture")
}

func objectName(t *rapid.T) any { return label.Draw(t, "name") + texture.Draw(t, "texture") }

func host(t *rapid.T) any {
	if rapid.Bool().Draw(t, "made up") {
		return label.Draw(t, "host") + "." + label.Draw(t, "domain") + ".example"
	}
	return hosts.Draw(t, "host")
}

func hostAndPort(t *rapid.T) string {
	name := fmt.Sprint(host(t))
	if rapid.IntRange(0, 4).Draw(t, "address") == 4 {
		name = addresses.Draw(t, "address")
	}
	return name + ports.Draw(t, "port")
}

// duration draws lengths from a moment to years, in every form that the schema takes.
func duration(t *rapid.T) any {
	if rapid.IntRange(0, 2).Draw(t, "composed") == 2 {
		return fmt.Sprintf("%dh%dm%d.%ds", rapid.IntRange(1, 9999).Draw(t, "hours"), rapid.IntRange(0, 59).Draw(t, "minutes"),
			rapid.IntRange(0, 59).Draw(t, "seconds"), rapid.IntRange(0, 999).Draw(t, "part"))
	}
	return rapid.SampledFrom([]string{
		"1h", "24h", "30m", "1h30m", "90s", "720h", "1.5h", "48h", "8760h", "100m30s", "600000ms",
	}).Draw(t, "duration")
}

// glob draws patterns of repository names.
func glob(t *rapid.T) any {
	parts := rapid.SliceOfN(rapid.SampledFrom([]string{"**", "*", "team-a", "tmp", "a.b", "x_y", "prod-?", "v1*", "0"}), 1, 3)
	return strings.Join(parts.Draw(t, "pattern"), "/")
}

func expression(t *rapid.T) any {
	return rapid.SampledFrom([]string{
		".*", `^v[0-9]+\.[0-9]+\.[0-9]+$`, "latest", `(rc|beta)-\d+$`, `\p{L}+`, "^[a-z]{3,}$", `(?i)release`, "a|b", `\x41`, "$", "[^-]*",
	}).Draw(t, "expression")
}

// user draws names of people and programs, of local groups and of Keycloak's.
func user(t *rapid.T) any {
	return rapid.SampledFrom([]string{
		"alice", "bob", "ci", "dev-team", "release.bot", "alice@example.com", "uid=a,ou=b", "Жанна", "a b", "0", "système",
	}).Draw(t, "user")
}

func repository(t *rapid.T) any {
	from := rapid.SampledFrom([]string{
		"ghcr.io/project-zot/zot", "registry.example.com:5000/zot", "localhost/zot", "zot", "quay.io/a/b/c", "10.0.0.1:5000/zot",
		"mirror/zot_x__y-z.w",
	})
	return from.Draw(t, "repository")
}

// tag draws versions of zot, old ones and some that are not there yet, tags that name none, and a build of somebody's own.
func tag(t *rapid.T) any {
	return rapid.SampledFrom([]string{
		"v2.1.20", "v2.1.20", "v2.1.19", "2.1.21", "v2.2.0-rc1", "v3.0.0", "latest", "v2.1", "sha-0f0f0f", "0.1.0-dev",
		"v2.1.18", "v2.1.17", "v2.1.15",
	}).Draw(t, "tag")
}

func digest(t *rapid.T) any {
	return "sha256:" + strings.Repeat(rapid.SampledFrom([]string{"0", "a", "5", "f"}).Draw(t, "digit"), 60) +
		rapid.StringMatching(`[0-9a-f]{4}`).Draw(t, "end")
}

func externalURL(t *rapid.T) any {
	return rapid.SampledFrom([]string{"https", "https", "http"}).Draw(t, "scheme") + "://" + hostAndPort(t)
}

func endpoint(t *rapid.T) any {
	if rapid.Bool().Draw(t, "bare") {
		return hostAndPort(t)
	}
	return rapid.SampledFrom([]string{"https://", "https://", "http://"}).Draw(t, "scheme") + hostAndPort(t) +
		rapid.SampledFrom([]string{"", "", "/"}).Draw(t, "end")
}

func serviceURL(t *rapid.T) any {
	return rapid.SampledFrom([]string{"https://", "http://"}).Draw(t, "scheme") + hostAndPort(t)
}

// blobServiceURL is encrypted: what is not needs a Secret beside it.
func blobServiceURL(t *rapid.T) any {
	return "https://" + hostAndPort(t) + rapid.SampledFrom([]string{"", "/", "/account1"}).Draw(t, "path")
}

func redisAddress(t *rapid.T) any {
	return fmt.Sprint(host(t)) + rapid.SampledFrom([]string{":6379", ":1", ":65535"}).Draw(t, "port")
}

func annotations(t *rapid.T) any {
	return rapid.MapOfN(
		rapid.SampledFrom([]string{
			"example.com/purpose", "note", "service.beta.kubernetes.io/aws-load-balancer-type", "haproxy.router.openshift.io/timeout",
			"nginx.ingress.kubernetes.io/proxy-body-size", "eks.amazonaws.com/role-arn", "a.b/C_d.e",
		}),
		rapid.SampledFrom([]string{"", "x", "true", "0", "nlb", "arn:aws:iam::1:role/zot", "two\nlines", "ü", "{\"a\": 1}"}),
		0, 3).Draw(t, "annotations")
}

func nodeLabels(t *rapid.T) any {
	return rapid.MapOfN(rapid.SampledFrom([]string{"kubernetes.io/arch", "disk", "topology.kubernetes.io/zone"}),
		rapid.SampledFrom([]string{"", "amd64", "ssd", "zone-1"}), 0, 2).Draw(t, "labels")
}

// providers make values for leaves that the schema alone does not describe, by path; "*." stands for every leaf of that name.
var providers = map[string]draw{
	"*.secretName":        secretName,
	"*.credentialsSecret": secretName,
	"*.certSecretName":    secretName,
	"*.keySecretName":     secretName,
	"*.clientSecretName":  secretName,
	"*.configMapName":     secretName,
	"*.pullSecrets":       secretName,
	"*.accessKeySecret":   secretName,
	"*.secretKeySecret":   secretName,
	"*.objectBucketClaim": secretName,
	"*.annotations":       annotations,
	"*.host":              host,
	"*.hostnames":         host,
	"*.users":             user,
	"*.groups":            user,
	"*.delay":             duration,
	"*.interval":          duration,
	"*.pulledWithin":      duration,
	"*.pushedWithin":      duration,
	"*.patterns":          expression,
	"*.cpu":               of("100m", "1", "2500m", "0.5", "4"),
	"*.memory":            of("256Mi", "512Mi", "1Gi", "4G", "1500M", "2147483648"),

	"spec.replicas":              of(1, 2, 3, 9),
	"spec.externalURL":           externalURL,
	"spec.image.repository":      repository,
	"spec.image.tag":             tag,
	"spec.image.digest":          digest,
	"spec.http.port":             of(1, 80, 443, 5000, 8078, 8079, 8080, 8080, 8081, 8443, 9000, 65535),
	"spec.storage.size":          of("1Mi", "1Gi", "20Gi", "1500Mi", "1T", "2Pi", "1e12"),
	"spec.storage.gc.timeWindow": of("02:00-05:00", "22:00-06:00", "00:00-23:59", "23:59-00:00"),

	"spec.storage.storageClassName":           objectName,
	"spec.storage.existingClaim":              objectName,
	"spec.storage.s3.endpoint":                endpoint,
	"spec.storage.s3.region":                  of("us-east-1", "eu-west-1", "us-gov-west-1", "cn-north-1"),
	"spec.storage.s3.bucket":                  of("artifacts", "my.bucket-1", "abc", strings.Repeat("b", 63), "0bucket"),
	"spec.storage.azure.accountName":          of("abc", "account1", strings.Repeat("a", 24), "0"+strings.Repeat("1", 23)),
	"spec.storage.azure.container":            of("artifacts", "a-b-c", "000", strings.Repeat("c", 63)),
	"spec.storage.azure.serviceURL":           blobServiceURL,
	"spec.storage.azure.realm":                of("core.windows.net", "core.usgovcloudapi.net", "core.chinacloudapi.cn", "local.example"),
	"spec.storage.gcp.bucket":                 of("artifacts", "a_b-c", "www.example.com", strings.Repeat("b", 63), "a.b.c.d"),
	"spec.storage.cache.redis.address":        redisAddress,
	"spec.storage.cache.dynamodb.region":      of("us-east-1", "eu-central-1", "cn-north-1"),
	"spec.storage.cache.dynamodb.endpoint":    serviceURL,
	"spec.storage.cache.dynamodb.tablePrefix": of("zot", "team-a_zot", "T.1", "abc"),

	"spec.storage.retention.policies[].repositories": glob,
	"spec.accessControl.repositories[].pattern":      glob,
	"spec.accessControl.groups[].name":               of("dev-team", "ci", "readers", "a b", "0", "système"),

	"spec.extensions.s3api.storage.size":              of("1Mi", "1Gi", "20Gi", "1T"),
	"spec.extensions.s3api.storage.storageClassName":  objectName,
	"spec.extensions.s3api.storage.s3.endpoint":       endpoint,
	"spec.extensions.s3api.storage.s3.region":         of("us-east-1", "eu-west-1", "us-gov-west-1", "cn-north-1"),
	"spec.extensions.s3api.storage.s3.bucket":         of("objects", "my.objects-1", strings.Repeat("o", 63)),
	"spec.extensions.s3api.storage.azure.accountName": of("objects", "account2", strings.Repeat("o", 24)),
	"spec.extensions.s3api.storage.azure.serviceURL":  blobServiceURL,
	"spec.extensions.s3api.storage.azure.container":   of("objects", "o-b-c", strings.Repeat("o", 63)),

	"spec.extensions.s3api.access[].buckets": of("*", "team-?", "my.objects-1", strings.Repeat("o", 63)),

	"spec.extensions.s3api.maxUploadSize":                            of("1Mi", "5Gi", "10Gi", "5Ti"),
	"spec.extensions.metrics.prometheus.path":                        of("/metrics", "/internal/figures", "/a", "/v2x", "/metrics.txt"),
	"spec.extensions.supplychain.signing.cosign.publicKeys[].key":    of("cosign.pub", "ann.pub"),
	"spec.extensions.supplychain.signing.notation.trustStores[].key": of("ca.crt", "root.pem"),
	"spec.extensions.search.cve.updateInterval":                      of("2h", "24h", "168h", "120m"),
	"spec.extensions.search.cve.dbRepository":                        databases,
	"spec.extensions.search.cve.javaDBRepository":                    databases,
	"spec.extensions.scrub.interval":                                 of("2h", "24h", "168h", "7200s"),
	"spec.extensions.sync.registries[].urls": of(
		"https://registry-1.docker.io", "http://mirror.svc:5000", "https://10.0.0.1/"),
	"spec.extensions.sync.registries[].credentialsSecret":           secretName,
	"spec.extensions.sync.registries[].pollInterval":                of("1m", "6h", "24h30m"),
	"spec.extensions.sync.registries[].retryDelay":                  of("1s", "30s", "5m"),
	"spec.extensions.sync.registries[].content[].prefix":            of("**", "library/**", "/a/b", "team-?/*"),
	"spec.extensions.sync.registries[].content[].destination":       of("/docker.io", "mirror", "/a/b.c"),
	"spec.extensions.sync.registries[].content[].tags.regex":        expression,
	"spec.extensions.sync.registries[].content[].tags.excludeRegex": expression,
	"spec.extensions.metrics.serviceMonitor.labels": of(
		map[string]any{"release": "prometheus"}, map[string]any{"example.com/team": "a", "prometheus": ""}),
	"spec.extensions.metrics.serviceMonitor.interval":            of("30s", "1m", "1h30m5s", "99999s"),
	"spec.extensions.metrics.serviceMonitor.basicAuthSecretName": secretName,
	"spec.extensions.metrics.serviceMonitor.caSecretName":        secretName,
	"spec.extensions.metrics.serviceMonitor.caConfigMapName":     secretName,
	"spec.extensions.rbac.keycloak.url": of(
		"https://sso.example.com", "https://sso.example.com/auth", "http://keycloak.svc:8080"),
	"spec.extensions.rbac.keycloak.realm":    of("zot", "my-realm", "Realm_1"),
	"spec.extensions.rbac.keycloak.clientId": of("zot", "registry.example.com", "a-b_c"),

	"spec.http.tls.issuerRef.name":                         objectName,
	"spec.http.tls.issuerRef.kind":                         of("Issuer", "ClusterIssuer", "AWSPCAClusterIssuer", "VaultIssuer"),
	"spec.http.tls.issuerRef.group":                        of("cert-manager.io", "awspca.cert-manager.io", "example.com"),
	"spec.http.tls.dnsNames":                               of("registry.example.com", "*.example.com", "store", "a.b.c.d"),
	"spec.networking.service.loadBalancerClass":            of("service.k8s.aws/nlb", "internal", "io.cilium/node"),
	"spec.networking.service.loadBalancerSourceRanges":     of("10.0.0.0/8", "203.0.113.7/32", "0.0.0.0/0", "fd00::/8", "::/0"),
	"spec.networking.route.destinationCACertificate":       of(authority),
	"spec.networking.httpRoute.timeouts.request":           of("30m", "0s", "1h30m", "99999h", "10s500ms"),
	"spec.networking.httpRoute.backendTLS.caConfigMapName": secretName,
	"spec.networking.httpRoute.backendTLS.hostname":        of("registry.example.com", "store.zot-system.svc"),
	"spec.networking.ingress.className":                    objectName,
	"spec.networking.httpRoute.parentRefs[].name":          objectName,
	"spec.networking.httpRoute.parentRefs[].namespace":     of("gateways", "istio-system", "n1"),
	"spec.networking.httpRoute.parentRefs[].sectionName":   of("https", "web", "tls-passthrough"),

	"spec.scheduling.nodeSelector":              nodeLabels,
	"spec.scheduling.priorityClassName":         of("high", "system-cluster-critical", "team-a.batch"),
	"spec.scheduling.tolerations":               of(tolerations...),
	"spec.scheduling.affinity":                  of(affinities...),
	"spec.scheduling.topologySpreadConstraints": of(spreads...),
}

var databases = of("registry.example.com/mirror/trivy-db", "mirror:5000/db", "ghcr.io/aquasecurity/trivy-java-db")

// authority is a certificate that can be read. Nobody has its key.
const authority = `-----BEGIN CERTIFICATE-----
MIHcMIGPoAMCAQICAQEwBQYDK2VwMBcxFTATBgNVBAMTDGFuIGF1dGhvcml0eTAg
Fw03MDAxMDEwMDAwMDBaGA8yMTAwMDEwMTAwMDAwMFowFzEVMBMGA1UEAxMMYW4g
YXV0aG9yaXR5MCowBQYDK2VwAyEAVZYGMlX5ezpNq6NyD68bwajGYFnIebo7G60/
gxotz98wBQYDK2VwA0EAIIZQ/39EdYcSfEon+eSxqZPojeRPM5ZfGh7W2P3t7dgJ
mE9uYoISKZ5gg8UPR8ydUCrExUmA3j70scOns0PQBw==
-----END CERTIFICATE-----
`

// What is Kubernetes' own is passed through, so a few of each are enough.
var (
	tolerations = []any{
		[]any{map[string]any{"operator": "Exists"}},
		[]any{
			map[string]any{"key": "dedicated", "operator": "Equal", "value": "registry", "effect": "NoSchedule"},
			map[string]any{"key": "node.kubernetes.io/unreachable", "operator": "Exists", "effect": "NoExecute", "tolerationSeconds": 60},
		},
	}
	zone       = map[string]any{"key": "topology.kubernetes.io/zone", "operator": "In", "values": []any{"zone-1", "zone-2"}}
	term       = map[string]any{"matchExpressions": []any{zone}}
	ours       = map[string]any{"matchLabels": map[string]any{"app": "zot-artifact-store"}}
	affinities = []any{
		map[string]any{"nodeAffinity": map[string]any{
			"requiredDuringSchedulingIgnoredDuringExecution": map[string]any{"nodeSelectorTerms": []any{term}},
		}},
		map[string]any{"podAntiAffinity": map[string]any{"preferredDuringSchedulingIgnoredDuringExecution": []any{map[string]any{
			"weight": 100, "podAffinityTerm": map[string]any{
				"topologyKey": "kubernetes.io/hostname", "labelSelector": ours,
			},
		}}}},
	}
	spreads = []any{
		[]any{map[string]any{"maxSkew": 1, "topologyKey": "topology.kubernetes.io/zone", "whenUnsatisfiable": "ScheduleAnyway"}},
		[]any{map[string]any{
			"maxSkew": 2, "topologyKey": "kubernetes.io/hostname", "whenUnsatisfiable": "DoNotSchedule",
			"labelSelector": ours,
		}},
	}
)
