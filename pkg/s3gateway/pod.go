package s3gateway

import "path"

// What the gateway's binary is, and where it finds things in its pod.
const (
	// Command is the binary in the operator's image.
	Command = "/s3-gateway"
	// Container is the container's name.
	Container = "s3-gateway"
	// ConfigEnv is the variable that holds the encoded Config.
	ConfigEnv = "S3_GATEWAY_CONFIG"
	// DataDir is where the volume is mounted, with Filesystem.
	DataDir = "/var/lib/s3"
	// SecretsDir and ConfigMapsDir are the parents of mounted Secrets and ConfigMaps, see SecretDir and ConfigMapDir.
	SecretsDir    = "/etc/s3-gateway/secrets"
	ConfigMapsDir = "/etc/s3-gateway/configmaps"
	// RunDir is an emptyDir in memory: the certificate and its key are put together there.
	RunDir = "/run/s3-gateway"
)

// The gateway's ports: S3 itself, by TLS where the store has it, and its state, always by plain http and for probes and Prometheus.
const (
	Port           = 9000
	PortName       = "s3"
	StatusPort     = 9001
	StatusPortName = "status"
	// LivePath answers as long as the process serves, ReadyPath while the storage behind it does, and MetricsPath holds figures.
	LivePath    = "/livez"
	ReadyPath   = "/readyz"
	MetricsPath = "/metrics"
)

// Keys of the Secret with the root keys. They are those that AWS tools read from their environment, so that a pod can take the whole
// Secret with envFrom.
const (
	RootAccessKey = "AWS_ACCESS_KEY_ID"
	RootSecretKey = "AWS_SECRET_ACCESS_KEY"
)

// SecretDir is where the Secret of that name is mounted (`optional: true`: a missing Secret is an empty directory).
func SecretDir(name string) string { return path.Join(SecretsDir, name) }

// ConfigMapDir is where the ConfigMap of that name is mounted, as SecretDir.
func ConfigMapDir(name string) string { return path.Join(ConfigMapsDir, name) }
