package handover_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/zot-artifact-store/operator/pkg/handover"
)

// documented says which fields of the API name Secrets or ConfigMaps of users, and what is looked for in them.
var documented = map[string][]handover.Source{
	"S3StorageSpec.accessKeySecret":      handover.AWS("s", "s").Sources[:1],
	"S3StorageSpec.secretKeySecret":      handover.AWS("s", "s").Sources[1:],
	"AzureStorageSpec.credentialsSecret": handover.Azure("s").Sources,
	"GCPStorageSpec.credentialsSecret":   handover.GCS("s").Sources,
	"KeycloakSpec.clientSecretName":      handover.OIDC("zot", "s").Sources,
	"RedisCacheSpec.credentialsSecret":   handover.Redis(handover.RedisServer{}, "s").Sources,
	"HTPasswdSpec.secretName":            handover.HTPasswd("s").Sources,
	"TLSSpec.certSecretName":             handover.TLS("s", "s").Sources[:1],
	"TLSSpec.keySecretName":              handover.TLS("s", "s").Sources[1:],
	"CABundleSpec.secretName":            handover.CA("s", "").Sources,
	"CosignKey.secretName":               {handover.TrustedKey("s", "", "")},
	"TrustStore.secretName":              {handover.TrustedAuthority(handover.PurposeTrustCA, "s", "", "")},
	"SyncRegistry.credentialsSecret":     handover.Sync([]handover.RegistryUser{{Host: "h", Secret: "s"}}).Sources,
}

// unread are fields with names of Secrets that the agent does not read.
var unread = []string{
	"ImageSpec.pullSecrets", "IngressTLSSpec.secretName", "BackendTLSSpec.caConfigMapName",
	// Prometheus reads them, or its operator does.
	"ServiceMonitorSpec.basicAuthSecretName", "ServiceMonitorSpec.caSecretName", "ServiceMonitorSpec.caConfigMapName",
	// They send the reader to another field.
	"DynamoDBCacheSpec.credentialsSecret", "CABundleSpec.configMapName",
	"CosignKey.configMapName", "TrustStore.configMapName",
	"S3APIBucketSpec.accessKeySecret", "S3APIBucketSpec.secretKeySecret", "S3APIContainerSpec.credentialsSecret",
}

// keyLike are words that can only be a name: with a dash, an underscore, a dot or a capital letter inside.
var keyLike = regexp.MustCompile(`[A-Za-z]+(?:[._-][A-Za-z]+)+|[a-z]+[A-Z][A-Za-z]*`)

// What the API tells users about the keys of their Secrets is what the agent looks for.
func TestDocumentedKeysAreThoseThatAreLookedFor(t *testing.T) {
	comments := secretFields(t)
	for field, sources := range documented {
		comment, ok := comments[field]
		if !ok {
			t.Errorf("the API has no field %s", field)
			continue
		}
		words := strings.FieldsFunc(comment, func(r rune) bool { return strings.ContainsRune(" ,;()", r) })
		for i := range words {
			words[i] = strings.TrimSuffix(words[i], ".")
		}
		var keys []string
		for _, source := range sources {
			keys = append(keys, source.Keys...)
		}
		for _, key := range keys {
			if !slices.Contains(words, key) {
				t.Errorf("%s does not tell that key %q is looked for: %s", field, key, comment)
			}
		}
		_, own, _ := strings.Cut(field, ".")
		for _, word := range keyLike.FindAllString(comment, -1) {
			if !slices.Contains(keys, word) && word != own && word != "certSecretName" && word != "accessKeySecret" {
				t.Errorf("%s tells of %q, which is not looked for: %s", field, word, comment)
			}
		}
	}
	for field := range comments {
		if _, ok := documented[field]; !ok && !slices.Contains(unread, field) {
			t.Errorf("nobody says what is looked for in %s", field)
		}
	}
}

// secretFields are the comments of the API's fields with Secrets or ConfigMaps in their names, by type and JSON name.
func secretFields(t *testing.T) map[string]string {
	t.Helper()
	files, err := filepath.Glob("../../apis/v1alpha1/*_types.go")
	if err != nil || len(files) == 0 {
		t.Fatalf("no API types: %v", err)
	}
	found := map[string]string{}
	for _, file := range files {
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(parsed, func(node ast.Node) bool {
			spec, ok := node.(*ast.TypeSpec)
			if !ok {
				return true
			}
			fields, ok := spec.Type.(*ast.StructType)
			if !ok {
				return true
			}
			for _, field := range fields.Fields.List {
				if field.Tag == nil {
					continue
				}
				name, _, _ := strings.Cut(reflect.StructTag(strings.Trim(field.Tag.Value, "`")).Get("json"), ",")
				if lower := strings.ToLower(name); strings.Contains(lower, "secret") || strings.Contains(lower, "configmap") {
					found[spec.Name.Name+"."+name] = prose(field.Doc.Text())
				}
			}
			return true
		})
	}
	return found
}

// prose is a comment without markers, on one line.
func prose(comment string) string {
	var lines []string
	for line := range strings.SplitSeq(comment, "\n") {
		if !strings.HasPrefix(line, "+") {
			lines = append(lines, line)
		}
	}
	return strings.Join(lines, " ")
}
