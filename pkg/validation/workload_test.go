package validation

import (
	"slices"
	"strings"
)

const digest = "sha256:00000000000000000000000000000000000000000000000000000000000000ff"

var workloadRows = slices.Concat(memberRows, []row{
	{rule: "name-length", store: strings.Repeat("a", 40)},
	{rule: "name-length", store: strings.Repeat("a", 41), refused: at("metadata.name")},
	{rule: "name-grammar", store: "a-1"},
	{rule: "name-grammar", store: "1-a", refused: at("metadata.name")},
	{rule: "name-grammar", store: "a.b", refused: at("metadata.name")},
	{rule: "name-grammar", store: "a-", refused: at("metadata.name")},

	{rule: "image-repository", spec: `image: {}`},
	{rule: "image-repository", spec: `image: {repository: quay.io/zot-artifact-store}`},
	{rule: "image-repository", spec: `image: {repository: "localhost:5000/a/b__c/d.e--f"}`},
	{rule: "image-repository", spec: `image: {repository: zot}`},
	{rule: "image-repository", spec: `image: {repository: "ghcr.io/project-zot/zot:v2.1.20"}`, refused: at("spec.image.repository")},
	{rule: "image-repository", spec: `image: {repository: "zot:v2.1.20"}`, refused: at("spec.image.repository")},
	{rule: "image-repository", spec: `image: {repository: "ghcr.io/project-zot/zot@sha256:00"}`, refused: at("spec.image.repository")},
	{rule: "image-repository", spec: `image: {repository: "https://ghcr.io/project-zot/zot"}`, refused: at("spec.image.repository")},
	{rule: "image-repository", spec: `image: {repository: ghcr.io/Project-Zot/zot}`, refused: at("spec.image.repository")},
	{rule: "image-repository", spec: `image: {repository: ghcr.io/zot/}`, refused: at("spec.image.repository")},
	{rule: "image-repository", spec: `image: {repository: ` + strings.Repeat("a", 256) + `}`, refused: at("spec.image.repository")},

	{rule: "image-tag", spec: `image: {tag: v2.1.20}`},
	{rule: "image-tag", spec: `image: {tag: "2.1"}`},
	{rule: "image-tag", spec: `image: {tag: "v2 1"}`, refused: at("spec.image.tag")},
	{rule: "image-tag", spec: `image: {tag: "-v2"}`, refused: at("spec.image.tag")},
	{rule: "image-tag", spec: `image: {tag: ` + strings.Repeat("a", 129) + `}`, refused: at("spec.image.tag")},

	{rule: "image-digest", spec: `image: {digest: "` + digest + `"}`},
	{rule: "image-digest", spec: `image: {tag: v2.1.20, digest: "` + digest + `"}`},
	{rule: "image-digest", spec: `image: {digest: "` + digest[:70] + `"}`, refused: at("spec.image.digest")},
	{rule: "image-digest", spec: `image: {digest: "sha512:00"}`, refused: at("spec.image.digest")},

	{rule: "image-pull-policy", spec: `image: {pullPolicy: Always}`},
	{rule: "image-pull-policy", spec: `image: {pullPolicy: always}`, refused: at("spec.image.pullPolicy")},

	{rule: "image-pull-secrets", spec: `image: {pullSecrets: [a, b.c]}`},
	{
		rule: "image-pull-secrets", spec: `image: {pullSecrets: [a, A, "", a]}`,
		refused: at("spec.image.pullSecrets[1]", "spec.image.pullSecrets[2]", "spec.image.pullSecrets[3]"),
	},
	{
		rule: "image-pull-secrets", spec: `image: {pullSecrets: [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q]}`,
		refused: at("spec.image.pullSecrets"),
	},

	{rule: "log-level", spec: `log: {level: debug}`},
	{rule: "log-level", spec: `log: {level: trace}`, refused: at("spec.log.level")},

	{rule: "resources-sign", spec: `resources: {requests: {cpu: 0, memory: 1Gi}, limits: {cpu: 1}}`},
	{
		rule: "resources-sign", spec: `resources: {requests: {cpu: -1}, limits: {memory: -1Gi}}`,
		refused: at("spec.resources.requests.cpu", "spec.resources.limits.memory"),
	},

	{rule: "resources-requests-within-limits", spec: `resources: {requests: {cpu: 1, memory: 1Gi}, limits: {cpu: 1000m, memory: 1024Mi}}`},
	{rule: "resources-requests-within-limits", spec: `resources: {limits: {cpu: 10m, memory: 128Mi}}`},
	{
		rule: "resources-requests-within-limits", spec: `resources: {requests: {cpu: 2, memory: 2Gi}, limits: {cpu: 1, memory: 1Gi}}`,
		refused: at("spec.resources.requests.cpu", "spec.resources.requests.memory"),
	},

	{rule: "resources-memory-limit", spec: `resources: {limits: {memory: 64Mi}}`},
	{rule: "resources-memory-limit", spec: `resources: {limits: {memory: 512}}`, refused: at("spec.resources.limits.memory")},
	{rule: "resources-memory-limit", spec: `resources: {limits: {memory: 512m}}`, refused: at("spec.resources.limits.memory")},

	{rule: "service-account-annotations", spec: `serviceAccount: {annotations: {eks.amazonaws.com/role-arn: "arn:aws:iam::1:role/zot"}}`},
	{
		rule: "service-account-annotations", spec: `serviceAccount: {annotations: {"a b": c}}`,
		refused: at("spec.serviceAccount.annotations[a b]"),
	},

	{rule: "ca-bundle-source", spec: `caBundle: {secretName: a}`},
	{rule: "ca-bundle-source", spec: `caBundle: {configMapName: kube-root-ca.crt}`},
	{rule: "ca-bundle-source", spec: `caBundle: {}`, refused: at("spec.caBundle")},
	{rule: "ca-bundle-source", spec: `caBundle: {secretName: a, configMapName: a}`, refused: at("spec.caBundle")},
	{rule: "ca-bundle-names", spec: `caBundle: {secretName: a.b}`},
	{rule: "ca-bundle-names", spec: `caBundle: {secretName: "-----BEGIN CERTIFICATE-----"}`, refused: at("spec.caBundle.secretName")},
	{rule: "ca-bundle-names", spec: `caBundle: {configMapName: other/ca}`, refused: at("spec.caBundle.configMapName")},
})
