// Command probe runs in a pod of the test cluster and tells what it sees there.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"syscall"
	"time"
)

const port = ":8080"

// report is what the probe found; empty strings and zeros are what it could not find.
type report struct {
	Group     uint32   `json:"group"`     // of a file that was written to the volume
	Addresses []string `json:"addresses"` // of the Service, by its name
	Greeting  string   `json:"greeting"`  // of the probe itself, through its Service
	Outside   string   `json:"outside"`   // how a name of the outside is refused
	Problems  []string `json:"problems"`
}

func main() {
	if len(os.Args) > 1 { // kubectl exec
		fmt.Println(os.Args[1])
		return
	}
	http.HandleFunc("/greeting", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "hello") })
	http.HandleFunc("/report", func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeout(r.Context(), 10*time.Second)
		defer cancel()
		_ = json.NewEncoder(w).Encode(look(ctx))
	})
	log.Printf("the probe serves on %s", port)
	log.Fatal(http.ListenAndServe(port, nil))
}

func look(ctx context.Context) report {
	var r report
	note := func(err error) {
		if err != nil {
			r.Problems = append(r.Problems, err.Error())
		}
	}
	const file = "/data/written"
	note(os.WriteFile(file, []byte("by the probe"), 0o644))
	if info, err := os.Stat(file); err == nil {
		r.Group = info.Sys().(*syscall.Stat_t).Gid
	}
	var err error
	r.Addresses, err = net.DefaultResolver.LookupHost(ctx, "probe.default.svc.cluster.local")
	note(err)
	if _, err := net.DefaultResolver.LookupHost(ctx, "registry.example.com"); err != nil {
		r.Outside = err.Error()
	}
	r.Greeting, err = greeting(ctx)
	note(err)
	return r
}

// greeting asks the probe itself through its Service, which follows the readiness of its pods with some delay.
func greeting(ctx context.Context) (string, error) {
	for {
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://probe"+port+"/greeting", nil)
		if err != nil {
			return "", err
		}
		response, err := http.DefaultClient.Do(request)
		if err == nil {
			defer response.Body.Close()
			body, err := io.ReadAll(response.Body)
			return string(body), err
		}
		select {
		case <-ctx.Done():
			return "", err
		case <-time.After(100 * time.Millisecond):
		}
	}
}
