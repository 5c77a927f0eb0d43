package zotconfig

import (
	"encoding/json"
	"fmt"

	"github.com/zot-artifact-store/operator/pkg/handover"
)

// Merged gives the document that zot reads, but for credentials: what the agent writes for a store that needs none. Goldens are
// made from it and verified with the real zot.
func (d Documents) Merged() ([]byte, error) {
	boot, err := handover.DecodeBoot(d.Boot)
	if err != nil {
		return nil, fmt.Errorf("merge zot's configuration: %w", err)
	}
	live, err := handover.DecodeLive(d.Live)
	if err != nil {
		return nil, fmt.Errorf("merge zot's configuration: %w", err)
	}
	out, err := json.MarshalIndent(handover.Merge(boot.Zot, live.Zot), "", "  ")
	if err != nil {
		return nil, fmt.Errorf("merge zot's configuration: %w", err)
	}
	return append(out, '\n'), nil
}
