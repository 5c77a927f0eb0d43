package zotschema

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// ways are the keys of http.auth by which somebody can sign in.
func ways(d tree) []string {
	auth := d.at("http", "auth")
	var out []string
	for _, key := range []string{"htpasswd", "ldap", "openid", "bearer", "mtls"} {
		if auth.has(key) {
			out = append(out, key)
		}
	}
	if auth.flag("apikey", false) {
		out = append(out, "apikey")
	}
	return out
}

// signIn is validateAuthzPolicies, and what follows from it: rules for users that can never hold.
func signIn(d tree) error {
	rules := d.at("http", "accessControl")
	if rules == nil || len(ways(d)) > 0 {
		return nil
	}
	named, anonymous := len(rules.at("adminPolicy")) > 0 || rules.length("groups") > 0, false
	for pattern := range rules.at("repositories") {
		rule := rules.at("repositories", pattern)
		named = named || rule.length("defaultPolicy") > 0 || rule.length("policies") > 0
		anonymous = anonymous || rule.length("anonymousPolicy") > 0
	}
	if named {
		return errors.New("http.accessControl: there are rules for users, and nobody can sign in: zot does not start")
	}
	if !anonymous {
		return errors.New("http.accessControl: nobody can sign in and no rule is for anonymous clients: zot does not start")
	}
	return nil
}

func providers(d tree) error {
	known := d.at("http", "auth", "openid", "providers")
	for name := range known {
		if !slices.Contains([]string{"google", "gitlab", "oidc", "github"}, name) {
			return fmt.Errorf("http.auth.openid.providers.%s: zot knows no such provider", name)
		}
		p := known.at(name)
		if p.text("clientid") == "" && p.text("credentialsFile") == "" {
			return fmt.Errorf("http.auth.openid.providers.%s: there is no client ID", name)
		}
		if p.text("issuer") == "" && name != "github" {
			return fmt.Errorf("http.auth.openid.providers.%s: there is no issuer", name)
		}
		if !slices.Contains(p.list("scopes"), any("openid")) && name != "github" {
			return fmt.Errorf("http.auth.openid.providers.%s: without the scope openid nobody is told who signs in", name)
		}
		if d.at("http").text("externalUrl") == "" {
			return fmt.Errorf("http.auth.openid.providers.%s: without externalUrl browsers are sent back to zot's own address", name)
		}
	}
	return nil
}

// bearerAlone: with bearer tokens zot looks at nothing else.
func bearerAlone(d tree) error {
	if got := ways(d); slices.Contains(got, "bearer") && len(got) > 1 {
		return fmt.Errorf("http.auth: beside bearer zot ignores every other way to sign in, and there are %q", got)
	}
	return nil
}

// bearerClosed holds the two settings with which zot lets everybody in.
func bearerClosed(d tree) error {
	bearer := d.at("http", "auth", "bearer")
	for i, entry := range bearer.list("oidc") {
		issuer, _ := entry.(map[string]any)
		if tree(issuer).length("audiences") == 0 {
			return fmt.Errorf("http.auth.bearer.oidc[%d]: without audiences zot is open to everybody", i)
		}
	}
	if bearer.text("cert") != "" && (bearer.text("realm") == "" || bearer.text("service") == "") {
		return errors.New("http.auth.bearer: with cert and without realm and service zot is open to everybody")
	}
	if bearer.text("cert") != "" && bearer.has("awsSecretsManager") {
		return errors.New("http.auth.bearer: cert and awsSecretsManager exclude each other")
	}
	return nil
}

func sessions(d tree) error {
	auth := d.at("http", "auth")
	if auth.at("sessionDriver").text("name") == "redis" && auth.has("sessionKeysFile") {
		return errors.New("http.auth: the session driver redis takes no sessionKeysFile")
	}
	return nil
}

func mutualTLS(d tree) error {
	if d.at("http", "auth").has("mtls") && d.at("http", "tls").text("cacert") == "" {
		return errors.New("http.auth.mtls needs http.tls with cacert")
	}
	return nil
}

// groupsKnown: zot lower-cases the names of groups that it makes, and not those in policies, so that the two never meet.
func groupsKnown(d tree) error {
	rules := d.at("http", "accessControl")
	made := rules.at("groups")
	return eachPolicy(d, func(at string, policy tree) error {
		for _, group := range policy.list("groups") {
			name, _ := group.(string)
			if _, ok := made[strings.ToLower(name)]; ok && strings.ToLower(name) != name {
				return fmt.Errorf("%s: the group %q is made in lower case, so that nobody is ever in it", at, name)
			}
		}
		return nil
	})
}

// users: a policy without users and groups, or without actions, holds for nobody.
func users(d tree) error {
	return eachPolicy(d, func(at string, policy tree) error {
		if policy.length("users")+policy.length("groups") == 0 || policy.length("actions") == 0 {
			return fmt.Errorf("%s: names nobody, or no action", at)
		}
		return nil
	})
}

func eachPolicy(d tree, look func(at string, policy tree) error) error {
	rules := d.at("http", "accessControl")
	if admin := rules.at("adminPolicy"); admin != nil {
		if err := look("http.accessControl.adminPolicy", admin); err != nil {
			return err
		}
	}
	for pattern := range rules.at("repositories") {
		for i, entry := range rules.at("repositories", pattern).list("policies") {
			policy, _ := entry.(map[string]any)
			if err := look(fmt.Sprintf("http.accessControl.repositories.%s.policies[%d]", pattern, i), policy); err != nil {
				return err
			}
		}
	}
	return nil
}
