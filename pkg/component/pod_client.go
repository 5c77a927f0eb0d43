package component

import (
	"net/http"
	"time"
)

// PodClient asks pods over the pod network, each time anew, as they come and go. One that does not answer in time counts as silent.
func PodClient(timeout time.Duration) *http.Client {
	return &http.Client{
		Timeout:   timeout,
		Transport: &http.Transport{Proxy: nil, DisableKeepAlives: true},
		// A pod must not send the operator elsewhere.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}
