package validation

import "strings"

// signing is a store that checks signatures.
func signing(content string) string { return `extensions: {supplychain: {signing: {` + content + `}}}` }

const (
	signingAt    = "spec.extensions.supplychain.signing."
	publicKeysAt = signingAt + "cosign.publicKeys"
	storesAt     = signingAt + "notation.trustStores"
	withRedis    = `
storage:
  type: s3
  s3: {bucket: artifacts, region: eu-west-1}
  cache: {type: redis, redis: {address: "redis:6379"}}`
	withDynamoDB = `
storage:
  type: s3
  s3: {bucket: artifacts, region: eu-west-1}
  cache: {type: dynamodb, dynamodb: {region: eu-west-1, tablePrefix: zot}}`
)

var supplyChainRows = []row{
	{rule: "signing-providers", spec: `extensions: {supplychain: {signing: {}}}`},
	{rule: "signing-providers", spec: `extensions: {supplychain: {signing: {providers: [cosign, notary]}}}`},
	{rule: "signing-providers", spec: `extensions: {supplychain: {signing: {providers: [notation]}}}`},
	{rule: "signing-providers", spec: `extensions: {supplychain: {signing: {providers: []}}}`, refused: at(providersAt)},
	{rule: "signing-providers", spec: `extensions: {supplychain: {signing: {providers: [gpg]}}}`, refused: at(providersAt + "[0]")},
	{rule: "signing-providers", spec: `extensions: {supplychain: {signing: {providers: [cosign, cosign]}}}`, refused: at(providersAt + "[1]")},
	{rule: "signing-providers", spec: `extensions: {supplychain: {signing: {providers: [notary, notation]}}}`, refused: at(providersAt + "[1]")},
	{rule: "sbom-formats", spec: `extensions: {supplychain: {sbom: {}}}`},
	{rule: "sbom-formats", spec: `extensions: {supplychain: {sbom: {formats: [cyclonedx, spdx]}}}`},
	{rule: "sbom-formats", spec: `extensions: {supplychain: {sbom: {formats: []}}}`, refused: at(formatsAt)},
	{rule: "sbom-formats", spec: `extensions: {supplychain: {sbom: {formats: [spdx-json, spdx, spdx]}}}`, refused: at(formatsAt+"[0]", formatsAt+"[2]")},
	{rule: "sbom-storage", spec: `{storage: {type: filesystem}, extensions: {supplychain: {sbom: {}}}}`},
	{rule: "sbom-storage", spec: `{storage: {type: gcp, gcp: {bucket: abc}}, extensions: {supplychain: {enabled: false, sbom: {}}}}`},
	{rule: "sbom-storage", spec: `{storage: {type: gcp, gcp: {bucket: abc}}, extensions: {supplychain: {signing: {}}}}`},
	{
		rule: "sbom-storage", spec: `{storage: {type: gcp, gcp: {bucket: abc}}, extensions: {supplychain: {sbom: {}}}}`,
		refused: at("spec.extensions.supplychain.sbom"),
	},

	{rule: "signing-keys", spec: signing("cosign: {publicKeys: [{secretName: a}]}, notation: {trustStores: [{configMapName: b}]}")},
	{rule: "signing-keys", spec: signing("cosign: {}"), refused: at(publicKeysAt)},
	{rule: "signing-keys", spec: signing("notation: {trustStores: []}"), refused: at(storesAt)},
	{rule: "signing-keys", spec: signing("cosign: {publicKeys: [" + strings.Repeat("{secretName: a},", 33) + "]}"), refused: at(publicKeysAt)},
	{
		rule: "signing-keys", spec: signing("notation: {trustStores: [" + strings.Repeat("{secretName: a},", 33) + "]}"),
		refused: at(storesAt),
	},

	{rule: "signing-key-sources", spec: signing("cosign: {publicKeys: [{secretName: a, key: ann.pub}]}")},
	{rule: "signing-key-sources", spec: signing("cosign: {publicKeys: [{}]}"), refused: at(publicKeysAt + "[0]")},
	{rule: "signing-key-sources", spec: signing("cosign: {publicKeys: [{secretName: a, configMapName: b}]}"), refused: at(publicKeysAt + "[0]")},
	{rule: "signing-key-sources", spec: signing("notation: {trustStores: [{type: ca}]}"), refused: at(storesAt + "[0]")},
	{rule: "signing-key-sources", spec: signing("notation: {trustStores: [{secretName: A}]}"), refused: at(storesAt + "[0].secretName")},
	{rule: "signing-key-sources", spec: signing("cosign: {publicKeys: [{configMapName: A}]}"), refused: at(publicKeysAt + "[0].configMapName")},
	{rule: "signing-key-sources", spec: signing("cosign: {publicKeys: [{secretName: a, key: a/b}]}"), refused: at(publicKeysAt + "[0].key")},

	{rule: "signing-keys-provider", spec: signing("providers: [notation], notation: {trustStores: [{secretName: a}]}")},
	{
		rule: "signing-keys-provider", spec: signing("providers: [notary], cosign: {publicKeys: [{secretName: a}]}"),
		refused: at(signingAt + "cosign"),
	},
	{
		rule: "signing-keys-provider", spec: signing("providers: [cosign], notation: {trustStores: [{secretName: a}]}"),
		refused: at(signingAt + "notation"),
	},

	{rule: "signing-dynamodb", spec: `extensions: {supplychain: {enabled: false, signing: {}}}` + withDynamoDB},
	{rule: "signing-dynamodb", spec: signing("providers: [cosign]") + withRedis},
	{
		rule: "signing-dynamodb", spec: signing("cosign: {publicKeys: [{secretName: a}]}") + withDynamoDB,
		refused: at("spec.extensions.supplychain.signing"),
	},

	{rule: "trust-store-type", spec: signing("notation: {trustStores: [{type: tsa, secretName: a}]}")},
	{rule: "trust-store-type", spec: signing("notation: {trustStores: [{type: CA, secretName: a}]}"), refused: at(storesAt + "[0].type")},

	{rule: "sbom-cve", spec: `extensions: {supplychain: {sbom: {}}, search: {cve: {updateInterval: 12h}}}`},
	{rule: "sbom-cve", spec: `extensions: {supplychain: {sbom: {}}, search: {enabled: false}}`, refused: at("spec.extensions.search.enabled")},
	{
		rule: "sbom-cve", spec: `extensions: {supplychain: {sbom: {}}, search: {cve: {enabled: false}}}`,
		refused: at("spec.extensions.search.cve.enabled"),
	},
}
