package oidc

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"sync"
)

// Realm is what is served.
type Realm struct {
	// Issuer is the address of the realm, as browsers and pods know it: https://host/realms/name.
	Issuer  string   `json:"issuer"`
	Users   []User   `json:"users"`
	Clients []Client `json:"clients"`
}

// User may sign in.
type User struct {
	Name     string   `json:"name"`
	Password string   `json:"password"`
	Email    string   `json:"email,omitempty"`
	Groups   []string `json:"groups,omitempty"`
}

// Client is a program in which people sign in.
type Client struct {
	ID     string `json:"id"`
	Secret string `json:"secret"`
	// RedirectURIs are the addresses to which people may be sent back, exactly.
	RedirectURIs []string `json:"redirectUris,omitempty"`
}

// subject is the user's name for programs. As Keycloak's it tells nothing of the person and is not what he signs in with.
func (u User) subject() string {
	sum := sha256.Sum256([]byte(u.Name))
	return fmt.Sprintf("%x-%x-%x-%x-%x", sum[:4], sum[4:6], sum[6:8], sum[8:10], sum[10:16])
}

const realms = "/realms/"

// path is the part of the issuer behind its host.
func (r Realm) path() (string, error) {
	parsed, err := url.Parse(r.Issuer)
	if err != nil {
		return "", fmt.Errorf("read the issuer: %w", err)
	}
	if name, ok := strings.CutPrefix(parsed.Path, realms); !ok || name == "" || strings.Contains(name, "/") {
		return "", errors.New("the path of the issuer must be " + realms + "<realm>")
	}
	return parsed.Path, nil
}

// people are the users of a realm. Groups may change as it is served.
type people struct {
	mutex sync.Mutex
	users []User
}

func (p *people) find(fits func(User) bool) (User, bool) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	at := slices.IndexFunc(p.users, fits)
	if at < 0 {
		return User{}, false
	}
	return p.users[at], true
}

func (p *people) signIn(name, password string) (User, bool) {
	return p.find(func(u User) bool { return u.Name == name && u.Password == password })
}

func (p *people) bySubject(subject string) (User, bool) {
	return p.find(func(u User) bool { return u.subject() == subject })
}

func (p *people) setGroups(name string, groups []string) bool {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	at := slices.IndexFunc(p.users, func(u User) bool { return u.Name == name })
	if at < 0 {
		return false
	}
	p.users[at].Groups = slices.Clone(groups)
	return true
}
