package validation

import "strings"

const cveAt = "spec.extensions.search.cve."

// searchOf is a store with a query interface of that content.
func searchOf(content string) string { return `extensions: {search: {` + content + `}}` }

var searchRows = []row{
	{rule: "search-needed", spec: `extensions: {ui: {}}`},
	{rule: "search-needed", spec: `extensions: {ui: {enabled: false}, search: {enabled: false}}`},
	{rule: "search-needed", spec: `extensions: {ui: {}, search: {enabled: false}}`, refused: at("spec.extensions.search.enabled")},
	{
		rule: "search-needed", spec: `extensions: {supplychain: {signing: {}}, search: {enabled: false}}`,
		refused: at("spec.extensions.search.enabled"),
	},

	{rule: "cve-storage", spec: searchOf("cve: {}")},
	{rule: "cve-storage", spec: "storage: {type: gcp, gcp: {bucket: abc}}\n" + searchOf("cve: {enabled: false}")},
	{rule: "cve-storage", spec: "storage: {type: gcp, gcp: {bucket: abc}}\n" + searchOf("cve: {}"), refused: at("spec.extensions.search.cve")},

	{rule: "cve-update-interval", spec: searchOf("cve: {updateInterval: 2h}")},
	{rule: "cve-update-interval", spec: searchOf("cve: {updateInterval: 119m}"), refused: at(cveAt + "updateInterval")},
	{rule: "cve-update-interval", spec: searchOf("cve: {updateInterval: daily}"), refused: at(cveAt + "updateInterval")},

	{rule: "cve-repositories", spec: searchOf("cve: {dbRepository: 'registry:5000/mirror/trivy-db', javaDBRepository: ghcr.io/a/b}")},
	{rule: "cve-repositories", spec: searchOf("cve: {dbRepository: 'https://ghcr.io/a/b'}"), refused: at(cveAt + "dbRepository")},
	{rule: "cve-repositories", spec: searchOf("cve: {dbRepository: 'ghcr.io/a/b:2'}"), refused: at(cveAt + "dbRepository")},
	{rule: "cve-repositories", spec: searchOf("cve: {javaDBRepository: trivy-java-db}"), refused: at(cveAt + "javaDBRepository")},
	{
		rule: "cve-repositories", spec: searchOf("cve: {javaDBRepository: ghcr.io/" + strings.Repeat("a", 512) + "}"),
		refused: at(cveAt + "javaDBRepository"),
	},

	{rule: "scrub-interval", spec: `extensions: {scrub: {interval: 168h}}`},
	{rule: "scrub-interval", spec: `extensions: {scrub: {interval: 1h}}`, refused: at("spec.extensions.scrub.interval")},
}
