package properties

const (
	routed    = `networking: {route: {host: registry.example.com}}`
	routedTLS = tls + "\n" + routed
	ingressed = `networking: {ingress: {host: registry.example.com}}`
	gatedTLS  = tls + "\n" + `networking: {httpRoute: {parentRefs: [{name: gateway}], backendTLS: {}}}`
	nodePort  = `networking: {service: {type: NodePort}}`
	balanced  = `networking: {service: {type: LoadBalancer}}`

	reencrypted = tls + "\n" + `networking: {route: {host: registry.example.com, termination: reencrypt}}`
	gated       = `networking: {httpRoute: {parentRefs: [{name: gateway}], hostnames: [registry.example.com]}}`
)

var networkingRows = map[string]row{
	"spec.networking.service.type":        with(plain, "LoadBalancer", service),
	"spec.networking.service.annotations": with(plain, "{a: b}", service),

	"spec.networking.service.nodePort":                 with(nodePort, "30500", service),
	"spec.networking.service.externalTrafficPolicy":    with(nodePort, "Local", service),
	"spec.networking.service.loadBalancerClass":        with(balanced, "service.k8s.aws/nlb", service),
	"spec.networking.service.loadBalancerSourceRanges": with(balanced, "[10.0.0.0/8]", service),
	"spec.networking.service.ipFamilyPolicy":           with(plain, "PreferDualStack", service),
	"spec.networking.service.ipFamilies":               with(plain, "[IPv6]", service),

	"spec.networking.networkPolicy.enabled":     with(plain, "false", policy),
	"spec.networking.networkPolicy.egressPorts": with(plain, "[3128]", policy),

	"spec.networking.route.enabled":     with(routed, "false", route),
	"spec.networking.route.host":        with(routed, "other.example.com", route),
	"spec.networking.route.termination": with(routedTLS, "reencrypt", route),
	"spec.networking.route.annotations": with(routed, "{a: b}", route),
	"spec.networking.route.destinationCACertificate": {
		base: reencrypted, value: certificateText(), changes: []string{route},
	},

	"spec.networking.ingress.enabled":        with(ingressed, "false", ingress),
	"spec.networking.ingress.className":      with(ingressed, "nginx", ingress),
	"spec.networking.ingress.host":           with(ingressed, "other.example.com", ingress),
	"spec.networking.ingress.tls.secretName": with(ingressed, "certificate", ingress),
	"spec.networking.ingress.annotations":    with(ingressed, "{a: b}", ingress),

	"spec.networking.httpRoute.enabled":                  with(gated, "false", httpRoute),
	"spec.networking.httpRoute.parentRefs[].name":        with(gated, "other", httpRoute),
	"spec.networking.httpRoute.parentRefs[].namespace":   with(gated, "gateways", httpRoute),
	"spec.networking.httpRoute.parentRefs[].sectionName": with(gated, "https", httpRoute),
	"spec.networking.httpRoute.hostnames":                with(gated, "[other.example.com]", httpRoute),
	"spec.networking.httpRoute.annotations":              with(gated, "{a: b}", httpRoute),

	"spec.networking.httpRoute.timeouts.enabled":           with(gated, "false", httpRoute),
	"spec.networking.httpRoute.timeouts.request":           with(gated, "1h", httpRoute),
	"spec.networking.httpRoute.backendTLS.enabled":         with(gatedTLS, "false", backendTLS),
	"spec.networking.httpRoute.backendTLS.caConfigMapName": with(gatedTLS, "ca", backendTLS),
	"spec.networking.httpRoute.backendTLS.hostname":        with(gatedTLS, "registry.example.com", backendTLS),
}

const (
	measured = `extensions: {metrics: {}}`
	secured  = tls + "\n" + measured
	keyed    = `extensions: {supplychain: {signing: {cosign: {publicKeys: [{secretName: a}]}, notation: {trustStores: [{secretName: a}]}}}}`
	inMaps   = `extensions: {supplychain: {signing: {cosign: {publicKeys: [{configMapName: a}]}, notation: {trustStores: [{configMapName: a}]}}}}`
	keysAt   = "spec.extensions.supplychain.signing.cosign.publicKeys[]."
	storesAt = "spec.extensions.supplychain.signing.notation.trustStores[]."
	signed   = `extensions: {supplychain: {signing: {providers: [cosign]}}}`
)

// The S3 API: on a volume, a bucket and a container.
const (
	// beside is before the kinds of the S3 gateway's objects.
	beside     = "S3 "
	deployment = beside + "Deployment"

	s3api       = `extensions: {s3api: {}}`
	s3apiBucket = `extensions: {s3api: {storage: {type: s3, s3: {bucket: objects, endpoint: 'http://minio:9000', region: a, ` +
		`accessKeySecret: a, secretKeySecret: a}}}}`
	s3apiRules = `extensions: {rbac: {keycloak: {url: 'https://sso', realm: a, clientId: a, clientSecretName: a}}, ` +
		`s3api: {access: [{buckets: [a], users: [u], groups: [g], actions: [read]}]}}`
	s3apiAccess    = "spec.extensions.s3api.access[]."
	s3apiContainer = `extensions: {s3api: {storage: {type: azure, azure: {accountName: account, container: objects, credentialsSecret: a}}}}`
)

var s3apiRows = map[string]row{
	"spec.extensions.s3api.enabled": with(s3api, "false",
		deployment, beside+service, beside+serviceAccount, beside+claim, beside+policy, beside+sessionKeys),
	"spec.extensions.s3api.maxUploadSize":            with(s3api, "10Gi", deployment),
	"spec.extensions.s3api.storage.size":             with(s3api, "1Ti", beside+claim),
	"spec.extensions.s3api.storage.storageClassName": with(s3api, "fast", beside+claim),
	"spec.extensions.s3api.storage.deletionPolicy":   with(s3api, "Delete", beside+claim),
	"spec.extensions.s3api.storage.type": {
		base: s3api, value: "s3", changes: []string{deployment, beside + claim, beside + policy},
		along: `extensions: {s3api: {storage: {s3: {bucket: objects, region: us-east-1}}}}`,
	},
	s3apiAccess + "buckets": with(s3apiRules, "[b]", deployment),
	s3apiAccess + "users":   with(s3apiRules, "[v]", deployment),
	s3apiAccess + "groups":  with(s3apiRules, "[h]", deployment),
	s3apiAccess + "actions": with(s3apiRules, "[write]", deployment),

	"spec.extensions.s3api.storage.s3.endpoint":        with(s3apiBucket, "'https://minio'", deployment, beside+policy),
	"spec.extensions.s3api.storage.s3.region":          with(s3apiBucket, "b", deployment),
	"spec.extensions.s3api.storage.s3.bucket":          with(s3apiBucket, "other", deployment),
	"spec.extensions.s3api.storage.s3.accessKeySecret": with(s3apiBucket, "b", deployment),
	"spec.extensions.s3api.storage.s3.secretKeySecret": with(s3apiBucket, "b", deployment),

	"spec.extensions.s3api.storage.azure.accountName": with(s3apiContainer, "other", deployment),
	"spec.extensions.s3api.storage.azure.container":   with(s3apiContainer, "other", deployment),
	"spec.extensions.s3api.storage.azure.serviceURL":  with(s3apiContainer, "'https://blob.example.com:8443'", deployment, beside+policy),
	// Without it the pod's own identity asks Azure.
	"spec.extensions.s3api.storage.azure.credentialsSecret": with(s3apiContainer, "b", deployment),
}

var extensionRows = map[string]row{
	// Without the extension nobody is given access to its figures.
	"spec.extensions.metrics.enabled":         with(measured, "false", boot, live, serviceMonitor),
	"spec.extensions.metrics.prometheus.path": with(measured, "/figures", boot, serviceMonitor),

	"spec.extensions.metrics.serviceMonitor.enabled":             with(measured, "false", serviceMonitor),
	"spec.extensions.metrics.serviceMonitor.labels":              with(measured, "{release: prometheus}", serviceMonitor),
	"spec.extensions.metrics.serviceMonitor.interval":            with(measured, "30s", serviceMonitor),
	"spec.extensions.metrics.serviceMonitor.basicAuthSecretName": with(scraped, "prometheus", serviceMonitor),
	"spec.extensions.metrics.serviceMonitor.caSecretName":        with(secured, "ca", serviceMonitor),
	"spec.extensions.metrics.serviceMonitor.caConfigMapName":     with(secured, "ca", serviceMonitor),

	// The agent writes what is trusted beside the artifacts, so that it mounts them with signing.
	"spec.extensions.supplychain.enabled": with(signed, "false", boot, statefulSet),
	// Secrets and ConfigMaps are mounted.
	keysAt + "secretName":      with(keyed, "other", boot, statefulSet),
	keysAt + "configMapName":   with(inMaps, "other", boot, statefulSet),
	keysAt + "key":             with(keyed, "ann.pub", boot),
	storesAt + "type":          with(keyed, "tsa", boot),
	storesAt + "secretName":    with(keyed, "other", boot, statefulSet),
	storesAt + "configMapName": with(inMaps, "other", boot, statefulSet),
	storesAt + "key":           with(keyed, "root.pem", boot),

	"spec.extensions.supplychain.sbom.formats":      with(`extensions: {supplychain: {sbom: {}}}`, "[cyclonedx]", live),
	"spec.extensions.supplychain.signing.providers": with(signed, "[notary]", boot),

	// The client's ID is no secret and part of the boot document.
	"spec.extensions.rbac.enabled":                   with(rbacOff, "true", boot, live, statefulSet, sessionKeys, policy),
	"spec.extensions.rbac.keycloak.url":              with(rbac, "https://sso.example.com", boot),
	"spec.extensions.rbac.keycloak.realm":            with(rbac, "other", boot),
	"spec.extensions.rbac.keycloak.clientId":         with(rbac, "other", boot),
	"spec.extensions.rbac.keycloak.clientSecretName": with(rbac, "other", boot, statefulSet),
}

const (
	scanned  = `extensions: {search: {cve: {}}}`
	mirrored = `extensions: {sync: {registries: [{urls: ["https://registry.example.com"], onDemand: true, content: [{prefix: a}]}]}}`
	polled   = `extensions: {sync: {registries: [
  {urls: ["https://registry.example.com"], onDemand: true, pollInterval: 1h, content: [{prefix: a}], retryDelay: 10s}]}}`
	named = "spec.extensions.sync.registries[]."
)

// searchRows are about what zot asks and copies. What it takes up as it runs is in Live.
var searchRows = map[string]row{
	"spec.extensions.search.enabled":              with(plain, "true", boot),
	"spec.extensions.search.cve.enabled":          with(scanned, "false", live, policy),
	"spec.extensions.search.cve.updateInterval":   with(scanned, "12h", live),
	"spec.extensions.search.cve.dbRepository":     with(scanned, "mirror.example.com:5000/trivy-db", live, policy),
	"spec.extensions.search.cve.javaDBRepository": with(scanned, "mirror.example.com:5000/java", live, policy),
	"spec.extensions.ui.enabled":                  with(plain, "true", boot),
	"spec.extensions.scrub.enabled":               with(plain, "true", live),
	"spec.extensions.scrub.interval":              with(`extensions: {scrub: {}}`, "48h", live),

	"spec.extensions.sync.enabled": with(mirrored, "false", live, policy),
	named + "urls":                 with(mirrored, "[http://other.example.com]", live, policy),
	named + "onDemand":             with(polled, "false", live),
	named + "pollInterval":         with(mirrored, "6h", live),
	// Secrets are mounted, so that the pods are made anew.
	named + "credentialsSecret":           with(mirrored, "upstream", boot, statefulSet),
	named + "tlsVerify":                   with(mirrored, "false", live),
	named + "onlySigned":                  with(mirrored, "true", live),
	named + "preserveDigest":              with(mirrored, "true", live),
	named + "maxRetries":                  with(polled, "3", live),
	named + "retryDelay":                  with(mirrored, "30s", live),
	named + "content[].prefix":            with(mirrored, "b", live),
	named + "content[].destination":       with(mirrored, "/mirror", live),
	named + "content[].stripPrefix":       with(mirrored, "true", live),
	named + "content[].tags.regex":        with(mirrored, "^v", live),
	named + "content[].tags.excludeRegex": with(mirrored, "rc", live),
	named + "content[].tags.semver":       with(mirrored, "true", live),
}

const (
	keycloak = `keycloak: {url: 'https://keycloak.example.com', realm: zot, clientId: zot, clientSecretName: keycloak}`
	rbac     = `extensions: {rbac: {` + keycloak + `}}`
	rbacOff  = `extensions: {rbac: {enabled: false, ` + keycloak + `}}`
)
