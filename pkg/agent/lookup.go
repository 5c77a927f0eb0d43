package agent

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/zot-artifact-store/operator/pkg/handover"
)

// lookup finds the values of one credential and gathers what is wrong with them.
type lookup struct {
	credential handover.Credential
	in         inputs
	problems   []handover.Problem
	// refused is true when something is missing or bad without which there is no grant.
	refused bool
	// absent are sources whose Secret does not exist, lacking those whose Secret has no key for them.
	absent, lacking []handover.Source
}

// noun is how a purpose is called in messages.
var noun = map[handover.Purpose]string{
	handover.PurposeAccessKey:    "the access key",
	handover.PurposeSecretKey:    "the secret key",
	handover.PurposeAccountKey:   "the account key of the Azure storage",
	handover.PurposeTenantID:     "the tenant ID of the Azure service principal",
	handover.PurposeClientID:     "the client ID of the Azure service principal",
	handover.PurposeClientSecret: "the client secret",
	handover.PurposeKeyFile:      "the service account key of the Google Cloud storage",
	handover.PurposeURL:          "the URL of the redis",
	handover.PurposeUsername:     "the user name at the redis",
	handover.PurposePassword:     "the password at the redis",
	handover.PurposeUsers:        "the users that may sign in",
	handover.PurposeCertificate:  "the certificate of the registry",
	handover.PurposePrivateKey:   "the private key of the registry's certificate",
	handover.PurposeCertificates: "the certificates of authorities",
	handover.PurposeHashKey:      "the key that signs session cookies",
	handover.PurposeEncryptKey:   "the key that encrypts session cookies",

	handover.PurposeRegistryUsername: "the user name at another registry",
	handover.PurposeRegistryPassword: "the password at another registry",

	handover.PurposeTrustCosign:           "a public key of cosign",
	handover.PurposeTrustCA:               "certificates of authorities for notation",
	handover.PurposeTrustSigningAuthority: "certificates of signing authorities for notation",
	handover.PurposeTrustTSA:              "certificates of time stamp authorities for notation",

	handover.PurposeBucket: "the name of the bucket",
	handover.PurposeHost:   "the host of the bucket",
	handover.PurposePort:   "the port of the bucket",
	handover.PurposeRegion: "the region of the bucket",
}

// origin is what a source is taken from.
func origin(source handover.Source) string {
	if source.ConfigMap != "" {
		return fmt.Sprintf("ConfigMap %q", source.ConfigMap)
	}
	return fmt.Sprintf("Secret %q", source.Secret)
}

func (l *lookup) content(source handover.Source) volume {
	if source.ConfigMap != "" {
		return l.in.configMaps[source.ConfigMap]
	}
	return l.in.secrets[source.Secret]
}

// find gives the key that holds the source's value.
func (l *lookup) find(source handover.Source) (string, bool) {
	content := l.content(source)
	for _, key := range source.Keys {
		if _, ok := content[key]; ok {
			return key, true
		}
	}
	if source.OnlyKey && len(content) == 1 {
		for key := range content {
			return key, true
		}
	}
	return "", false
}

func (l *lookup) has(purpose handover.Purpose) bool {
	source, _ := l.credential.Find(purpose)
	_, ok := l.find(source)
	return ok
}

// value gives the value for a purpose, without the line end that `echo` and editors leave. If there is none, or a check
// refuses it, that becomes a problem and the result is of no use.
func (l *lookup) value(purpose handover.Purpose, check func(string) error) string {
	source, _ := l.credential.Find(purpose)
	return l.valueOf(source, check)
}

// valueOf is value for a source that is not the only one of its purpose.
func (l *lookup) valueOf(source handover.Source, check func(string) error) string {
	content := l.content(source)
	key, ok := l.find(source)
	switch {
	case len(content) == 0:
		l.refused, l.absent = true, append(l.absent, source)
		return ""
	case !ok:
		l.refused, l.lacking = true, append(l.lacking, source)
		return ""
	}
	value := strings.TrimRight(string(content[key]), "\r\n")
	err := check(value)
	if value == "" {
		err = errors.New("it is empty")
	}
	if err != nil {
		l.refuse(source, err.Error(), "Put the right value there.")
		return ""
	}
	return value
}

// optional is value where there is one that is not empty.
func (l *lookup) optional(purpose handover.Purpose, check func(string) error) string {
	source, _ := l.credential.Find(purpose)
	key, ok := l.find(source)
	if !ok || strings.TrimSpace(string(l.content(source)[key])) == "" {
		return ""
	}
	return l.value(purpose, check)
}

// refuse tells that the source's value cannot be used.
func (l *lookup) refuse(source handover.Source, why, remedy string) {
	l.refused = true
	key, _ := l.find(source)
	l.report(invalid, source, key, fmt.Sprintf(
		"Key %q of %s cannot be %s: %s. %s", key, origin(source), noun[source.Purpose], why, l.mended(remedy)))
}

// tell reports what is wrong with a value that is used nevertheless.
func (l *lookup) tell(source handover.Source, what, remedy string) {
	key, _ := l.find(source)
	l.report(invalid, source, key, fmt.Sprintf("In key %q of %s, %s. %s", key, origin(source), what, remedy))
	l.problems[len(l.problems)-1].Used = true
}

// mended replaces the remedy for the Secret that the operator makes, unless somebody had one of that name before it; which of the two
// it is cannot be seen from here.
func (l *lookup) mended(remedy string) string {
	if l.credential.Kind == handover.KindSessionKeys {
		return "The operator makes it; if it is not yours, delete it, and it is made anew."
	}
	return remedy
}

// finish gives all problems. What one Secret lacks is one problem, so that it can be mended at once.
func (l *lookup) finish() []handover.Problem {
	for _, group := range byOrigin(l.absent) {
		remedy := fmt.Sprintf("Create it in the namespace of the store with %s.", l.wanted(group))
		if l.credential.Kind == handover.KindSessionKeys {
			remedy = "The operator makes it; if it stays away, see the operator's log."
		}
		l.report(notFound, group[0], "", fmt.Sprintf(
			"%s does not exist or is empty, and zot needs %s from it. %s", origin(group[0]), nouns(group, " and "), remedy))
	}
	for _, group := range byOrigin(l.lacking) {
		l.report(keyMissing, group[0], firstKey(group[0]), fmt.Sprintf("%s has no key for %s. %s",
			origin(group[0]), nouns(group, " and none for "), l.mended("Add "+l.wanted(group)+".")))
	}
	return l.problems
}

// byOrigin groups sources by what they are taken from.
func byOrigin(sources []handover.Source) [][]handover.Source {
	var groups [][]handover.Source
	for _, source := range sources {
		same := func(group []handover.Source) bool { return origin(group[0]) == origin(source) }
		if at := slices.IndexFunc(groups, same); at >= 0 {
			groups[at] = append(groups[at], source)
		} else {
			groups = append(groups, []handover.Source{source})
		}
	}
	return groups
}

func nouns(sources []handover.Source, between string) string {
	names := make([]string, 0, len(sources))
	for _, source := range sources {
		names = append(names, noun[source.Purpose])
	}
	return strings.Join(names, between)
}

// wanted names the keys that would do.
func (l *lookup) wanted(sources []handover.Source) string {
	parts := make([]string, 0, len(sources))
	for _, source := range sources {
		part := "the key " + quoted(source.Keys)
		if source.OnlyKey {
			part += " (or any name, if it is the only key)"
		}
		parts = append(parts, part+l.alternative(source.Purpose))
	}
	return strings.Join(parts, ", and ")
}

// alternative names the other form of a credential that has two.
func (l *lookup) alternative(purpose handover.Purpose) string {
	first := func(purpose handover.Purpose) string {
		source, _ := l.credential.Find(purpose)
		return quoted(source.Keys[:min(1, len(source.Keys))])
	}
	switch purpose {
	case handover.PurposeAccountKey:
		return fmt.Sprintf("; or, for a service principal, %s, %s and %s", first(handover.PurposeTenantID),
			first(handover.PurposeClientID), first(handover.PurposeClientSecret))
	case handover.PurposePassword:
		return fmt.Sprintf(" (and %s, if the redis knows users); or the key %s with all in one",
			first(handover.PurposeUsername), first(handover.PurposeURL))
	case handover.PurposeURL:
		return ", or set spec.storage.cache.redis.address"
	default:
		return ""
	}
}

func quoted(keys []string) string {
	names := make([]string, 0, len(keys))
	for _, key := range keys {
		names = append(names, fmt.Sprintf("%q", key))
	}
	return strings.Join(names, " or ")
}

// verdict is a reason that differs between Secrets and ConfigMaps.
type verdict struct{ secret, configMap handover.Reason }

var (
	notFound   = verdict{handover.ReasonSecretNotFound, handover.ReasonConfigMapNotFound}
	keyMissing = verdict{handover.ReasonSecretKeyMissing, handover.ReasonConfigMapKeyMissing}
	invalid    = verdict{handover.ReasonSecretInvalid, handover.ReasonConfigMapInvalid}
)

func (l *lookup) report(verdict verdict, source handover.Source, key, message string) {
	problem := handover.Problem{
		Reason: verdict.secret, Secret: source.Secret, ConfigMap: source.ConfigMap, Key: key, Message: message,
	}
	if source.ConfigMap != "" {
		problem.Reason = verdict.configMap
	}
	if !slices.Contains(l.problems, problem) {
		l.problems = append(l.problems, problem)
	}
}

// isText accepts what can be put into JSON unchanged. Control characters are the trace of a file that is no credential.
func isText(value string) error {
	if !utf8.ValidString(value) {
		return errors.New("it is not UTF-8 text")
	}
	if strings.ContainsFunc(value, unicode.IsControl) {
		return errors.New("it holds line breaks or control characters")
	}
	return nil
}

// isWord accepts what can be put into an INI file unchanged: a line break would begin another setting there, and a space can
// begin a comment.
func isWord(value string) error {
	if err := isText(value); err != nil {
		return err
	}
	if strings.ContainsFunc(value, unicode.IsSpace) {
		return errors.New("it holds white space")
	}
	return nil
}

func firstKey(source handover.Source) string {
	if len(source.Keys) == 0 {
		return ""
	}
	return source.Keys[0]
}
