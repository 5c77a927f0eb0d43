package validation

import "strings"

func scheduling(fields string) string { return "scheduling: {" + fields + "}" }

const (
	tolerationAt = "spec.scheduling.tolerations"
	spreadAt     = "spec.scheduling.topologySpreadConstraints"
)

func toleration(fields string) string { return scheduling("tolerations: [{" + fields + "}]") }

func spread(fields string) string {
	return scheduling("topologySpreadConstraints: [{maxSkew: 1, topologyKey: zone, whenUnsatisfiable: DoNotSchedule, " + fields + "}]")
}

func labels(n int) string { return strings.ReplaceAll(list(n), ",", ": a,") }

var schedulingRows = []row{
	{rule: "scheduling-node-selector", spec: scheduling(`nodeSelector: {kubernetes.io/os: linux, disk: ""}`)},
	{rule: "scheduling-node-selector", spec: scheduling(`nodeSelector: {` + labels(64) + `}`)},
	{rule: "scheduling-node-selector", spec: scheduling(`nodeSelector: {` + labels(65) + `}`), refused: at("spec.scheduling.nodeSelector")},
	{
		rule: "scheduling-node-selector", spec: scheduling(`nodeSelector: {a b: c, disk: "a b"}`),
		refused: at("spec.scheduling.nodeSelector[a b]", "spec.scheduling.nodeSelector[disk]"),
	},

	{rule: "scheduling-tolerations", spec: toleration("operator: Exists")},
	{rule: "scheduling-tolerations", spec: toleration("key: a, value: b, effect: NoExecute, tolerationSeconds: 60")},
	{rule: "scheduling-tolerations", spec: toleration("key: a, operator: Exists, effect: NoSchedule")},
	{rule: "scheduling-tolerations", spec: toleration("value: b"), refused: at(tolerationAt + "[0].operator")},
	{rule: "scheduling-tolerations", spec: toleration("key: a b"), refused: at(tolerationAt + "[0].key")},
	{rule: "scheduling-tolerations", spec: toleration("key: a, operator: Gt, value: '1'"), refused: at(tolerationAt + "[0].operator")},
	{rule: "scheduling-tolerations", spec: toleration("key: a, effect: Never"), refused: at(tolerationAt + "[0].effect")},
	{rule: "scheduling-tolerations", spec: toleration("key: a, effect: NoSchedule, tolerationSeconds: 1"), refused: at(tolerationAt + "[0].effect")},
	{rule: "scheduling-tolerations", spec: toleration("key: a, operator: Exists, value: b"), refused: at(tolerationAt + "[0].value")},
	{rule: "scheduling-tolerations", spec: toleration("key: a, value: b c"), refused: at(tolerationAt + "[0].value")},
	{
		rule: "scheduling-tolerations", spec: scheduling("tolerations: [" + strings.Repeat("{operator: Exists},", 65) + "]"),
		refused: at(tolerationAt),
	},

	{rule: "scheduling-topology-spread", spec: spread("")},
	{
		rule: "scheduling-topology-spread",
		spec: spread("minDomains: 2, nodeTaintsPolicy: Honor, labelSelector: {matchLabels: {a: b}}, matchLabelKeys: [pod-template-hash]"),
	},
	{
		rule: "scheduling-topology-spread", spec: scheduling("topologySpreadConstraints: [{}]"),
		refused: at(spreadAt+"[0].maxSkew", spreadAt+"[0].topologyKey", spreadAt+"[0].whenUnsatisfiable"),
	},
	{
		rule: "scheduling-topology-spread",
		spec: scheduling("topologySpreadConstraints: [{maxSkew: 1, topologyKey: zone, whenUnsatisfiable: ScheduleAnyway, minDomains: 2}," +
			"{maxSkew: 2, topologyKey: zone, whenUnsatisfiable: ScheduleAnyway}]"),
		refused: at(spreadAt+"[0].minDomains", spreadAt+"[1].topologyKey"),
	},
	{rule: "scheduling-topology-spread", spec: spread("minDomains: 0"), refused: at(spreadAt + "[0].minDomains")},
	{rule: "scheduling-topology-spread", spec: spread("nodeAffinityPolicy: Never"), refused: at(spreadAt + "[0].nodeAffinityPolicy")},
	{rule: "scheduling-topology-spread", spec: spread("nodeTaintsPolicy: ''"), refused: at(spreadAt + "[0].nodeTaintsPolicy")},
	{rule: "scheduling-topology-spread", spec: spread("matchLabelKeys: [a]"), refused: at(spreadAt + "[0].matchLabelKeys")},
	{
		rule: "scheduling-topology-spread", spec: spread("labelSelector: {matchLabels: {a: b}}, matchLabelKeys: [a]"),
		refused: at(spreadAt + "[0].matchLabelKeys[0]"),
	},
	{
		rule: "scheduling-topology-spread", spec: spread("labelSelector: {matchExpressions: [{key: a, operator: Is, values: [b]}]}"),
		refused: at(spreadAt + "[0].labelSelector.matchExpressions[0].operator"),
	},
	{
		rule: "scheduling-topology-spread",
		spec: scheduling("topologySpreadConstraints: [" +
			strings.Repeat("{maxSkew: 1, topologyKey: a, whenUnsatisfiable: DoNotSchedule},", 17) + "]"),
		refused: append(at(spreadAt), repeated(16)...),
	},

	{rule: "scheduling-priority-class", spec: scheduling("priorityClassName: system-cluster-critical")},
	{rule: "scheduling-priority-class", spec: scheduling("priorityClassName: Very High"), refused: at("spec.scheduling.priorityClassName")},
}
