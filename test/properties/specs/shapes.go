package specs

import (
	"pgregory.net/rapid"
)

// shape is what a block holds, as its fields depend on each other.
type shape struct {
	// must and never name fields.
	must, never []string
	// fixed are values that are decided; nil leaves the field out.
	fixed map[string]any
}

// shapes decide by the path of the block.
var shapes = map[string]func(g generator) shape{
	"spec.storage":                           storageShape,
	"spec.storage.cache":                     cacheShape,
	"spec.storage.cache.redis":               redisShape,
	"spec.storage.s3":                        s3Shape,
	"spec.storage.gc":                        gcShape,
	"spec.storage.retention.policies":        retentionShape,
	"spec.extensions.s3api.storage":          s3apiShape,
	"spec.extensions.s3api.storage.s3":       s3Shape,
	"spec.caBundle":                          caShape,
	"spec.extensions.supplychain.signing":    signingShape,
	"spec.http.tls":                          tlsShape,
	"spec.http.tls.issuerRef":                issuerShape,
	"spec.networking.service":                serviceShape,
	"spec.extensions.rbac":                   switched("keycloak"),
	"spec.extensions.metrics.serviceMonitor": monitorShape,
	"spec.extensions.sync":                   switched("registries"),

	"spec.extensions.supplychain.signing.cosign.publicKeys":    trustShape,
	"spec.extensions.supplychain.signing.notation.trustStores": trustShape,
	"spec.extensions.sync.registries":                          syncShape,
	"spec.extensions.s3api.access":                             policyShape,
	"spec.accessControl.adminPolicy":                           policyShape,
	"spec.accessControl.repositories[].policies":               policyShape,
}

// switched needs fields unless the block is off.
func switched(fields ...string) func(g generator) shape {
	return func(g generator) shape {
		if g.chance(20) {
			return shape{fixed: map[string]any{"enabled": false}}
		}
		on := shape{must: fields, fixed: map[string]any{"enabled": nil}}
		if g.chance(50) {
			on.fixed["enabled"] = true
		}
		return on
	}
}

// tlsShape takes the certificate from one place.
func tlsShape(g generator) shape {
	out := switched()(g)
	// A switch that is off is written down, or it would ask for what is not there.
	out.fixed["serviceCA"] = nil
	switch kind := rapid.SampledFrom([]string{"own", "own", "issuer", "service CA"}).Draw(g.t, "certificate"); kind {
	case "own":
		out.must, out.never = []string{"certSecretName"}, []string{"issuerRef", "dnsNames"}
	case "issuer":
		out.must, out.never = []string{"issuerRef"}, []string{"certSecretName", "keySecretName"}
	default:
		out.fixed["serviceCA"] = true
		out.never = []string{"certSecretName", "keySecretName", "issuerRef", "dnsNames"}
	}
	return out
}

// syncShape says when, and what.
func syncShape(g generator) shape {
	out := shape{must: []string{"urls", "retryDelay"}, fixed: map[string]any{"onDemand": true}}
	if g.chance(50) {
		out.must = append(out.must, "pollInterval", "content")
		return out
	}
	out.never = []string{"pollInterval"}
	return out
}

// s3apiShape keeps objects in one place.
func s3apiShape(g generator) shape {
	volume := []string{"size", "storageClassName", "deletionPolicy"}
	switch kind := rapid.SampledFrom([]string{"", "filesystem", "s3", "azure"}).Draw(g.t, "place of objects"); kind {
	case "":
		return shape{fixed: map[string]any{"type": nil}, never: []string{"s3", "azure"}}
	case "filesystem":
		return shape{fixed: map[string]any{"type": kind}, never: []string{"s3", "azure"}}
	case "s3":
		return shape{must: []string{"s3"}, fixed: map[string]any{"type": kind}, never: append(volume, "azure")}
	default:
		return shape{must: []string{"azure"}, fixed: map[string]any{"type": kind}, never: append(volume, "s3")}
	}
}

// trustShape takes what is trusted from one place.
func trustShape(g generator) shape {
	if g.chance(50) {
		return shape{must: []string{"secretName"}, never: []string{"configMapName"}}
	}
	return shape{must: []string{"configMapName"}, never: []string{"secretName"}}
}

// monitorShape trusts one authority.
func monitorShape(g generator) shape {
	if g.chance(50) {
		return shape{never: []string{"caSecretName"}}
	}
	return shape{never: []string{"caConfigMapName"}}
}

// issuerShape names kinds that the group has.
func issuerShape(g generator) shape {
	if g.chance(30) {
		return shape{must: []string{"name"}, fixed: map[string]any{"group": "awspca.cert-manager.io", "kind": "AWSPCAIssuer"}}
	}
	out := shape{must: []string{"name"}, fixed: map[string]any{"group": nil, "kind": nil}}
	if g.chance(50) {
		out.fixed["kind"] = "ClusterIssuer"
	}
	return out
}

// serviceShape gives a Service what its type has.
func serviceShape(g generator) shape {
	out := shape{fixed: map[string]any{"ipFamilyPolicy": nil, "ipFamilies": nil}}
	switch kind := rapid.SampledFrom([]string{"", "ClusterIP", "NodePort", "LoadBalancer"}).Draw(g.t, "type"); kind {
	case "", "ClusterIP":
		out.never = []string{"type", "nodePort", "externalTrafficPolicy", "loadBalancerClass", "loadBalancerSourceRanges"}
	case "NodePort":
		out.fixed["type"] = kind
		out.never = []string{"loadBalancerClass", "loadBalancerSourceRanges"}
	default:
		out.fixed["type"] = kind
	}
	switch {
	case g.chance(20):
		out.fixed["ipFamilies"] = []any{"IPv6"}
	case g.chance(30):
		out.fixed["ipFamilyPolicy"], out.fixed["ipFamilies"] = "RequireDualStack", []any{"IPv6", "IPv4"}
	}
	return out
}

func storageShape(g generator) shape {
	out := shape{fixed: map[string]any{"s3": nil, "azure": nil, "gcp": nil}}
	kind := rapid.SampledFrom([]string{"", "filesystem", "filesystem", "s3", "s3", "azure", "gcp"}).Draw(g.t, "storage")
	out.fixed["type"] = kind
	switch kind {
	case "":
		out.fixed["type"] = nil
		out.never = append(out.never, "cache")
	case "filesystem":
		out.never = append(out.never, "cache")
	default:
		delete(out.fixed, kind)
		out.must = append(out.must, kind)
	}
	// A volume of the user's own, none, or one that the operator makes.
	switch {
	case g.chance(15):
		out.must = append(out.must, "existingClaim")
		out.never = append(out.never, "ephemeral", "size", "storageClassName", "deletionPolicy")
	case g.chance(20):
		out.fixed["ephemeral"] = true
		out.never = append(out.never, "existingClaim", "storageClassName", "deletionPolicy")
	default:
		out.fixed["ephemeral"] = nil
		if g.chance(10) {
			out.fixed["ephemeral"] = false
		}
		out.never = append(out.never, "existingClaim")
	}
	return out
}

func cacheShape(g generator) shape {
	kind, other := "redis", "dynamodb"
	if rapid.Bool().Draw(g.t, "dynamodb") {
		kind, other = other, kind
	}
	return shape{must: []string{kind}, never: []string{other}, fixed: map[string]any{"type": kind}}
}

func redisShape(g generator) shape {
	if g.chance(15) {
		return shape{must: []string{"credentialsSecret"}, never: []string{"address", "database", "tls"}}
	}
	return shape{must: []string{"address"}}
}

func s3Shape(g generator) shape {
	out := shape{must: []string{"region"}}
	if g.chance(50) {
		out.must = append(out.must, "endpoint")
	}
	switch {
	case g.chance(20):
		return shape{must: []string{"objectBucketClaim"}, never: []string{"bucket", "accessKeySecret", "secretKeySecret"}}
	case g.chance(50):
		out.must = append(out.must, "bucket", "accessKeySecret", "secretKeySecret")
		out.never = []string{"objectBucketClaim"}
	default:
		out.must = append(out.must, "bucket")
		out.never = []string{"objectBucketClaim", "accessKeySecret", "secretKeySecret"}
	}
	return out
}

// gcShape leaves out what only a collection that is on obeys.
func gcShape(g generator) shape {
	if g.chance(15) {
		return shape{fixed: map[string]any{"enabled": false}, never: []string{"delay", "interval", "timeWindow"}}
	}
	out := shape{fixed: map[string]any{"enabled": nil}}
	if g.chance(50) {
		out.fixed["enabled"] = true
	}
	return out
}

// retentionShape keeps manifests without tag only where such are removed.
func retentionShape(g generator) shape {
	if g.chance(30) {
		return shape{fixed: map[string]any{"deleteUntagged": false}, never: []string{"keepUntagged"}}
	}
	out := shape{fixed: map[string]any{"deleteUntagged": nil}}
	if g.chance(50) {
		out.fixed["deleteUntagged"] = true
	}
	return out
}

func caShape(g generator) shape {
	if g.chance(50) {
		return shape{must: []string{"secretName"}, never: []string{"configMapName"}}
	}
	return shape{must: []string{"configMapName"}, never: []string{"secretName"}}
}

// policyShape names somebody.
func policyShape(g generator) shape {
	whom := rapid.SampledFrom([]string{"users", "groups"}).Draw(g.t, "for whom")
	return shape{fixed: map[string]any{whom: []any{user(g.t), "carol"}}}
}

// signingShape names no kind of signature by both of its names.
func signingShape(g generator) shape {
	lists := [][]any{{"cosign"}, {"notary"}, {"notation"}, {"cosign", "notary"}, {"notation", "cosign"}}
	if g.chance(30) {
		return shape{fixed: map[string]any{"providers": nil}}
	}
	return shape{fixed: map[string]any{"providers": rapid.SampledFrom(lists).Draw(g.t, "providers")}}
}
