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
	secrets    map[string]secret
	problems   []handover.Problem
}

// noun is how a purpose is called in messages.
var noun = map[handover.Purpose]string{
	handover.PurposeAccessKey:    "the access key of the object storage",
	handover.PurposeSecretKey:    "the secret key of the object storage",
	handover.PurposeAccountKey:   "the account key of the Azure storage",
	handover.PurposeTenantID:     "the tenant ID of the Azure service principal",
	handover.PurposeClientID:     "the client ID of the Azure service principal",
	handover.PurposeClientSecret: "the client secret",
	handover.PurposeKeyFile:      "the service account key of the Google Cloud storage",
}

// find gives the key that holds the source's value.
func (l *lookup) find(source handover.Source) (string, bool) {
	content := l.secrets[source.Secret]
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
	if len(l.secrets[source.Secret]) == 0 {
		l.report(handover.ReasonSecretNotFound, source, "", fmt.Sprintf(
			"Secret %q does not exist or is empty, and zot needs %s from it. Create it in the namespace of the store with %s.",
			source.Secret, noun[purpose], l.wanted(source)))
		return ""
	}
	key, ok := l.find(source)
	if !ok {
		l.report(handover.ReasonSecretKeyMissing, source, firstKey(source), fmt.Sprintf(
			"Secret %q has no key for %s. Add %s.", source.Secret, noun[purpose], l.wanted(source)))
		return ""
	}
	value := strings.TrimRight(string(l.secrets[source.Secret][key]), "\r\n")
	err := check(value)
	if value == "" {
		err = errors.New("it is empty")
	}
	if err != nil {
		l.report(handover.ReasonSecretInvalid, source, key, fmt.Sprintf(
			"Key %q of Secret %q cannot be %s: %s. Put the right value there.", key, source.Secret, noun[purpose], err))
		return ""
	}
	return value
}

// wanted names the keys that would do.
func (l *lookup) wanted(source handover.Source) string {
	text := "the key " + quoted(source.Keys)
	if source.OnlyKey {
		text += " (or any name, if it is the only key)"
	}
	if source.Purpose != handover.PurposeAccountKey {
		return text
	}
	text += "; or, for a service principal,"
	for i, purpose := range []handover.Purpose{
		handover.PurposeTenantID, handover.PurposeClientID, handover.PurposeClientSecret,
	} {
		other, _ := l.credential.Find(purpose)
		text += []string{" ", ", ", " and "}[i] + quoted(other.Keys[:min(1, len(other.Keys))])
	}
	return text
}

func quoted(keys []string) string {
	names := make([]string, 0, len(keys))
	for _, key := range keys {
		names = append(names, fmt.Sprintf("%q", key))
	}
	return strings.Join(names, " or ")
}

// report adds a problem once: two values of one missing Secret are one problem.
func (l *lookup) report(reason handover.Reason, source handover.Source, key, message string) {
	same := func(p handover.Problem) bool {
		return p.Reason == reason && p.Secret == source.Secret && p.Key == key
	}
	if !slices.ContainsFunc(l.problems, same) {
		l.problems = append(l.problems, handover.Problem{Reason: reason, Secret: source.Secret, Key: key, Message: message})
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
