package people

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"time"
)

// session is what a session token says.
type session struct {
	// Access is the access key that belongs to it.
	Access string   `json:"k"`
	Name   string   `json:"n,omitempty"`
	Groups []string `json:"g,omitempty"`
	// Until is the end, in seconds since 1970.
	Until int64 `json:"e"`
}

func (s session) person() person { return person{name: s.Name, groups: s.Groups} }

// keys are what a client gets.
type keys struct {
	access, secret, token string
	until                 time.Time
}

// accessPrefix is how AWS begins access keys of sessions. versitygw takes a session token in a URL with such a key alone.
const accessPrefix = "ASIA"

// maxToken bounds a session token, in characters: versitygw takes 8 KiB of headers in all.
const maxToken = 4096

// errTooLarge is for a person with more groups than a session token can hold.
var errTooLarge = errors.New("the session token would be too long")

// seals makes keys of sessions and knows them again. Both of its secrets come from the secret of the root keys: whoever replaces these
// ends all sessions.
type seals struct {
	sealed  cipher.AEAD
	signing []byte
}

func newSeals(rootSecret string) (*seals, error) {
	derive := func(purpose string) ([]byte, error) {
		return hkdf.Key(sha256.New, []byte(rootSecret), nil, "s3-gateway "+purpose, sha256.Size)
	}
	signing, err := derive("secret keys")
	if err != nil {
		return nil, fmt.Errorf("derive the key of secret keys: %w", err)
	}
	sealing, err := derive("session tokens")
	if err != nil {
		return nil, fmt.Errorf("derive the key of session tokens: %w", err)
	}
	block, err := aes.NewCipher(sealing)
	if err != nil {
		return nil, fmt.Errorf("prepare session tokens: %w", err)
	}
	sealed, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		return nil, fmt.Errorf("prepare session tokens: %w", err)
	}
	return &seals{sealed: sealed, signing: signing}, nil
}

// issue makes the keys of a session.
func (s *seals) issue(who person, until time.Time) (keys, error) {
	const randomLetters = 16
	out := keys{access: accessPrefix + rand.Text()[:randomLetters], until: until.Truncate(time.Second).UTC()}
	text, err := json.Marshal(session{Access: out.access, Name: who.name, Groups: who.groups, Until: out.until.Unix()})
	if err != nil {
		return keys{}, fmt.Errorf("write a session token: %w", err)
	}
	out.token = base64.RawURLEncoding.EncodeToString(s.sealed.Seal(nil, nil, text, nil))
	if len(out.token) > maxToken {
		return keys{}, errTooLarge
	}
	out.secret = s.secret(out.access)
	return out, nil
}

// open reads a session token. It is false for one that was not made here, or for another access key.
func (s *seals) open(access, token string) (session, bool) {
	data, err := base64.RawURLEncoding.DecodeString(token)
	if err != nil {
		return session{}, false
	}
	text, err := s.sealed.Open(nil, nil, data, nil)
	if err != nil {
		return session{}, false
	}
	var out session
	if err := json.Unmarshal(text, &out); err != nil || out.Access != access {
		return session{}, false
	}
	return out, true
}

// secret is the secret key that belongs to an access key.
func (s *seals) secret(access string) string {
	const letters = 40 // as long as those of AWS
	return base64.StdEncoding.EncodeToString(mac(s.signing, access))[:letters]
}

func mac(key []byte, text string) []byte {
	sum := hmac.New(sha256.New, key)
	sum.Write([]byte(text))
	return sum.Sum(nil)
}
