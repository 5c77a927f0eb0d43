package resources

import (
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"

	coreac "k8s.io/client-go/applyconfigurations/core/v1"
)

// Proxy is the way out of the cluster that its administrator prescribes. The zero value is none.
type Proxy struct {
	// HTTP and HTTPS are the addresses, for requests by http and by https. One of them may be empty.
	HTTP, HTTPS string
	// Direct is who is asked without it: names, addresses and networks, with commas between them, as NO_PROXY has them.
	Direct string
}

// near is never asked by way of a proxy: the pod itself, the cluster's Services, and what gives a pod its identity in a cloud. Clouds have
// these on link-local addresses, which lead to another machine's identity from where the proxy is.
var near = []string{"localhost", "127.0.0.1", "::1", ".svc", "169.254.0.0/16", "fd00:ec2::/32", "metadata.google.internal"}

// Completed adds who must never be asked by way of the proxy, whatever the administrator says.
func (p Proxy) Completed(clusterDomain string) Proxy {
	if p.none() {
		return Proxy{}
	}
	var direct []string
	for one := range strings.SplitSeq(p.Direct, ",") {
		if one = strings.TrimSpace(one); one != "" {
			direct = append(direct, one)
		}
	}
	for _, one := range append(slices.Clone(near), "."+clusterDomain) {
		if !slices.Contains(direct, one) {
			direct = append(direct, one)
		}
	}
	p.Direct = strings.Join(direct, ",")
	return p
}

func (p Proxy) none() bool { return p.HTTP == "" && p.HTTPS == "" }

// variables are those that programs look for. Some know only the one spelling, some only the other.
func (p Proxy) variables() []*coreac.EnvVarApplyConfiguration {
	var out []*coreac.EnvVarApplyConfiguration
	for _, one := range []struct{ name, value string }{{"HTTP_PROXY", p.HTTP}, {"HTTPS_PROXY", p.HTTPS}, {"NO_PROXY", p.Direct}} {
		if one.value != "" {
			out = append(out,
				coreac.EnvVar().WithName(one.name).WithValue(one.value),
				coreac.EnvVar().WithName(strings.ToLower(one.name)).WithValue(one.value))
		}
	}
	return out
}

// proxyVariables are for pods that connect to these. Pods that connect to nothing are not told: a change would restart them for nothing.
func (in Input) proxyVariables(destinations []Destination) []*coreac.EnvVarApplyConfiguration {
	if in.Proxy.none() || len(destinations) == 0 {
		return nil
	}
	return in.Proxy.variables()
}

// throughProxy adds the proxy to what pods connect to, if they connect to anything. An address that is none adds nothing: everything would
// be let out for it, and nobody could be asked there.
func (in Input) throughProxy(destinations []Destination) []Destination {
	if len(destinations) == 0 {
		return nil
	}
	for _, address := range []string{in.Proxy.HTTP, in.Proxy.HTTPS} {
		if parsed, err := parseProxy(address); err == nil {
			destinations = append(destinations, destination(parsed))
		}
	}
	return unique(destinations)
}

// CheckProxy says why an address is none of a proxy. The error has nothing of the address, which may hold a password.
func CheckProxy(address string) error {
	_, err := parseProxy(address)
	return err
}

var proxySchemes = []string{"http", "https", "socks5", "socks5h"}

// parseProxy reads an address without a scheme as Go does. It leaves out what url.Parse says, which quotes.
func parseProxy(address string) (*url.URL, error) {
	if !strings.Contains(address, "://") {
		address = "http://" + address
	}
	parsed, err := url.Parse(address)
	switch {
	// What comes behind the host is no part of a proxy's address; where it looks like one, a password has cut the address in two.
	case err != nil, parsed.RawQuery != "", parsed.Fragment != "", strings.Contains(parsed.Path, "@"):
		return nil, errors.New("it cannot be read: write http://host:port, and in a name and a password " +
			"each character but letters, digits and -._~ as % and its code, such as %23 for #")
	case !slices.Contains(proxySchemes, parsed.Scheme):
		return nil, fmt.Errorf("its scheme is none of %s", strings.Join(proxySchemes, ", "))
	case parsed.Hostname() == "":
		return nil, errors.New("it names no host")
	case parsed.Port() != "":
		if number, err := strconv.ParseUint(parsed.Port(), 10, 16); err != nil || number == 0 {
			return nil, errors.New("its port is not between 1 and 65535")
		}
	}
	return parsed, nil
}
