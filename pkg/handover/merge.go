package handover

import (
	"crypto/sha256"
	"encoding/hex"
)

// Merge lays live over boot: objects merge key by key, anything else of live (also null and arrays) replaces what boot has.
// The result shares no object or array with its inputs, so that credentials put into it do not reach them.
func Merge(boot, live map[string]any) map[string]any {
	merged := make(map[string]any, len(boot)+len(live))
	for key, value := range boot {
		merged[key] = clone(value)
	}
	for key, value := range live {
		below, isObject := merged[key].(map[string]any)
		above, alsoObject := value.(map[string]any)
		if isObject && alsoObject {
			merged[key] = Merge(below, above)
			continue
		}
		merged[key] = clone(value)
	}
	return merged
}

func clone(value any) any {
	switch typed := value.(type) {
	case map[string]any:
		return Merge(typed, nil)
	case []any:
		copied := make([]any, len(typed))
		for i, item := range typed {
			copied[i] = clone(item)
		}
		return copied
	default:
		return value
	}
}

// Hash is the SHA-256 of the bytes in hexadecimal digits: how State names a document.
func Hash(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

// shortHashLength makes names that fit with the store's name into the limits of Kubernetes names and are unique enough
// among the few pairs of one store (40 bits).
const shortHashLength = 10

// ShortHash is the beginning of Hash; that of boot.json names the pair of config maps.
func ShortHash(data []byte) string { return Hash(data)[:shortHashLength] }
