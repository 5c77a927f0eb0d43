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
	// ConfigMapsDir is the parent of the directories at which the user's ConfigMaps are mounted, see ConfigMapDir.
	ConfigMapsDir = "/etc/zot-agent/configmaps"
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
	// HTPasswdFile holds the users that may sign in, with hashes of their passwords.
	HTPasswdFile = "htpasswd"
	// TLSCertFile and TLSKeyFile are zot's certificate and its private key.
	TLSCertFile = "tls.crt"
	TLSKeyFile  = "tls.key"
	// CAFile holds the certificates of authorities. It is alone in its directory, as Go reads every file of CADir.
	CAFile = "ca/bundle.pem"
	// SessionKeysFile holds the keys of session cookies. zot refuses credential files whose name does not end in .json.
	SessionKeysFile = "session-keys.json"
	// SyncFile holds users and passwords of other registries.
	SyncFile = "sync-credentials.json"
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

	HTPasswdPath    = RunDir + "/" + HTPasswdFile
	TLSCertPath     = RunDir + "/" + TLSCertFile
	TLSKeyPath      = RunDir + "/" + TLSKeyFile
	SessionKeysPath = RunDir + "/" + SessionKeysFile
	SyncPath        = RunDir + "/" + SyncFile
	// CADir is the directory of CAFile.
	CADir = RunDir + "/ca"
	// CAEnv must be CADirs in the zot container when the boot document holds a KindCA credential. Go adds what it finds there
	// to the file of the image's own authorities.
	CAEnv  = "SSL_CERT_DIR"
	CADirs = "/etc/ssl/certs:" + CADir
	// AWSFileEnv must be AWSPath in the zot container when the boot document holds a KindAWS credential.
	AWSFileEnv = "AWS_SHARED_CREDENTIALS_FILE"
)

// TrustDirs are the folders below DataDir from which zot takes what it trusts, by purpose (pkg/extensions/imagetrust, v2.1.20).
var TrustDirs = map[Purpose]string{
	PurposeTrustCosign:           "_cosign",
	PurposeTrustCA:               "_notation/truststore/x509/ca/default",
	PurposeTrustSigningAuthority: "_notation/truststore/x509/signingAuthority/default",
	PurposeTrustTSA:              "_notation/truststore/x509/tsa/default",
}

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

// ConfigMapDir is where the user's ConfigMap of that name is mounted, as SecretDir.
func ConfigMapDir(name string) string { return path.Join(ConfigMapsDir, name) }

// ZotArgs are the arguments of the zot container. The agent finds zot's process by them.
func ZotArgs() []string { return []string{"serve", ConfigPath} }
