package validation

import (
	"fmt"
	"strings"
)

// synced is a store that copies from one registry.
func synced(content string) string {
	return `extensions: {sync: {registries: [{urls: ["https://registry.example.com"], ` + content + `}]}}`
}

// copied is one that copies these repositories when they are asked for.
func copied(content string) string { return synced("onDemand: true, content: [{" + content + "}]") }

// from is one that copies from these addresses.
func from(urls ...string) string {
	return `extensions: {sync: {registries: [{onDemand: true, urls: ["` + strings.Join(urls, `", "`) + `"]}]}}`
}

const (
	syncAt    = "spec.extensions.sync.registries"
	contentAt = syncAt + "[0].content[0]."
)

var syncRows = []row{
	{rule: "sync-registries", spec: synced("onDemand: true")},
	{rule: "sync-registries", spec: `extensions: {sync: {enabled: false}}`},
	{rule: "sync-registries", spec: `extensions: {sync: {}}`, refused: at(syncAt)},
	{rule: "sync-registries", spec: `extensions: {sync: {registries: []}}`, refused: at(syncAt)},
	{rule: "sync-registries", spec: many(33), refused: at(syncAt)},

	{rule: "sync-urls", spec: from("https://registry-1.docker.io", "http://10.0.0.1:5000/")},
	{rule: "sync-urls", spec: `extensions: {sync: {registries: [{onDemand: true}]}}`, refused: at(syncAt + "[0].urls")},
	{rule: "sync-urls", spec: from("docker.io"), refused: at(syncAt + "[0].urls[0]")},
	{rule: "sync-urls", spec: from("https://docker.io/library"), refused: at(syncAt + "[0].urls[0]")},
	{rule: "sync-urls", spec: from("https://me:secret@docker.io"), refused: at(syncAt + "[0].urls[0]")},
	{rule: "sync-urls", spec: from("https://docker.io?ns=a"), refused: at(syncAt + "[0].urls[0]")},
	{rule: "sync-urls", spec: from(""), refused: at(syncAt + "[0].urls[0]")},
	{rule: "sync-urls", spec: from("https://a", "https://a"), refused: at(syncAt + "[0].urls[1]")},
	{rule: "sync-urls", spec: from("https://" + strings.Repeat("a", 505)), refused: at(syncAt+"[0].urls[0]", syncAt+"[0].urls[0]")},
	{
		rule:    "sync-urls",
		spec:    from("https://a", "https://b", "https://c", "https://d", "https://e", "https://f", "https://g", "https://h", "https://i"),
		refused: at(syncAt + "[0].urls"),
	},

	{rule: "sync-when", spec: synced("pollInterval: 6h, content: [{prefix: a}]")},
	{rule: "sync-when", spec: synced("tlsVerify: true"), refused: at(syncAt + "[0].onDemand")},
	{rule: "sync-when", spec: synced("pollInterval: 6h"), refused: at(syncAt + "[0].content")},
	{rule: "sync-when", spec: synced("pollInterval: 1s, content: [{prefix: a}]"), refused: at(syncAt + "[0].pollInterval")},

	{rule: "sync-content", spec: copied("prefix: '/library/**', destination: /docker.io, stripPrefix: true")},
	{rule: "sync-content", spec: copied("prefix: '**', destination: /")},
	{rule: "sync-content", spec: copied("destination: /a"), refused: at(contentAt + "prefix")},
	{rule: "sync-content", spec: copied("prefix: /"), refused: at(contentAt + "prefix")},
	{rule: "sync-content", spec: copied("prefix: 'Library/**'"), refused: at(contentAt + "prefix")},
	{rule: "sync-content", spec: copied("prefix: " + strings.Repeat("a", 257)), refused: at(contentAt + "prefix")},
	{rule: "sync-content", spec: copied("prefix: a, destination: /A"), refused: at(contentAt + "destination")},
	{rule: "sync-content", spec: copied("prefix: a, destination: /a/"), refused: at(contentAt + "destination")},
	{rule: "sync-content", spec: copied("prefix: a, destination: " + strings.Repeat("a", 257)), refused: at(contentAt + "destination")},
	{rule: "sync-content", spec: copied("prefix: a, destination: /, stripPrefix: true"), refused: at(contentAt + "destination")},
	{
		rule: "sync-content", spec: synced("onDemand: true, content: [" + strings.Repeat("{prefix: a},", 65) + "]"),
		refused: at(syncAt + "[0].content"),
	},

	{rule: "sync-tags", spec: copied(`prefix: a, tags: {regex: "^v", excludeRegex: "rc", semver: true}`)},
	{rule: "sync-tags", spec: copied(`prefix: a, tags: {regex: "*"}`), refused: at(contentAt + "tags.regex")},
	{rule: "sync-tags", spec: copied(`prefix: a, tags: {excludeRegex: "("}`), refused: at(contentAt + "tags.excludeRegex")},
	{rule: "sync-tags", spec: copied(`prefix: a, tags: {regex: ` + strings.Repeat("a", 257) + `}`), refused: at(contentAt + "tags.regex")},

	{rule: "sync-retries", spec: synced("onDemand: true, maxRetries: 3, retryDelay: 30s")},
	{rule: "sync-retries", spec: synced("onDemand: true, maxRetries: 3"), refused: at(syncAt + "[0].retryDelay")},
	{rule: "sync-retries", spec: synced("onDemand: true, maxRetries: 0, retryDelay: 30s"), refused: at(syncAt + "[0].maxRetries")},
	{rule: "sync-retries", spec: synced("onDemand: true, retryDelay: 1ms"), refused: at(syncAt + "[0].retryDelay")},

	{rule: "sync-credentials", spec: synced("onDemand: true, credentialsSecret: upstream")},
	{rule: "sync-credentials", spec: synced("onDemand: true, credentialsSecret: Up"), refused: at(syncAt + "[0].credentialsSecret")},
	{
		rule: "sync-credentials",
		spec: `extensions: {sync: {registries: [{onDemand: true, urls: ["https://a"], credentialsSecret: a},
  {onDemand: true, urls: ["https://a/"], credentialsSecret: b}]}}`,
		refused: at(syncAt + "[1].credentialsSecret"),
	},
}

// many is a store that copies from that many registries.
func many(count int) string {
	var out []string
	for i := range count {
		out = append(out, fmt.Sprintf(`{onDemand: true, urls: ["https://r%d"]}`, i))
	}
	return `extensions: {sync: {registries: [` + strings.Join(out, ", ") + `]}}`
}
