package handover

import (
	"errors"
	"net/url"
	"strconv"
	"strings"
)

// RedisServer is where a redis listens. Nothing of it is secret.
type RedisServer struct {
	// Address is host:port, empty if the Secret must hold a URL.
	Address  string `json:"address,omitempty"`
	Database int32  `json:"database,omitempty"`
	TLS      bool   `json:"tls,omitempty"`
}

// clusterMark makes zot v2.1.20 take a URL for one of a redis cluster, wherever in the URL it is: in the host, in the password.
const clusterMark = "addr"

// URL is the address as zot takes it, with these credentials in it. It never holds clusterMark: the letter case of a host does
// not matter, and a password can be written in another way.
func (r RedisServer) URL(username, password string) string {
	scheme := "redis://"
	if r.TLS {
		scheme = "rediss://"
	}
	user := ""
	if username != "" || password != "" {
		user = strings.ReplaceAll(url.UserPassword(username, password).String(), clusterMark, "%61ddr") + "@"
	}
	host := strings.ReplaceAll(r.Address, clusterMark, "Addr")
	return scheme + user + host + "/" + strconv.Itoa(int(r.Database))
}

func (r RedisServer) validate() error {
	if r.Database < 0 {
		return errors.New("the number of the database is negative")
	}
	if r.Address == "" {
		return nil
	}
	parsed, err := url.Parse(r.URL("", ""))
	if err != nil || parsed.Hostname() == "" || parsed.Host != strings.ReplaceAll(r.Address, clusterMark, "Addr") {
		return errors.New("the address is not host:port")
	}
	return nil
}
