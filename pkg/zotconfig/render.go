package zotconfig

import (
	"encoding/json"
	"fmt"

	"k8s.io/apimachinery/pkg/types"

	"github.com/zot-artifact-store/operator/apis/v1alpha1"
	"github.com/zot-artifact-store/operator/pkg/handover"
)

// Documents are what the pods of a store are configured with.
type Documents struct {
	// Boot and Live are encoded handover documents.
	Boot, Live []byte
	// Hash is short, names the pair and depends on Boot alone: another hash means that pods must restart.
	Hash string
	// Ring is that of the function.
	Ring string
	// Credentials are the user's Secrets that the agent reads.
	Credentials []handover.Credential
}

// Store says whose configuration it is: what the store keeps outside of its own volume is called after it.
type Store struct {
	Namespace, Name string
	UID             types.UID
}

// Render makes the documents from the effective spec of a store.
func Render(store Store, spec v1alpha1.ZotArtifactStoreSpec) (Documents, error) {
	storage, err := storage(store, spec.Storage)
	if err != nil {
		return Documents{}, err
	}
	boot := Config{
		HTTP:    listener(spec),
		Cluster: cluster(store, spec),
		Storage: storage,
		Log:     &Log{Level: string(spec.Log.Level)},
		// zot's own default is four for each CPU of the host, whatever the pod may use.
		Scheduler:  &Scheduler{NumWorkers: 2},
		Extensions: extensions(spec),
	}
	live := Config{
		Storage: lifecycle(spec.Storage),
		HTTP:    &HTTP{AccessControl: accessControl(spec)},

		Extensions: liveExtensions(spec),
	}
	documents, err := encode(boot, live, credentials(store, spec))
	documents.Ring = Ring(store, spec)
	return documents, err
}

func encode(boot, live Config, credentials []handover.Credential) (Documents, error) {
	bootMap, err := asMap(boot)
	if err != nil {
		return Documents{}, err
	}
	liveMap, err := asMap(live)
	if err != nil {
		return Documents{}, err
	}
	bootBytes, err := handover.EncodeBoot(handover.Boot{Zot: bootMap, Credentials: credentials})
	if err != nil {
		return Documents{}, fmt.Errorf("render zot's configuration: %w", err)
	}
	liveBytes, err := handover.EncodeLive(handover.Live{Zot: liveMap})
	if err != nil {
		return Documents{}, fmt.Errorf("render zot's configuration: %w", err)
	}
	return Documents{Boot: bootBytes, Live: liveBytes, Hash: handover.ShortHash(bootBytes), Credentials: credentials}, nil
}

// asMap writes the typed configuration as the generic object that the handover carries.
func asMap(config Config) (map[string]any, error) {
	data, err := json.Marshal(config)
	if err != nil {
		return nil, fmt.Errorf("render zot's configuration: %w", err)
	}
	object := map[string]any{}
	if err := json.Unmarshal(data, &object); err != nil {
		return nil, fmt.Errorf("render zot's configuration: %w", err)
	}
	return object, nil
}
