package validation

import "fmt"

func affinityOf(fields string) string { return scheduling("affinity: {" + fields + "}") }

func nodes(term string) string {
	return affinityOf("nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: [{" + term + "}]}}")
}

func pods(term string) string {
	return affinityOf("podAntiAffinity: {requiredDuringSchedulingIgnoredDuringExecution: [{" + term + "}]}")
}

const (
	affinityAt = "spec.scheduling.affinity."
	nodesAt    = affinityAt + "nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms"
	podsAt     = affinityAt + "podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution[0]."
	wishesAt   = ".preferredDuringSchedulingIgnoredDuringExecution[0]."
)

// repeated are the paths of all constraints but the first one.
func repeated(n int) []string {
	var out []string
	for i := range n {
		out = append(out, fmt.Sprintf("%s[%d].topologyKey", spreadAt, i+1))
	}
	return out
}

var affinityRows = []row{
	{rule: "scheduling-affinity", spec: affinityOf("")},
	{rule: "scheduling-affinity", spec: nodes("matchExpressions: [{key: zone, operator: In, values: [a, b]}, {key: gpu, operator: DoesNotExist}]")},
	{rule: "scheduling-affinity", spec: nodes("matchExpressions: [{key: cores, operator: Gt, values: ['8']}]")},
	{rule: "scheduling-affinity", spec: nodes("matchFields: [{key: metadata.name, operator: NotIn, values: [node-1]}]")},
	{rule: "scheduling-affinity", spec: pods("topologyKey: kubernetes.io/hostname, labelSelector: {matchLabels: {app: zot}}, namespaces: [a]")},
	{
		rule: "scheduling-affinity",
		spec: affinityOf("podAffinity: {preferredDuringSchedulingIgnoredDuringExecution: [{weight: 100, podAffinityTerm: {topologyKey: zone}}]}," +
			"nodeAffinity: {preferredDuringSchedulingIgnoredDuringExecution: [{weight: 1, preference: {matchExpressions: [{key: a, operator: Exists}]}}]}"),
	},
	{
		rule: "scheduling-affinity", spec: affinityOf("nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: []}}"),
		refused: at(nodesAt),
	},
	{
		rule: "scheduling-affinity", spec: nodes("matchExpressions: [{key: a, operator: In}, {key: a, operator: Exists, values: [b]}, {key: a, operator: Lt}]"),
		refused: at(nodesAt+"[0].matchExpressions[0].values", nodesAt+"[0].matchExpressions[1].values", nodesAt+"[0].matchExpressions[2].values"),
	},
	{
		rule: "scheduling-affinity", spec: nodes("matchExpressions: [{key: a b, operator: Is}, {key: a, operator: In, values: [b c]}]"),
		refused: at(nodesAt+"[0].matchExpressions[0].operator", nodesAt+"[0].matchExpressions[0].key", nodesAt+"[0].matchExpressions[1].values[0]"),
	},
	{
		rule: "scheduling-affinity", spec: nodes("matchFields: [{key: spec.nodeName, operator: In, values: [a]}]"),
		refused: at(nodesAt + "[0].matchFields[0]"),
	},
	{
		rule: "scheduling-affinity",
		spec: affinityOf("podAffinity: {preferredDuringSchedulingIgnoredDuringExecution: [{weight: 0, podAffinityTerm: {topologyKey: zone}}]}," +
			"nodeAffinity: {preferredDuringSchedulingIgnoredDuringExecution: [{weight: 101, preference: {matchExpressions: [{key: a, operator: Is}]}}]}"),
		refused: at(affinityAt+"nodeAffinity"+wishesAt+"weight", affinityAt+"nodeAffinity"+wishesAt+"preference.matchExpressions[0].operator",
			affinityAt+"podAffinity"+wishesAt+"weight"),
	},
	{
		rule: "scheduling-affinity", spec: pods("topologyKey: '', namespaces: [A], matchLabelKeys: [a]"),
		refused: at(podsAt+"namespaces[0]", podsAt+"matchLabelKeys", podsAt+"topologyKey"),
	},
	{
		rule:    "scheduling-affinity",
		spec:    pods("topologyKey: zone, labelSelector: {matchLabels: {a: b}}, matchLabelKeys: [a, c], mismatchLabelKeys: [c]"),
		refused: at(podsAt+"matchLabelKeys[0]", podsAt+"matchLabelKeys[1]"),
	},
	{
		rule:    "scheduling-affinity",
		spec:    pods("topologyKey: zone, labelSelector: {matchExpressions: [{key: a, operator: In}]}, namespaceSelector: {matchLabels: {a: b c}}"),
		refused: at(podsAt+"labelSelector.matchExpressions[0].values", podsAt+"namespaceSelector.matchLabels"),
	},
}
