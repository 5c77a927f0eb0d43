package version

// Version is the version of this operator. The release build sets it with -ldflags "-X".
var Version = "dev"

const (
	// OperandRepository is the image repository of zot that a store takes when its spec names none.
	OperandRepository = "ghcr.io/project-zot/zot"
	// OperandTag is the version of zot that a store takes when its spec names none. It is the version that this operator was
	// tested with.
	OperandTag = "v2.1.20"
	// AgentImage is the image repository of the operator, which holds the config agent as well.
	AgentImage = "ghcr.io/zot-artifact-store/operator"
)
