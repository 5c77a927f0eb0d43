package cluster

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"

	"github.com/zot-artifact-store/operator/test/cluster/internal/host"
	"github.com/zot-artifact-store/operator/test/cluster/internal/layout"
)

// Options are what a cluster can be told.
type Options struct {
	// KubeletSync is how often the kubelet looks at all pods. It bounds how late a changed ConfigMap or Secret arrives in a pod.
	KubeletSync time.Duration `json:"kubeletSync"`
	// EtcdFsync makes etcd wait for the disk, as in production.
	EtcdFsync bool `json:"etcdFsync"`
}

// Record is what is written down about a running cluster.
type Record struct {
	// Node is the first process of the node; all others descend from it.
	Node host.Process `json:"node"`
	// Options that the cluster was started with.
	Options Options `json:"options"`
	// APIServer and Registry are addresses on the loopback of the host.
	APIServer string `json:"apiserver"`
	Registry  string `json:"registry"`
}

// errNotUp is the absence of a record.
var errNotUp = errors.New("the cluster is not up")

func readRecord(run layout.Run) (Record, error) {
	content, err := os.ReadFile(run.Record())
	if errors.Is(err, fs.ErrNotExist) {
		return Record{}, fmt.Errorf("cluster %s: %w", run.Name, errNotUp)
	}
	if err != nil {
		return Record{}, fmt.Errorf("read record of cluster %s: %w", run.Name, err)
	}
	var record Record
	if err := json.Unmarshal(content, &record); err != nil {
		return Record{}, fmt.Errorf("record of cluster %s: %w", run.Name, err)
	}
	return record, nil
}

func (r Record) write(run layout.Run) error {
	content, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return fmt.Errorf("encode record: %w", err)
	}
	if err := os.WriteFile(run.Record(), append(content, '\n'), 0o644); err != nil {
		return fmt.Errorf("write record: %w", err)
	}
	return nil
}
