package audit

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"
)

// Request is a request that the apiserver has answered, or a watch that it has begun to answer.
type Request struct {
	User, Verb string
	// Path is what was asked for as it stands in the request, without its query.
	Path string
	// Group, Resource, Subresource, Namespace and Name say it in parts; all are empty for paths such as /version.
	Group, Resource, Subresource, Namespace, Name string
	// Code is the HTTP status of the answer.
	Code int
	// Received is when the request came in.
	Received time.Time
}

// Lease tells whether the request is a heartbeat of leader election.
func (r Request) Lease() bool { return r.Group == "coordination.k8s.io" && r.Resource == "leases" }

// Write tells whether the request asked for a change.
func (r Request) Write() bool {
	switch r.Verb {
	case "get", "list", "watch":
		return false
	}
	return true
}

// event is the part of an audit.k8s.io/v1 Event that is of interest.
type event struct {
	AuditID string `json:"auditID"`
	Stage   string `json:"stage"`
	Verb    string `json:"verb"`
	URI     string `json:"requestURI"`
	User    struct {
		Username string `json:"username"`
	} `json:"user"`
	ObjectRef struct {
		APIGroup    string `json:"apiGroup"`
		Resource    string `json:"resource"`
		Subresource string `json:"subresource"`
		Namespace   string `json:"namespace"`
		Name        string `json:"name"`
	} `json:"objectRef"`
	ResponseStatus struct {
		Code int `json:"code"`
	} `json:"responseStatus"`
	RequestReceivedTimestamp time.Time `json:"requestReceivedTimestamp"`
}

// File reads the requests of a user that came in from one time up to another.
func File(path, user string, from, to time.Time) ([]Request, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("open the audit log: %w", err)
	}
	requests, err := Read(file, func(r Request) bool {
		return r.User == user && !r.Received.Before(from) && r.Received.Before(to)
	})
	return requests, errors.Join(err, file.Close())
}

// Read gives the requests that keep lets through, each once although a watch is logged when it begins and when it ends. A last
// line without end is left out: the apiserver is still at it.
func Read(log io.Reader, keep func(Request) bool) ([]Request, error) {
	var out []Request
	seen := map[string]bool{}
	lines := bufio.NewReader(log)
	for number := 1; ; number++ {
		line, err := lines.ReadBytes('\n')
		switch {
		case errors.Is(err, io.EOF):
			return out, nil
		case err != nil:
			return nil, fmt.Errorf("read the audit log: %w", err)
		case len(bytes.TrimSpace(line)) == 0:
			continue
		}
		var e event
		if err := json.Unmarshal(line, &e); err != nil {
			return nil, fmt.Errorf("line %d of the audit log is no event: %w", number, err)
		}
		request := e.request()
		if seen[e.AuditID] || !keep(request) {
			continue
		}
		seen[e.AuditID] = true
		out = append(out, request)
	}
}

func (e event) request() Request {
	path, _, _ := strings.Cut(e.URI, "?")
	return Request{
		User: e.User.Username, Verb: e.Verb, Path: path,
		Group: e.ObjectRef.APIGroup, Resource: e.ObjectRef.Resource, Subresource: e.ObjectRef.Subresource,
		Namespace: e.ObjectRef.Namespace, Name: e.ObjectRef.Name,
		Code: e.ResponseStatus.Code, Received: e.RequestReceivedTimestamp,
	}
}
