package agent

import (
	"bytes"
	"encoding/json"
	"path/filepath"
	"slices"

	"github.com/zot-artifact-store/operator/pkg/handover"
)

// grant is what a credential becomes: files, and settings that are merged into zot's configuration.
type grant struct {
	files    []file
	settings map[string]any
	// trust is what signatures are checked against, by path below the layout's DataDir; nil leaves there what is there.
	trust map[string][]byte
}

// resolve makes a grant from the mounted Secrets and ConfigMaps. There may be problems that concern a part of it only; without
// a grant there is at least one.
func resolve(credential handover.Credential, in inputs, runDir string) (grant, bool, []handover.Problem) {
	look := &lookup{credential: credential, in: in}
	var given grant
	switch credential.Kind {
	case handover.KindAWS:
		given = look.aws()
	case handover.KindObjectBucketClaim:
		given = look.objectBucketClaim()
	case handover.KindAzure:
		given = look.azure()
	case handover.KindGCS:
		given = look.gcs()
	case handover.KindOIDC:
		given = look.oidc()
	case handover.KindRedis:
		given = look.redis()
	case handover.KindHTPasswd:
		given = look.htpasswd()
	case handover.KindTLS:
		given = look.tls()
	case handover.KindCA:
		given = look.ca()
	case handover.KindSessionKeys:
		given = look.sessionKeys()
	case handover.KindSync:
		given = look.sync()
	case handover.KindTrust:
		given = look.trust()
	}
	problems := look.finish()
	if look.refused {
		return grant{}, false, problems
	}
	given.settings = handover.Merge(given.settings, fileSettings(credential.Kind, runDir))
	return given, true, problems
}

// filesOf are the files that each kind becomes.
var filesOf = map[handover.Kind][]string{
	handover.KindAWS:         {handover.AWSFile},
	handover.KindGCS:         {handover.GCSFile},
	handover.KindOIDC:        {handover.OIDCFile},
	handover.KindHTPasswd:    {handover.HTPasswdFile},
	handover.KindTLS:         {handover.TLSCertFile, handover.TLSKeyFile},
	handover.KindCA:          {handover.CAFile},
	handover.KindSessionKeys: {handover.SessionKeysFile},
	handover.KindSync:        {handover.SyncFile},

	handover.KindObjectBucketClaim: {handover.AWSFile},
}

// fileSettings name the files of a kind in zot's configuration, where the boot document does not.
func fileSettings(kind handover.Kind, runDir string) map[string]any {
	switch kind {
	case handover.KindGCS:
		return under(filepath.Join(runDir, handover.GCSFile), "storage", "storageDriver", "keyfile")
	case handover.KindOIDC:
		return under(filepath.Join(runDir, handover.OIDCFile), "http", "auth", "openid", "providers", "oidc", "credentialsFile")
	case handover.KindSync:
		return under(filepath.Join(runDir, handover.SyncFile), "extensions", "sync", "credentialsFile")
	default:
		return nil
	}
}

// reloaded are the files of which zot takes up changes as it runs, in the order in which they are written.
var reloaded = slices.Concat(filesOf[handover.KindHTPasswd], filesOf[handover.KindTLS], filesOf[handover.KindSync])

// withConfig are those that it reads when it reads its configuration, and so are told by writing that once more.
var withConfig = slices.Concat(filesOf[handover.KindHTPasswd], filesOf[handover.KindSync])

// text is a file that may end with line breaks.
func text(name string, content []byte) file {
	return file{name: name, content: canonical(content), padding: '\n'}
}

// lastGood makes a grant from what is in place, so that it survives the agent's own restart, too.
func lastGood(kind handover.Kind, found map[string][]byte, runDir string) (grant, bool) {
	switch kind {
	case handover.KindAzure:
		return lastGoodAzure(found[handover.ConfigFile])
	case handover.KindRedis:
		return lastGoodRedis(found[handover.ConfigFile])
	case handover.KindTrust:
		return grant{}, true
	case handover.KindObjectBucketClaim:
		return lastGoodBucket(found, runDir)
	default:
		return lastGoodFiles(kind, found, runDir)
	}
}

func lastGoodFiles(kind handover.Kind, found map[string][]byte, runDir string) (grant, bool) {
	given := grant{settings: fileSettings(kind, runDir)}
	for _, name := range filesOf[kind] {
		content, ok := found[name]
		if !ok {
			return grant{}, false
		}
		given.files = append(given.files, text(name, content))
	}
	// Whoever ended between the two writes has left a pair with which zot does not start.
	if kind == handover.KindTLS && !fits(found[handover.TLSCertFile], found[handover.TLSKeyFile]) {
		return grant{}, false
	}
	return given, len(given.files) > 0
}

// storageOf are the drivers in a configuration that this agent has written.
func storageOf(config []byte) (storageDriver, cacheDriver map[string]any) {
	var written struct {
		Storage struct {
			StorageDriver map[string]any `json:"storageDriver"`
			CacheDriver   map[string]any `json:"cacheDriver"`
		} `json:"storage"`
	}
	decoder := json.NewDecoder(bytes.NewReader(config))
	decoder.UseNumber()
	// Of a configuration that cannot be read there are no last good values.
	if err := decoder.Decode(&written); err != nil {
		return nil, nil
	}
	return written.Storage.StorageDriver, written.Storage.CacheDriver
}

// pick gives the fields of those names that are there.
func pick(from map[string]any, names ...string) map[string]any {
	picked := map[string]any{}
	for _, name := range names {
		if value, ok := from[name]; ok {
			picked[name] = value
		}
	}
	return picked
}

// under nests a value into objects.
func under(value any, path ...string) map[string]any {
	for _, name := range slices.Backward(path) {
		value = map[string]any{name: value}
	}
	object, _ := value.(map[string]any)
	return object
}
