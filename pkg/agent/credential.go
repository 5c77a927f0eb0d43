package agent

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"

	"github.com/zot-artifact-store/operator/pkg/handover"
)

// grant is what a credential becomes: files, and settings that are merged into zot's configuration.
type grant struct {
	files    []file
	settings map[string]any
}

// resolve makes a grant from the mounted Secrets. If there is a problem, there is no grant.
func resolve(credential handover.Credential, secrets map[string]secret, runDir string) (grant, []handover.Problem) {
	look := lookup{credential: credential, secrets: secrets}
	var given grant
	switch credential.Kind {
	case handover.KindAWS:
		given = look.aws()
	case handover.KindAzure:
		given = look.azure()
	case handover.KindGCS:
		given = look.gcs(runDir)
	case handover.KindOIDC:
		given = look.oidc(runDir)
	}
	if len(look.problems) > 0 {
		return grant{}, look.problems
	}
	return given, nil
}

func (l *lookup) aws() grant {
	accessKey := l.value(handover.PurposeAccessKey, isWord)
	secretKey := l.value(handover.PurposeSecretKey, isWord)
	content := fmt.Sprintf("[default]\naws_access_key_id = %s\naws_secret_access_key = %s", accessKey, secretKey)
	return grant{files: []file{{name: handover.AWSFile, content: []byte(content), padding: '\n'}}}
}

func (l *lookup) azure() grant {
	if l.has(handover.PurposeAccountKey) {
		return azureSettings(map[string]any{"type": "shared_key"}, l.value(handover.PurposeAccountKey, isBase64))
	}
	principal := []handover.Purpose{handover.PurposeTenantID, handover.PurposeClientID, handover.PurposeClientSecret}
	anyOf := false
	for _, purpose := range principal {
		anyOf = anyOf || l.has(purpose)
	}
	if !anyOf {
		// Neither form is there: ask for the simpler one, and name the other.
		l.value(handover.PurposeAccountKey, isBase64)
		return grant{}
	}
	return azureSettings(map[string]any{
		"type":     "client_secret",
		"tenantid": l.value(handover.PurposeTenantID, isWord),
		"clientid": l.value(handover.PurposeClientID, isWord),
		"secret":   l.value(handover.PurposeClientSecret, isText),
	}, "")
}

func azureSettings(credentials map[string]any, accountKey string) grant {
	driver := map[string]any{"credentials": credentials}
	if accountKey != "" {
		driver["accountkey"] = accountKey
	}
	return grant{settings: map[string]any{"storage": map[string]any{"storageDriver": driver}}}
}

func (l *lookup) gcs(runDir string) grant {
	key := l.value(handover.PurposeKeyFile, isJSONObject)
	return gcsGrant([]byte(key), runDir)
}

func gcsGrant(key []byte, runDir string) grant {
	driver := map[string]any{"keyfile": filepath.Join(runDir, handover.GCSFile)}
	return grant{
		files:    []file{{name: handover.GCSFile, content: key, padding: '\n'}},
		settings: map[string]any{"storage": map[string]any{"storageDriver": driver}},
	}
}

func (l *lookup) oidc(runDir string) grant {
	secret := l.value(handover.PurposeClientSecret, isText)
	// A map of strings can always be written as JSON.
	content, _ := json.Marshal(map[string]string{"clientid": l.credential.ClientID, "clientsecret": secret})
	return oidcGrant(content, runDir)
}

func oidcGrant(content []byte, runDir string) grant {
	provider := map[string]any{"credentialsFile": filepath.Join(runDir, handover.OIDCFile)}
	openID := map[string]any{"providers": map[string]any{"oidc": provider}}
	return grant{
		files:    []file{{name: handover.OIDCFile, content: content, padding: '\n'}},
		settings: map[string]any{"http": map[string]any{"auth": map[string]any{"openid": openID}}},
	}
}

// lastGood makes a grant from what is in place, so that it survives the agent's own restart, too.
func lastGood(kind handover.Kind, files map[string][]byte, runDir string, usable bool) (grant, bool) {
	if !usable {
		return grant{}, false
	}
	switch kind {
	case handover.KindAWS:
		content, ok := files[handover.AWSFile]
		return grant{files: []file{{name: handover.AWSFile, content: content, padding: '\n'}}}, ok
	case handover.KindGCS:
		content, ok := files[handover.GCSFile]
		return gcsGrant(content, runDir), ok
	case handover.KindOIDC:
		content, ok := files[handover.OIDCFile]
		return oidcGrant(content, runDir), ok
	case handover.KindAzure:
		return lastGoodAzure(files[handover.ConfigFile])
	default:
		return grant{}, false
	}
}

func lastGoodAzure(content []byte) (grant, bool) {
	var config struct {
		Storage struct {
			Driver struct {
				Credentials map[string]any `json:"credentials"`
				AccountKey  string         `json:"accountkey"`
			} `json:"storageDriver"`
		} `json:"storage"`
	}
	if err := json.Unmarshal(content, &config); err != nil || config.Storage.Driver.Credentials == nil {
		return grant{}, false
	}
	return azureSettings(config.Storage.Driver.Credentials, config.Storage.Driver.AccountKey), true
}

// The checks below word what is wrong without quoting the value.

func isBase64(value string) error {
	if _, err := base64.StdEncoding.DecodeString(value); err != nil {
		return errors.New("it is not base64 text, as account keys are")
	}
	return nil
}

func isJSONObject(value string) error {
	var object map[string]json.RawMessage
	if err := json.Unmarshal([]byte(value), &object); err != nil || object == nil {
		return errors.New("it is not a JSON object, as service account key files are")
	}
	return nil
}
