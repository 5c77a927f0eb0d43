package validation

const (
	// fit is a store for which several replicas can be asked; more is added to its storage, and to the spec.
	fitStorage = `type: s3, s3: {region: eu-west-1, bucket: artifacts}, cache: {type: redis, redis: {address: "redis:6379"}}`
	fit        = `storage: {` + fitStorage + `}`
)

var memberRows = []row{
	{rule: "replicas"},
	{rule: "replicas", spec: `replicas: 1`},
	{rule: "replicas", spec: `{replicas: 9, ` + fit + `}`},
	{rule: "replicas", spec: `{replicas: 10, ` + fit + `}`, refused: at("spec.replicas")},
	{rule: "replicas", spec: `replicas: 0`, refused: at("spec.replicas")},
	{rule: "replicas", spec: `replicas: -1`, refused: at("spec.replicas")},

	{rule: "replicas-storage", spec: `{replicas: 2, ` + fit + `}`},
	{rule: "replicas-storage", spec: `{replicas: 3, storage: {type: azure, azure: {accountName: account, container: artifacts},
		cache: {type: dynamodb, dynamodb: {region: eu-west-1}}}}`},
	{rule: "replicas-storage", spec: `replicas: 2`, refused: at("spec.replicas")},
	{rule: "replicas-storage", spec: `{replicas: 2, storage: {type: filesystem}}`, refused: at("spec.replicas")},
	{rule: "replicas-storage", spec: `{replicas: 3, storage: {type: gcp, gcp: {bucket: abc}}}`, refused: at("spec.replicas")},

	{rule: "replicas-claim", spec: `{replicas: 1, storage: {existingClaim: mine, ` + fitStorage + `}}`},
	{rule: "replicas-claim", spec: `{replicas: 2, storage: {ephemeral: true, ` + fitStorage + `}}`},
	{rule: "replicas-claim", spec: `{replicas: 2, storage: {existingClaim: mine, ` + fitStorage + `}}`, refused: at("spec.replicas")},

	{rule: "replicas-collection", spec: `{replicas: 2, storage: {gc: {enabled: false}, ` + fitStorage + `}}`},
	{rule: "replicas-collection", spec: `{replicas: 2, storage: {gc: {delay: 24h}, ` + fitStorage + `}}`},
	{rule: "replicas-collection", spec: `{replicas: 2, storage: {gc: {enabled: true}, ` + fitStorage + `}}`, refused: at("spec.replicas")},
	{
		rule:    "replicas-collection",
		spec:    `{replicas: 2, storage: {retention: {policies: [{repositories: ["**"]}]}, ` + fitStorage + `}}`,
		refused: at("spec.replicas"),
	},

	{rule: "replicas-supply-chain", spec: `{replicas: 2, extensions: {supplychain: {enabled: false, signing: {}}}, ` + fit + `}`},
	{rule: "replicas-supply-chain", spec: `{replicas: 2, extensions: {supplychain: {signing: {}}}, ` + fit + `}`, refused: at("spec.replicas")},

	{rule: "replicas-service-ca", spec: `{replicas: 2, http: {tls: {certSecretName: mine}}, ` + fit + `}`},
	{rule: "replicas-service-ca", spec: `{replicas: 2, http: {tls: {enabled: false, serviceCA: true}}, ` + fit + `}`},
	{rule: "replicas-service-ca", spec: `{replicas: 2, http: {tls: {serviceCA: true}}, ` + fit + `}`, refused: at("spec.replicas")},
}
