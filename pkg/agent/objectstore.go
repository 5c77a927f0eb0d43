package agent

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/url"
	"slices"
	"strconv"

	"github.com/zot-artifact-store/operator/pkg/handover"
)

func (l *lookup) aws() grant {
	accessKey := l.value(handover.PurposeAccessKey, isWord)
	secretKey := l.value(handover.PurposeSecretKey, isWord)
	content := fmt.Sprintf("[default]\naws_access_key_id = %s\naws_secret_access_key = %s", accessKey, secretKey)
	return grant{files: []file{text(handover.AWSFile, []byte(content))}}
}

// objectBucketClaim takes what a provisioner of buckets tells. It leaves the region empty where the server has none.
func (l *lookup) objectBucketClaim() grant {
	given := l.aws()
	driver := map[string]any{"bucket": l.value(handover.PurposeBucket, isWord)}
	if region := l.optional(handover.PurposeRegion, isWord); region != "" {
		driver["region"] = region
	}
	if _, asked := l.credential.Find(handover.PurposeHost); asked {
		host, port := l.value(handover.PurposeHost, isHostName), l.optional(handover.PurposePort, isPort)
		secure := slices.Contains(securePorts, port)
		driver["regionendpoint"], driver["secure"] = serverURL(host, port, secure), secure
	}
	given.settings = under(driver, "storage", "storageDriver")
	return given
}

// securePorts are those at which a server of a bucket claim speaks TLS: the claim does not say it. None stands for 443.
var securePorts = []string{"", "443", "8443"}

func serverURL(host, port string, secure bool) string {
	address := url.URL{Scheme: "http", Host: host}
	if secure {
		address.Scheme = "https"
	}
	if port != "" {
		address.Host = net.JoinHostPort(host, port)
	}
	return address.String()
}

func lastGoodBucket(found map[string][]byte, runDir string) (grant, bool) {
	given, ok := lastGoodFiles(handover.KindObjectBucketClaim, found, runDir)
	driver, _ := storageOf(found[handover.ConfigFile])
	kept := pick(driver, "bucket", "region", "regionendpoint", "secure")
	given.settings = under(kept, "storage", "storageDriver")
	return given, ok && kept["bucket"] != nil
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

func isHostName(value string) error {
	if parsed, err := url.Parse("https://" + value); err != nil || parsed.Host != value || parsed.Port() != "" || parsed.Hostname() == "" {
		return errors.New("it is no name of a host")
	}
	return nil
}

func isPort(value string) error {
	if number, err := strconv.ParseUint(value, 10, 16); err != nil || number == 0 {
		return errors.New("it is no number from 1 to 65535")
	}
	return nil
}

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
