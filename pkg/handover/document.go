package handover

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
)

// Format is the number of the format that this build writes.
const Format = 1

// SupportedFormats lists the formats that this build reads.
func SupportedFormats() []int { return []int{1} }

// ErrFormat is wrapped by errors about a document of a format that this build does not read.
var ErrFormat = errors.New("unsupported format")

// Boot is the part of the configuration that zot reads only at its start, and the credentials that it needs. It is
// immutable: a change makes another pair of config maps, and the pods roll.
type Boot struct {
	Format int `json:"format"`
	// Zot is zot's configuration without its live parts and without secrets.
	Zot map[string]any `json:"zot"`
	// Credentials say which Secrets the agent puts where.
	Credentials []Credential `json:"credentials,omitempty"`
}

// Live is the part of the configuration that zot reloads as it runs.
type Live struct {
	Format int            `json:"format"`
	Zot    map[string]any `json:"zot"`
}

// EncodeBoot writes the document in the current format. Equal content gives equal bytes, so that its hash can name it.
// It refuses what DecodeBoot would refuse, so that a bad document is found before it reaches a pod.
func EncodeBoot(boot Boot) ([]byte, error) {
	boot.Format = Format
	if boot.Zot == nil {
		boot.Zot = map[string]any{}
	}
	if err := validateCredentials(boot.Credentials); err != nil {
		return nil, fmt.Errorf("encode %s: %w", BootFile, err)
	}
	return encode(BootFile, boot)
}

// EncodeLive is EncodeBoot for the live document.
func EncodeLive(live Live) ([]byte, error) {
	live.Format = Format
	if live.Zot == nil {
		live.Zot = map[string]any{}
	}
	return encode(LiveFile, live)
}

// DecodeBoot reads a boot document. Numbers are kept as json.Number, so that none is rounded on the way to zot.
// It refuses unknown fields: they would be wishes that are silently not fulfilled.
func DecodeBoot(data []byte) (Boot, error) {
	var boot Boot
	if err := decode(BootFile, "agent", data, &boot); err != nil {
		return Boot{}, err
	}
	if boot.Zot == nil {
		return Boot{}, fmt.Errorf("%s has no object \"zot\"", BootFile)
	}
	if err := validateCredentials(boot.Credentials); err != nil {
		return Boot{}, fmt.Errorf("%s: %w", BootFile, err)
	}
	return boot, nil
}

// DecodeLive is DecodeBoot for the live document.
func DecodeLive(data []byte) (Live, error) {
	var live Live
	if err := decode(LiveFile, "agent", data, &live); err != nil {
		return Live{}, err
	}
	if live.Zot == nil {
		return Live{}, fmt.Errorf("%s has no object \"zot\"", LiveFile)
	}
	return live, nil
}

// encode indents, as people read these documents in config maps.
func encode(name string, document any) ([]byte, error) {
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(document); err != nil {
		return nil, fmt.Errorf("encode %s: %w", name, err)
	}
	return out.Bytes(), nil
}

// decode looks at the format first: a document of another format may differ in anything else, and an error about one of its
// fields would mislead.
func decode(name, reader string, data []byte, into any) error {
	var head struct {
		Format int `json:"format"`
	}
	if err := json.Unmarshal(data, &head); err != nil {
		return fmt.Errorf("%s is not a JSON object with a numeric \"format\": %s", name, describe(err))
	}
	if !slices.Contains(SupportedFormats(), head.Format) {
		return fmt.Errorf("%s has format %d, this %s supports %s: %w",
			name, head.Format, reader, formatList(), ErrFormat)
	}
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.UseNumber()
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(into); err != nil {
		return fmt.Errorf("%s cannot be read: %s", name, describe(err))
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return fmt.Errorf("%s holds more than one JSON document", name)
	}
	return nil
}

// describe tells where a document is wrong and never quotes its values: they do not belong into logs and status.
func describe(err error) string {
	if syntax, ok := errors.AsType[*json.SyntaxError](err); ok {
		return fmt.Sprintf("invalid JSON near byte %d", syntax.Offset)
	}
	if mismatch, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		return fmt.Sprintf("field %q has the wrong type near byte %d", mismatch.Field, mismatch.Offset)
	}
	if field, ok := strings.CutPrefix(err.Error(), "json: unknown field "); ok {
		return "unknown field " + field
	}
	return "invalid JSON"
}

func formatList() string {
	names := make([]string, 0, len(SupportedFormats()))
	for _, format := range SupportedFormats() {
		names = append(names, fmt.Sprint(format))
	}
	if len(names) == 1 {
		return "format " + names[0]
	}
	return "formats " + strings.Join(names, ", ")
}
