package properties

// The objects of a store. Boot and Live are its config maps: a changed Boot restarts the pods, a changed Live does not.
const (
	boot           = "Boot"
	live           = "Live"
	statefulSet    = "StatefulSet"
	claim          = "PersistentVolumeClaim"
	service        = "Service"
	memberService  = "MemberService"
	serviceAccount = "ServiceAccount"
	budget         = "PodDisruptionBudget"
	route          = "Route"
	ingress        = "Ingress"
	httpRoute      = "HTTPRoute"
	backendTLS     = "BackendTLSPolicy"
	certificate    = "Certificate"
	policy         = "NetworkPolicy"
	serviceMonitor = "ServiceMonitor"
	sessionKeys    = "Secret"
)

// with is a row: on the base, the leaf gets the value, and these objects change.
func with(base, value string, kinds ...string) row {
	return row{base: base, value: value, changes: kinds}
}

// image is what a store runs that names its image.
const (
	plain  = `{}`
	image  = `image: {repository: ghcr.io/project-zot/zot, tag: v2.1.20}`
	tls    = `http: {tls: {certSecretName: certificate}}`
	issued = `http: {tls: {issuerRef: {name: ca}}}`
	signIn = `auth: {htpasswd: {secretName: users}}`
)

var generalRows = map[string]row{
	// What the operator does then: pkg/apply, and the tests on a cluster.
	"spec.paused": with(plain, "true"),

	"spec.image.repository": with(plain, "mirror.example.com/zot", statefulSet),
	// Another release of zot with the same configuration; older ones are told less.
	"spec.image.tag":         with(image, "v2.1.19", statefulSet),
	"spec.image.digest":      with(image, "sha256:"+sum, statefulSet),
	"spec.image.pullPolicy":  with(plain, "Always", statefulSet),
	"spec.image.pullSecrets": with(plain, "[registry]", statefulSet),

	// The volume goes: what is kept is kept elsewhere. And the collection, which is live, is off.
	"spec.replicas": with(
		`storage: {type: s3, s3: {region: eu-west-1, bucket: artifacts}, cache: {type: redis, redis: {address: "redis:6379"}}}`, "2",
		boot, live, statefulSet, claim, memberService, policy),

	"spec.http.port":                with(plain, "5000", boot, statefulSet, service, policy),
	"spec.http.tls.enabled":         with(tls, "false", boot, statefulSet),
	"spec.http.tls.certSecretName":  with(tls, "other", boot, statefulSet),
	"spec.http.tls.keySecretName":   with(tls, "key", boot, statefulSet),
	"spec.http.tls.issuerRef.name":  with(issued, "other", certificate),
	"spec.http.tls.issuerRef.kind":  with(issued, "ClusterIssuer", certificate),
	"spec.http.tls.issuerRef.group": with(issued, "awspca.cert-manager.io", certificate),
	"spec.http.tls.dnsNames":        with(issued, "[registry.example.com]", certificate),
	// OpenShift is asked by an annotation of the Service, in place of a certificate of the user's own.
	"spec.http.tls.serviceCA": {
		base: tls, value: "true", changes: []string{boot, statefulSet, service}, along: `http: {tls: {certSecretName: null}}`,
	},
	"spec.externalURL": with(plain, "https://registry.example.com", boot),
	"spec.log.level":   with(plain, "debug", boot),

	"spec.resources.limits.cpu":      with(plain, "2", statefulSet),
	"spec.resources.limits.memory":   with(plain, "2Gi", statefulSet),
	"spec.resources.requests.cpu":    with(plain, "2", statefulSet),
	"spec.resources.requests.memory": with(plain, "2Gi", statefulSet),

	"spec.scheduling.nodeSelector":              with(plain, "{disk: ssd}", statefulSet),
	"spec.scheduling.tolerations":               with(plain, "[{operator: Exists}]", statefulSet),
	"spec.scheduling.affinity":                  with(plain, affinity, statefulSet),
	"spec.scheduling.priorityClassName":         with(plain, "high", statefulSet),
	"spec.scheduling.topologySpreadConstraints": with(plain, "[{maxSkew: 1, topologyKey: zone, whenUnsatisfiable: ScheduleAnyway}]", statefulSet),

	// Clouds look at the annotations when a pod starts, so the pods are made anew.
	"spec.serviceAccount.annotations": with(plain, "{eks.amazonaws.com/role-arn: role}", serviceAccount, statefulSet),

	"spec.caBundle.secretName":    with(`caBundle: {secretName: ca}`, "other", boot, statefulSet),
	"spec.caBundle.configMapName": with(`caBundle: {configMapName: ca}`, "other", boot, statefulSet),

	"spec.auth.htpasswd.secretName": with(signIn, "other", boot, statefulSet),
}

const (
	sum      = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
	affinity = `nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: [{matchExpressions: [{key: arch, operator: Exists}]}]}}`
)

// rules are those of a store whose users sign in.
const rules = signIn + `
accessControl:
  repositories: [{pattern: '**', policies: [{users: [alice], groups: [ci], actions: [read]}], defaultPolicy: [read], anonymousPolicy: [read]}]
  adminPolicy: {users: [root], groups: [ci], actions: [delete]}
  groups: [{name: ci, users: [bot]}]
extensions: {metrics: {}}`

// scraped lets one user read the figures.
const scraped = signIn + `
accessControl: {metrics: {users: [prometheus]}}
extensions: {metrics: {}}`

var accessRows = map[string]row{
	"spec.accessControl.repositories[].pattern":            with(rules, "team-a/**", live),
	"spec.accessControl.repositories[].policies[].users":   with(rules, "[bob]", live),
	"spec.accessControl.repositories[].policies[].groups":  with(rules, "[dev]", live),
	"spec.accessControl.repositories[].policies[].actions": with(rules, "[read, update]", live),
	"spec.accessControl.repositories[].defaultPolicy":      with(rules, "[create]", live),
	"spec.accessControl.repositories[].anonymousPolicy":    with(rules, "[]", live),
	"spec.accessControl.adminPolicy.users":                 with(rules, "[alice]", live),
	"spec.accessControl.adminPolicy.groups":                with(rules, "[dev]", live),
	"spec.accessControl.adminPolicy.actions":               with(rules, "[read]", live),
	"spec.accessControl.groups[].name":                     with(rules, "dev", live),
	"spec.accessControl.groups[].users":                    with(rules, "[carol]", live),
	"spec.accessControl.metrics.users":                     with(rules, "[prometheus]", live),
	"spec.accessControl.metrics.anonymousPolicy":           with(scraped, "[read]", live),
}
