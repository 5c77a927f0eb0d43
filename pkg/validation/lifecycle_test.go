package validation

import "strings"

func gc(fields string) string { return "storage: {gc: {" + fields + "}}" }

func retention(policies string) string { return "storage: {retention: {policies: [" + policies + "]}}" }

// tags is a policy with one rule for tags.
func tags(rule string) string { return retention("{repositories: [a], keepTags: [{" + rule + "}]}") }

const (
	delayAt    = "spec.storage.gc.delay"
	intervalAt = "spec.storage.gc.interval"
	windowAt   = "spec.storage.gc.timeWindow"
	policiesAt = "spec.storage.retention.policies"
	keepAt     = policiesAt + "[0].keepTags"
)

var lifecycleRows = []row{
	{rule: "gc-durations", spec: gc("")},
	{rule: "gc-durations", spec: gc("delay: 1h30m, interval: 0.5h")},
	{rule: "gc-durations", spec: gc("delay: 1m, interval: 60000ms")},
	{rule: "gc-durations", spec: gc("delay: 0s, interval: 59s"), refused: at(delayAt, intervalAt)},
	{rule: "gc-durations", spec: gc("delay: -1h, interval: +1h"), refused: at(delayAt, intervalAt)},
	{rule: "gc-durations", spec: gc("delay: 1 day, interval: 7d"), refused: at(delayAt, intervalAt)},
	{rule: "gc-durations", spec: gc(`delay: "60", interval: 100us`), refused: at(delayAt, intervalAt)},
	{rule: "gc-durations", spec: gc("delay: 999999999h, interval: " + strings.Repeat("1m", 17)), refused: at(delayAt, intervalAt)},

	{rule: "gc-time-window", spec: gc(`timeWindow: "02:00-05:00"`)},
	{rule: "gc-time-window", spec: gc(`timeWindow: "22:00-06:00"`)},
	{rule: "gc-time-window", spec: gc(`timeWindow: "02:00"`), refused: at(windowAt)},
	{rule: "gc-time-window", spec: gc(`timeWindow: "2:00-5:00"`), refused: at(windowAt)},
	{rule: "gc-time-window", spec: gc(`timeWindow: "02:00-24:00"`), refused: at(windowAt)},
	{rule: "gc-time-window", spec: gc(`timeWindow: "02:00-02:00"`), refused: at(windowAt)},

	{rule: "retention-delay", spec: `storage: {retention: {delay: 24h, policies: [{repositories: [a]}]}}`},
	{rule: "retention-delay", spec: `storage: {retention: {delay: 1s, policies: [{repositories: [a]}]}}`, refused: at("spec.storage.retention.delay")},

	{rule: "retention-policies", spec: retention(strings.Repeat("{repositories: [a]},", 64))},
	{rule: "retention-policies", spec: `storage: {retention: {}}`, refused: at(policiesAt)},
	{rule: "retention-policies", spec: retention(strings.Repeat("{repositories: [a]},", 65)), refused: at(policiesAt)},

	{rule: "retention-repositories", spec: retention(`{repositories: [a, b/**, "*/c?"]}, {repositories: ["**"]}`)},
	{rule: "retention-repositories", spec: retention(`{repositories: []}`), refused: at(policiesAt + "[0].repositories")},
	{
		rule: "retention-repositories", spec: retention(`{repositories: [a]}, {repositories: ["", a, a, A, "a[b"]}`),
		refused: at(policiesAt+"[1].repositories[0]", policiesAt+"[1].repositories[2]", policiesAt+"[1].repositories[3]",
			policiesAt+"[1].repositories[4]"),
	},
	{rule: "retention-repositories", spec: retention(`{repositories: [` + list(65) + `]}`), refused: at(policiesAt + "[0].repositories")},
	{
		rule: "retention-repositories", spec: retention(`{repositories: [` + strings.Repeat("a", 257) + `]}`),
		refused: at(policiesAt + "[0].repositories[0]"),
	},

	{rule: "retention-keep-tags", spec: tags("")},
	{rule: "retention-keep-tags", spec: tags(`patterns: ["^v[0-9]+", ".*"]`)},
	{rule: "retention-keep-tags", spec: tags(`patterns: ["*", "(", "", ".*", ".*"]`), refused: at(
		keepAt+"[0].patterns[2]", keepAt+"[0].patterns[4]", keepAt+"[0].patterns[0]", keepAt+"[0].patterns[1]")},
	{rule: "retention-keep-tags", spec: tags(`patterns: ["a(?=b)"]`), refused: at(keepAt + "[0].patterns[0]")},
	{rule: "retention-keep-tags", spec: tags(`patterns: [` + list(65) + `]`), refused: at(keepAt + "[0].patterns")},
	{rule: "retention-keep-tags", spec: tags(`patterns: [` + strings.Repeat("a", 257) + `]`), refused: at(keepAt + "[0].patterns[0]")},
	{rule: "retention-keep-tags", spec: retention(`{repositories: [a], keepTags: [` + strings.Repeat("{},", 65) + `]}`), refused: at(keepAt)},

	{rule: "retention-limits", spec: tags("pulledWithin: 720h, pushedWithin: 1ms, mostRecentlyPulledCount: 1, mostRecentlyPushedCount: 1000000")},
	{
		rule: "retention-limits", spec: tags("pulledWithin: 30d, pushedWithin: 0h, mostRecentlyPulledCount: 0, mostRecentlyPushedCount: 1000001"),
		refused: at(keepAt+"[0].pulledWithin", keepAt+"[0].pushedWithin", keepAt+"[0].mostRecentlyPulledCount", keepAt+"[0].mostRecentlyPushedCount"),
	},
	{
		rule: "retention-limits", spec: retention("{repositories: [a], keepUntagged: {mostRecentlyPulledCount: -1}}"),
		refused: at(policiesAt + "[0].keepUntagged.mostRecentlyPulledCount"),
	},

	{rule: "retention-keep-untagged", spec: retention("{repositories: [a], keepUntagged: {pushedWithin: 24h}}")},
	{rule: "retention-keep-untagged", spec: retention("{repositories: [a], keepUntagged: {}}"), refused: at(policiesAt + "[0].keepUntagged")},
}
