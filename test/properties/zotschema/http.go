package zotschema

import (
	"errors"
	"math"
	"strconv"
)

func http() Node {
	return object(fields{
		"address":      text(),
		"port":         text().when(port),
		"externalUrl":  address("http", "https"),
		"allowOrigin":  text(),
		"realm":        text(),
		"readTimeout":  duration().from(17),
		"writeTimeout": duration().from(17),
		"compat":       list(oneOf("docker2s2")),
		"tls":          tls(),
		"ratelimit": object(fields{
			"rate": number(1, math.MaxInt32), "methods": list(object(fields{"method": text(), "rate": number(1, math.MaxInt32)})),
		}),
		"auth":          auth(),
		"accessControl": accessControl(),
	})
}

func port(s string) error {
	if n, err := strconv.ParseUint(s, 10, 16); err != nil || n == 0 {
		return errors.New("is no port")
	}
	return nil
}

func tls() Node {
	return object(fields{"cert": text().must(), "key": text().must(), "cacert": text()})
}

func auth() Node {
	session := redis()
	session["name"] = text()
	return object(fields{
		"failDelay":       number(0, math.MaxInt32),
		"apikey":          flag(),
		"secureSession":   flag().from(11),
		"sessionKeysFile": text().from(2).when(secretFile),
		"sessionDriver":   driver(map[string]fields{"local": {"name": text()}, "redis": session}).from(9),
		"htpasswd":        object(fields{"path": text().must()}),
		"ldap":            ldap(),
		"openid":          openID(),
		"bearer":          bearer(),
		"mtls": object(fields{
			"identityAttributes": texts(), "uriSanPattern": text().when(expression), "uriSanIndex": number(0, math.MaxInt32),
			"dnsSanIndex": number(0, math.MaxInt32), "emailSanIndex": number(0, math.MaxInt32),
		}).from(12),
	})
}

// secretFile is what zot's loader demands of a file: it reads the format from the name.
func secretFile(s string) error {
	for _, end := range []string{".json", ".yaml", ".yml", ".toml"} {
		if len(s) > len(end) && s[len(s)-len(end):] == end {
			return nil
		}
	}
	return errors.New("ends in no format that zot reads, as .json")
}

func ldap() Node {
	return object(fields{
		"address": text().must(), "baseDN": text().must(), "userAttribute": text().must(), "port": number(1, math.MaxUint16),
		"credentialsFile": text().when(secretFile), "insecure": flag(), "startTLS": flag(), "skipVerify": flag(),
		"subtreeSearch": flag(), "userGroupAttribute": text(), "userFilter": text(), "caCert": text(),
	})
}

func openID() Node {
	return object(fields{
		"providers": names(object(fields{
			"name": text(), "credentialsFile": text().from(6).when(secretFile), "clientid": text(), "clientsecret": text(),
			"keypath": text(), "issuer": address("http", "https"), "authurl": address("http", "https"),
			"tokenurl": address("http", "https"), "scopes": texts().must(),
			"claimMapping": object(fields{"username": text(), "groups": text()}).from(11),
		})).must(),
		"callbackAllowOrigins": texts().from(15),
	})
}

func bearer() Node {
	return object(fields{
		"realm": text(), "service": text(), "cert": text(),
		"awsSecretsManager": object(fields{
			"region": text().must(), "secretName": text().must(), "refreshInterval": duration(),
		}).from(15),
		"upstreamTokenEndpoint": object(fields{
			"realm": address("http", "https").must(), "service": text().must(), "allowInsecureHttp": flag(),
		}).from(19),
		"oidc": list(object(fields{
			"issuer": address("https", "http").must(), "audiences": texts().must(), "certificateAuthority": text(),
			"certificateAuthorityFile": text(), "skipIssuerVerification": flag(),
			"claimMapping": object(fields{
				"username": text(), "groups": text(),
				"variables":   list(object(fields{"name": text().must(), "expression": text().must()})),
				"validations": list(object(fields{"expression": text().must(), "message": text()})),
			}),
		})).from(14),
	})
}

// accessControl names the actions, which zot does not check: one that it does not know is never granted.
func accessControl() Node {
	actions := func() Node { return list(oneOf("read", "create", "update", "delete", "detectManifestCollision")) }
	policy := func() Node {
		return object(fields{
			"users": texts(), "groups": texts(), "actions": actions(),
			"conditions": list(object(fields{"expression": text().must(), "message": text()})).from(17),
		})
	}
	return object(fields{
		"repositories": names(object(fields{
			"policies": list(policy()), "defaultPolicy": actions(), "anonymousPolicy": actions(),
		})),
		"adminPolicy": policy(),
		"groups":      names(object(fields{"users": texts()})),
		"metrics":     object(fields{"users": texts(), "anonymousPolicy": list(oneOf("read"))}),
	})
}
