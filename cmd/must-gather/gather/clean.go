package gather

import (
	"regexp"
	"strings"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

const hidden = "REDACTED"

var (
	// proxyName is that of a variable, of a field of OpenShift's Proxy, or of a key.
	proxyName = regexp.MustCompile(`(?i)^(https?|ftp|all)_?proxy$`)
	// userinfo is what is before the host in an address.
	userinfo = regexp.MustCompile(`://[^\s/"'<>\\]+@`)
	// privateKey is one in PEM form, whole or cut.
	privateKey = regexp.MustCompile(`(?s)-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----.*?(-----END [A-Z0-9 ]*PRIVATE KEY-----|$)`)
)

// clean takes out of an object what nobody should send: names and passwords in addresses, and private keys; and what nobody reads: who
// manages which field, and the copy of the object that kubectl keeps in it, in which all this is once more.
func clean(object *unstructured.Unstructured) {
	unstructured.RemoveNestedField(object.Object, "metadata", "managedFields")
	unstructured.RemoveNestedField(object.Object, "metadata", "annotations", "kubectl.kubernetes.io/last-applied-configuration")
	cleanMap(object.Object)
}

// dropManifests takes out of an InstallPlan what it brings: OLM makes one plan for all operators of a namespace, with whatever is in their
// bundles. What each step is, and whether it was taken, stays.
func dropManifests(plan *unstructured.Unstructured) {
	steps, _, _ := unstructured.NestedSlice(plan.Object, "status", "plan")
	for _, one := range steps {
		if step, isMap := one.(map[string]any); isMap {
			unstructured.RemoveNestedField(step, "resource", "manifest")
		}
	}
	if len(steps) > 0 {
		_ = unstructured.SetNestedSlice(plan.Object, steps, "status", "plan")
	}
}

func cleanMap(fields map[string]any) {
	// An environment variable is an entry of a list, with its name in one field and its value in another.
	name, _ := fields["name"].(string)
	for key, value := range fields {
		text, isText := value.(string)
		if isText && (proxyName.MatchString(key) || key == "value" && proxyName.MatchString(name)) {
			fields[key] = cleanAddress(text)
			continue
		}
		fields[key] = cleanValue(value)
	}
}

func cleanValue(value any) any {
	switch value := value.(type) {
	case map[string]any:
		cleanMap(value)
	case []any:
		for i := range value {
			value[i] = cleanValue(value[i])
		}
	case string:
		return cleanText(value)
	}
	return value
}

func cleanText(text string) string {
	text = userinfo.ReplaceAllString(text, "://"+hidden+"@")
	return privateKey.ReplaceAllString(text, hidden)
}

// cleanAddress hides all that is before the host, also where a password has characters that it should not have.
func cleanAddress(address string) string {
	at := strings.LastIndex(address, "@")
	if at < 0 {
		return address
	}
	scheme := ""
	if before, _, found := strings.Cut(address, "://"); found && len(before) < at {
		scheme = before + "://"
	}
	return scheme + hidden + address[at:]
}
