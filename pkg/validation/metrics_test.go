package validation

import "strings"

// monitor is a store with figures and a ServiceMonitor of that content.
func monitor(content string) string {
	return `extensions: {metrics: {serviceMonitor: {` + content + `}}}`
}

const (
	monitorAt   = "spec.extensions.metrics.serviceMonitor."
	readsByUser = "\nauth: {htpasswd: {secretName: users}}\naccessControl: {metrics: {users: [prometheus]}}"
)

var metricsRows = []row{
	{rule: "service-monitor-labels", spec: monitor("labels: {release: prometheus, example.com/team: a}")},
	{rule: "service-monitor-labels", spec: monitor("labels: {" + labels(32) + "}")},
	{rule: "service-monitor-labels", spec: monitor("labels: {" + labels(33) + "}"), refused: at(monitorAt + "labels")},
	{rule: "service-monitor-labels", spec: monitor("labels: {a b: c}"), refused: at(monitorAt + "labels[a b]")},
	{rule: "service-monitor-labels", spec: monitor("labels: {a: b c}"), refused: at(monitorAt + "labels[a]")},
	{
		rule: "service-monitor-labels", spec: monitor("labels: {app: a, artifacts.zot.io/endpoint: b}"),
		refused: at(monitorAt+"labels[app]", monitorAt+"labels[artifacts.zot.io/endpoint]"),
	},

	{rule: "service-monitor-interval", spec: monitor("interval: 30s")},
	{rule: "service-monitor-interval", spec: monitor("interval: 1h30m5s")},
	{rule: "service-monitor-interval", spec: monitor("interval: 1.5h"), refused: at(monitorAt + "interval")},
	{rule: "service-monitor-interval", spec: monitor("interval: 0s"), refused: at(monitorAt + "interval")},
	{rule: "service-monitor-interval", spec: monitor("interval: '30'"), refused: at(monitorAt + "interval")},

	{rule: "service-monitor-basic-auth", spec: monitor("basicAuthSecretName: prometheus") + readsByUser},
	{rule: "service-monitor-basic-auth", spec: monitor("basicAuthSecretName: prometheus"), refused: at(monitorAt + "basicAuthSecretName")},
	{rule: "service-monitor-basic-auth", spec: monitor("basicAuthSecretName: P") + readsByUser, refused: at(monitorAt + "basicAuthSecretName")},

	{rule: "service-monitor-authority", spec: withTLS + monitor("caSecretName: ca")},
	{rule: "service-monitor-authority", spec: withTLS + monitor("caConfigMapName: ca")},
	{rule: "service-monitor-authority", spec: monitor("caSecretName: ca"), refused: at(monitorAt + "caSecretName")},
	{rule: "service-monitor-authority", spec: monitor("caConfigMapName: ca"), refused: at(monitorAt + "caConfigMapName")},
	{rule: "service-monitor-authority", spec: withTLS + monitor("caSecretName: A"), refused: at(monitorAt + "caSecretName")},
	{
		rule: "service-monitor-authority", spec: withTLS + monitor("caConfigMapName: "+strings.Repeat("a", 254)),
		refused: at(monitorAt + "caConfigMapName"),
	},
	{
		rule: "service-monitor-authority", spec: withTLS + monitor("caSecretName: ca, caConfigMapName: ca"),
		refused: at(monitorAt + "caConfigMapName"),
	},
}
