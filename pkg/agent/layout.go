package agent

import (
	"os"
	"path/filepath"

	"github.com/zot-artifact-store/operator/pkg/handover"
)

// Layout says where in the file system the agent's inputs and outputs are.
type Layout struct {
	BootDir        string
	LiveDir        string
	SecretsDir     string
	ConfigMapsDir  string
	RunDir         string
	DataDir        string
	TerminationLog string
	// Pod is the name of the pod, which tells which member of its store it is.
	Pod string
}

// PodLayout is the layout in a pod; tests use others.
func PodLayout() Layout {
	return Layout{
		BootDir:        handover.BootDir,
		LiveDir:        handover.LiveDir,
		SecretsDir:     handover.SecretsDir,
		ConfigMapsDir:  handover.ConfigMapsDir,
		RunDir:         handover.RunDir,
		DataDir:        handover.DataDir,
		TerminationLog: handover.TerminationLog,
		Pod:            os.Getenv(handover.PodEnv),
	}
}

// run is the path of a file in the directory that the agent shares with zot.
func (l Layout) run(name string) string { return filepath.Join(l.RunDir, name) }
