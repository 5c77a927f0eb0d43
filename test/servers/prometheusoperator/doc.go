// Package prometheusoperator pins the API of the Prometheus operator for the tests: they make its CRDs from these types.
package prometheusoperator

import _ "github.com/prometheus-operator/prometheus-operator/pkg/apis/monitoring/v1" // its ServiceMonitors
