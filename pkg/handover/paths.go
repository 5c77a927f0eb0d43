package handover

import "path"

// Directories of the pod. The operator mounts volumes there, the agent reads and writes there.
const (
	// BootDir is where the boot config map is mounted; it holds BootFile.
	BootDir = "/etc/zot-agent/boot"
	// LiveDir is where the live config map is mounted; it holds LiveFile.
	LiveDir = "/etc/zot-agent/live"
	// SecretsDir is the parent of the directories at which the user's Secrets are mounted, see SecretDir.
	SecretsDir = "/etc/zot-agent/secrets"
	// RunDir is an emptyDir in memory, shared by the agent and zot: the only place where secrets are put together.
	RunDir = "/run/zot"
	// DataDir is where zot keeps a filesystem store.
	DataDir = "/var/lib/registry"
	// TerminationLog is where the kubelet looks for a container's last words (its default path).
	TerminationLog = "/dev/termination-log"
)

// File names. BootFile and LiveFile are keys of the config maps, all others are files in RunDir.
const (
	BootFile = "boot.json"
	LiveFile = "live.json"
	// ConfigFile is the configuration that zot reads and watches.
	ConfigFile = "config.json"
	// AWSFile is an AWS shared credentials file; zot's environment names it, see AWSFileEnv.
	AWSFile = "aws-credentials"
	// GCSFile is a Google service account key; the configuration names it.
	GCSFile = "gcs-key.json"
	// OIDCFile holds client ID and client secret. zot refuses credential files whose name does not end in .json.
	OIDCFile = "oidc.json"
	// AppliedFile is the agent's own note of what it has applied (hashes only), so that its restart is not zot's restart.
	AppliedFile = ".applied"
	// AttemptedFile holds the problem that the init container has published last by failing: a run that meets the same one waits
	// instead, and another one is published anew.
	AttemptedFile = ".attempted"
)

// Paths that the operator puts into the pod template.
const (
	ConfigPath = RunDir + "/" + ConfigFile
	AWSPath    = RunDir + "/" + AWSFile
	GCSPath    = RunDir + "/" + GCSFile
	OIDCPath   = RunDir + "/" + OIDCFile
	// AWSFileEnv must be AWSPath in the zot container when the boot document holds a KindAWS credential.
	AWSFileEnv = "AWS_SHARED_CREDENTIALS_FILE"
)

// Container names of the pod.
const (
	InitContainer  = "config-agent-init"
	ZotContainer   = "zot"
	AgentContainer = "config-agent"
)

// What the agent's binary is and takes.
const (
	AgentCommand = "/config-agent"
	InitArg      = "init"
	RunArg       = "run"
)

// The agent's HTTP endpoint.
const (
	Port       = 8079
	PortName   = "config-agent"
	StatePath  = "/state"
	HealthPath = "/healthz"
)

// SecretDir is where the Secret of that name is mounted (`optional: true`: a missing Secret is an empty directory).
func SecretDir(name string) string { return path.Join(SecretsDir, name) }

// ZotArgs are the arguments of the zot container. The agent finds zot's process by them.
func ZotArgs() []string { return []string{"serve", ConfigPath} }
