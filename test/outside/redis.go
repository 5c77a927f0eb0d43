package outside

import (
	"os"
	"testing"
)

// Redis is a redis that keeps nothing beyond its life.
type Redis struct {
	// Address is host and port of plain connections, Secure of those with TLS, empty without an authority.
	Address, Secure string
}

// NewRedis starts one. Everybody may do everything with the password, which may be empty.
func NewRedis(t *testing.T, password string, authority *Authority) *Redis {
	t.Helper()
	need(t, "BACKENDS_REDIS", "redis-server")
	r := &Redis{Address: FreeAddress(t)}
	host, port := Split(t, r.Address)
	arguments := []string{
		"--bind", host, "--port", port, "--save", "", "--dir", t.TempDir(), "--databases", "1024",
	}
	if password != "" {
		arguments = append(arguments, "--requirepass", password)
	}
	if authority != nil {
		r.Secure = FreeAddress(t)
		_, securePort := Split(t, r.Secure)
		certificate, key := authority.Files(t, host)
		arguments = append(arguments, "--tls-port", securePort, "--tls-cert-file", certificate, "--tls-key-file", key,
			"--tls-auth-clients", "no")
	}
	Start(t, nil, os.Getenv("BACKENDS_REDIS"), arguments...)
	Listens(t, r.Address)
	return r
}
