package cluster

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"time"

	"github.com/zot-artifact-store/operator/test/cluster/internal/layout"
	"github.com/zot-artifact-store/operator/test/cluster/internal/node"
)

// observer reads what tells whether a cluster serves.
type observer struct {
	client    *http.Client
	apiserver string
	registry  string
}

func newObserver(run layout.Run, record Record) (*observer, error) {
	pair, err := tls.LoadX509KeyPair(run.PKI("admin.crt"), run.PKI("admin.key"))
	if err != nil {
		return nil, fmt.Errorf("load certificate of the administrator: %w", err)
	}
	ca, err := os.ReadFile(run.PKI("ca.crt"))
	if err != nil {
		return nil, fmt.Errorf("load certificate authority: %w", err)
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(ca)
	transport := &http.Transport{TLSClientConfig: &tls.Config{
		RootCAs: roots, Certificates: []tls.Certificate{pair}, MinVersion: tls.VersionTLS12,
	}}
	return &observer{
		client:    &http.Client{Transport: transport, Timeout: 5 * time.Second},
		apiserver: "https://" + record.APIServer, registry: "http://" + record.Registry,
	}, nil
}

// object is the part of Kubernetes objects that matters here.
type object struct {
	Status struct {
		AvailableReplicas int `json:"availableReplicas"`
		Conditions        []struct {
			Type, Status, Message string
		} `json:"conditions"`
	} `json:"status"`
}

func (o *observer) get(ctx context.Context, url string, into any) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return fmt.Errorf("ask %s: %w", url, err)
	}
	response, err := o.client.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		return fmt.Errorf("read answer of %s: %w", url, err)
	}
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("%s answers %s", url, response.Status)
	}
	if into == nil {
		return nil
	}
	if err := json.Unmarshal(body, into); err != nil {
		return fmt.Errorf("answer of %s: %w", url, err)
	}
	return nil
}

func (o *observer) registryServes(ctx context.Context) error {
	return o.get(ctx, o.registry+"/v2/", nil)
}

func (o *observer) nodeReady(ctx context.Context) error {
	var n object
	if err := o.get(ctx, o.apiserver+"/api/v1/nodes/"+node.Name, &n); err != nil {
		return err
	}
	for _, c := range n.Status.Conditions {
		if c.Type != "Ready" {
			continue
		}
		if c.Status == "True" {
			return nil
		}
		return fmt.Errorf("node %s is not ready: %s", node.Name, c.Message)
	}
	return errors.New("the node has not reported yet")
}

// accountExists is awaited because pods need the ServiceAccount of their namespace.
func (o *observer) accountExists(ctx context.Context) error {
	return o.get(ctx, o.apiserver+"/api/v1/namespaces/default/serviceaccounts/default", nil)
}

func (o *observer) dnsAvailable(ctx context.Context) error {
	var d object
	if err := o.get(ctx, o.apiserver+"/apis/apps/v1/namespaces/kube-system/deployments/coredns", &d); err != nil {
		return err
	}
	if d.Status.AvailableReplicas == 0 {
		return errors.New("deployment kube-system/coredns has no available pod")
	}
	return nil
}

// healthy tells why the cluster does not serve.
func (o *observer) healthy(ctx context.Context) error {
	for _, check := range []func(context.Context) error{o.registryServes, o.nodeReady, o.accountExists, o.dnsAvailable} {
		if err := check(ctx); err != nil {
			return err
		}
	}
	return nil
}

// await repeats a check until it passes.
func await(ctx context.Context, timeout time.Duration, check func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	for {
		err := check(ctx)
		if err == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("not within %s: %w", timeout, err)
		case <-time.After(100 * time.Millisecond):
		}
	}
}
