package agent

import (
	"encoding/json"

	"github.com/zot-artifact-store/operator/pkg/handover"
)

// sync writes the users of other registries as zot reads them (pkg/extensions/config/sync/config.go, CredentialsFile, v2.1.20). One
// whose Secret is missing or bad keeps the whole file from being changed.
func (l *lookup) sync() grant {
	type user struct {
		Username string `json:"username"`
		Password string `json:"password"`
	}
	users := map[string]user{}
	for _, source := range l.credential.Sources {
		found := users[source.Host]
		if source.Purpose == handover.PurposeRegistryUsername {
			found.Username = l.valueOf(source, isText)
		} else {
			found.Password = l.valueOf(source, isText)
		}
		users[source.Host] = found
	}
	// Maps and strings can always be written as JSON.
	content, _ := json.Marshal(users)
	return grant{files: []file{text(handover.SyncFile, content)}}
}
