package agent

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/zot-artifact-store/operator/pkg/handover"
)

func (l *lookup) oidc() grant {
	secret := l.value(handover.PurposeClientSecret, isText)
	// A map of strings can always be written as JSON.
	content, _ := json.Marshal(map[string]string{"clientid": l.credential.ClientID, "clientsecret": secret})
	return grant{files: []file{text(handover.OIDCFile, content)}}
}

// htpasswd takes the good lines and tells the bad ones: a user who was taken out must not keep the right to sign in because of
// somebody else's typing mistake. If no line is good it is the wrong file, and the last good one stays.
func (l *lookup) htpasswd() grant {
	value := l.value(handover.PurposeUsers, func(value string) error {
		good, bad := passwordLines(value)
		if len(good) > 0 {
			return nil
		}
		if len(bad) == 0 {
			return errors.New("it holds comments only")
		}
		return fmt.Errorf("no line of it is a user that zot can let in; line %d %s", bad[0].number, bad[0].reason)
	})
	good, bad := passwordLines(value)
	if len(good) > 0 && len(bad) > 0 {
		source, _ := l.credential.Find(handover.PurposeUsers)
		l.tell(source, fmt.Sprintf("line %s. These lines are left out, all others are in effect", describeLines(bad)),
			"Mend them, for example with htpasswd -B.")
	}
	return grant{files: []file{text(handover.HTPasswdFile, []byte(strings.Join(good, "\n")))}}
}

// byteOrderMark is what some editors begin a file with; it would become part of the first user's name.
const byteOrderMark = "\ufeff"

type badLine struct {
	number int
	reason string
}

// maxLine is what zot reads of a line; it drops all that follow a longer one.
const maxLine = bufio.MaxScanTokenSize - 1

// hashes of passwords that zot v2.1.20 can compare (pkg/api/htpasswd.go).
var hashes = []*regexp.Regexp{
	regexp.MustCompile(`^\$2[aby]\$(0[4-9]|[12]\d|3[01])\$[./A-Za-z0-9]{53}$`),
	regexp.MustCompile(`^\$5\$(rounds=\d{1,9}\$)?[^$=:\s]{1,16}\$[./A-Za-z0-9]{43}$`),
	regexp.MustCompile(`^\$6\$(rounds=\d{1,9}\$)?[^$=:\s]{1,16}\$[./A-Za-z0-9]{86}$`),
}

// passwordLines gives the lines of users, without comments, and what is wrong with the others.
func passwordLines(value string) (good []string, bad []badLine) {
	number := 0
	value = strings.TrimPrefix(value, byteOrderMark)
	for line := range strings.SplitSeq(value, "\n") {
		number++
		line = strings.TrimRight(line, " \t\r")
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		if err := checkPasswordLine(line); err != nil {
			bad = append(bad, badLine{number, err.Error()})
			continue
		}
		good = append(good, line)
	}
	return good, bad
}

func checkPasswordLine(line string) error {
	user, hash, ok := strings.Cut(line, ":")
	switch {
	case !ok:
		return errors.New("is not of the form user:hash")
	case user == "":
		return errors.New("has no user before the colon")
	case len(line) > maxLine:
		return errors.New("is too long")
	case isText(user) != nil:
		return errors.New("has a user name that is not plain text")
	}
	if !slices.ContainsFunc(hashes, func(known *regexp.Regexp) bool { return known.MatchString(hash) }) {
		return errors.New("has no bcrypt, SHA-256 or SHA-512 hash behind the colon (htpasswd -B, -2, -5)")
	}
	return nil
}

// describeLines names the first bad lines.
func describeLines(bad []badLine) string {
	const most = 5
	parts := make([]string, 0, most)
	for _, line := range bad[:min(most, len(bad))] {
		parts = append(parts, strconv.Itoa(line.number)+" "+line.reason)
	}
	described := strings.Join(parts, ", line ")
	if more := len(bad) - most; more > 0 {
		described += fmt.Sprintf(", and %d more", more)
	}
	return described
}

// sessionKeys become the bytes of the text: zot decodes nothing.
func (l *lookup) sessionKeys() grant {
	hashKey := l.value(handover.PurposeHashKey, isKeyOf(32, 64))
	encryptKey := l.value(handover.PurposeEncryptKey, isKeyOf(16, 24, 32))
	content, _ := json.Marshal(map[string]string{"hashKey": hashKey, "encryptKey": encryptKey})
	return grant{files: []file{text(handover.SessionKeysFile, content)}}
}

func isKeyOf(lengths ...int) func(string) error {
	return func(value string) error {
		if err := isText(value); err != nil {
			return err
		}
		if !slices.Contains(lengths, len(value)) {
			return fmt.Errorf("its length in bytes is none of %v", lengths)
		}
		return nil
	}
}
