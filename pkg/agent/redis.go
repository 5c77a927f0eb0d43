package agent

import (
	"errors"
	"net"
	"net/url"
	"strconv"
	"strings"

	"github.com/zot-artifact-store/operator/pkg/handover"
)

func (l *lookup) redis() grant {
	server := *l.credential.Redis
	if l.has(handover.PurposeURL) || server.Address == "" {
		written := l.value(handover.PurposeURL, isRedisURL)
		if l.refused {
			return grant{}
		}
		return redisFromURL(written)
	}
	password := l.value(handover.PurposePassword, isText)
	username := ""
	if l.has(handover.PurposeUsername) {
		username = l.value(handover.PurposeUsername, isText)
	}
	return redisGrant(server, username, password, "")
}

// redisGrant prefers single fields: zot v2.1.20 writes its configuration to its log when it starts, and hides a field "password",
// but no password in a URL. TLS and options can be had by a URL only.
func redisGrant(server handover.RedisServer, username, password, options string) grant {
	driver := map[string]any{}
	switch {
	case server.TLS || options != "":
		address := server.URL(username, password)
		if options != "" {
			address += "?" + options
		}
		driver["url"] = address
	default:
		driver["addr"] = []any{server.Address}
		driver["db"] = int(server.Database)
		if username != "" {
			driver["username"] = username
		}
		if password != "" {
			driver["password"] = password
		}
	}
	return grant{settings: under(driver, "storage", "cacheDriver")}
}

const redisPort = "6379"

// redisFromURL is for a URL that isRedisURL accepts.
func redisFromURL(written string) grant {
	parsed, err := url.Parse(written)
	// The addresses of a redis cluster are in a parameter of this name; zot wants such a URL as it is.
	if err != nil || parsed.Query().Has("addr") {
		return grant{settings: under(written, "storage", "cacheDriver", "url")}
	}
	port := parsed.Port()
	if port == "" {
		port = redisPort
	}
	database, _ := redisDatabase(parsed)
	password, _ := parsed.User.Password()
	server := handover.RedisServer{
		Address: net.JoinHostPort(parsed.Hostname(), port), Database: database, TLS: parsed.Scheme == "rediss",
	}
	return redisGrant(server, parsed.User.Username(), password, parsed.RawQuery)
}

// isRedisURL accepts what zot can use, and wants a host: zot would take its own pod.
func isRedisURL(value string) error {
	if err := isWord(value); err != nil {
		return err
	}
	parsed, err := url.Parse(value)
	if err != nil {
		return errors.New("it is no URL; special characters of a password must be percent-encoded")
	}
	if parsed.Scheme != "redis" && parsed.Scheme != "rediss" {
		return errors.New("it does not begin with redis:// or rediss://")
	}
	if parsed.Hostname() == "" {
		return errors.New("it names no host")
	}
	if _, ok := redisDatabase(parsed); !ok {
		return errors.New("what follows the host is not the number of a database")
	}
	return nil
}

// redisDatabase reads the number behind the host, zero if there is none.
func redisDatabase(parsed *url.URL) (int32, bool) {
	number := strings.Trim(parsed.Path, "/")
	if number == "" {
		return 0, true
	}
	database, err := strconv.ParseInt(number, 10, 32)
	return int32(database), err == nil && database >= 0
}

func lastGoodRedis(config []byte) (grant, bool) {
	_, driver := storageOf(config)
	kept := pick(driver, "url", "addr", "db", "username", "password")
	return grant{settings: under(kept, "storage", "cacheDriver")}, kept["url"] != nil || kept["addr"] != nil
}
