package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync/atomic"

	"github.com/open-policy-agent/cert-controller/pkg/rotator"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/healthz"
	"sigs.k8s.io/controller-runtime/pkg/manager"

	webhooks "github.com/zot-artifact-store/operator/webhooks/v1alpha1"
)

// Where the webhooks' certificate is kept and read, as config/ lays it out.
const (
	certificateSecret = "zot-operator-webhook-certificate" //nolint:gosec // a name, no credential
	certificateDir    = "/tmp/k8s-webhook-server/serving-certs"
	webhookService    = "zot-operator-webhook"
	mutatingWebhook   = "zot-operator-mutating"
	validatingWebhook = "zot-operator-validating"
)

// serveWebhooks adds the webhooks. The process is ready only when they can be called: an unready replica gets no admission requests.
func serveWebhooks(mgr manager.Manager, o options) error {
	certified := make(chan struct{})
	if o.selfManagedCertificates {
		if err := manageCertificate(mgr, o.namespace, certified); err != nil {
			return err
		}
	} else {
		close(certified)
	}
	// The server ends the process when it finds no certificate, so it begins when there is one.
	var serving atomic.Pointer[healthz.Checker]
	err := mgr.Add(everyReplica(func(ctx context.Context) error {
		select {
		case <-ctx.Done():
			return nil
		case <-certified:
		}
		if err := webhooks.SetupWithManager(mgr, o.defaults); err != nil {
			return fmt.Errorf("set up webhooks: %w", err)
		}
		check := mgr.GetWebhookServer().StartedChecker()
		serving.Store(&check)
		return nil
	}))
	if err != nil {
		return fmt.Errorf("set up webhooks: %w", err)
	}
	return mgr.AddReadyzCheck("webhooks", func(request *http.Request) error {
		check := serving.Load()
		if check == nil {
			return errors.New("the webhooks' certificate is not in place yet")
		}
		return (*check)(request)
	})
}

// everyReplica is a runnable that does not wait for the lead.
type everyReplica func(context.Context) error

// Start runs it.
func (r everyReplica) Start(ctx context.Context) error { return r(ctx) }

// NeedLeaderElection is false: each replica serves admission.
func (everyReplica) NeedLeaderElection() bool { return false }

// manageCertificate makes and rotates the certificate in its Secret, tells the API server whom to trust, and closes certified when
// both are done.
func manageCertificate(mgr manager.Manager, namespace string, certified chan struct{}) error {
	secret := types.NamespacedName{Namespace: namespace, Name: certificateSecret}
	err := rotator.AddRotator(mgr, &rotator.CertRotator{
		SecretKey:      secret,
		CertDir:        certificateDir,
		CAName:         "zot-operator-ca",
		CAOrganization: "zot-operator",
		DNSName:        fmt.Sprintf("%s.%s.svc", webhookService, namespace),
		IsReady:        certified,
		Webhooks: []rotator.WebhookInfo{
			{Name: mutatingWebhook, Type: rotator.Mutating},
			{Name: validatingWebhook, Type: rotator.Validating},
		},
		ControllerName: "webhook-certificate",
	})
	if err != nil {
		return fmt.Errorf("set up the webhooks' certificate: %w", err)
	}
	secrets, err := oneSecret(mgr, secret)
	if err != nil {
		return err
	}
	m := mirror{secrets: secrets, dir: certificateDir}
	return mgr.Add(everyReplica(m.run))
}
