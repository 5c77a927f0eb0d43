package agent

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/zot-artifact-store/operator/pkg/handover"
)

func (l *lookup) aws() grant {
	accessKey := l.value(handover.PurposeAccessKey, isWord)
	secretKey := l.value(handover.PurposeSecretKey, isWord)
	content := fmt.Sprintf("[default]\naws_access_key_id = %s\naws_secret_access_key = %s", accessKey, secretKey)
	return grant{files: []file{text(handover.AWSFile, []byte(content))}}
}

func (l *lookup) azure() grant {
	if l.has(handover.PurposeAccountKey) {
		return azureGrant(map[string]any{
			"credentials": map[string]any{"type": "shared_key"},
			"accountkey":  l.value(handover.PurposeAccountKey, isBase64),
		})
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
	return azureGrant(map[string]any{"credentials": map[string]any{
		"type":     "client_secret",
		"tenantid": l.value(handover.PurposeTenantID, isWord),
		"clientid": l.value(handover.PurposeClientID, isWord),
		"secret":   l.value(handover.PurposeClientSecret, isText),
	}})
}

func azureGrant(driver map[string]any) grant {
	return grant{settings: under(driver, "storage", "storageDriver")}
}

func lastGoodAzure(config []byte) (grant, bool) {
	driver, _ := storageOf(config)
	kept := pick(driver, "credentials", "accountkey")
	return azureGrant(kept), kept["credentials"] != nil
}

func (l *lookup) gcs() grant {
	key := l.value(handover.PurposeKeyFile, isJSONObject)
	return grant{files: []file{text(handover.GCSFile, []byte(key))}}
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
