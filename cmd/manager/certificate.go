package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"sync/atomic"
	"time"

	"github.com/open-policy-agent/cert-controller/pkg/rotator"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/healthz"
	"sigs.k8s.io/controller-runtime/pkg/log"
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
	m := mirror{reader: mgr.GetAPIReader(), secret: secret, dir: certificateDir}
	return mgr.Add(everyReplica(m.run))
}

// mirror keeps the files of the certificate as they are in the Secret. A mounted Secret would do the same, up to 90 s later: that is
// how long a node takes to deliver a change, and how long a fresh installation would refuse every store.
type mirror struct {
	reader client.Reader
	secret types.NamespacedName
	dir    string
}

const (
	// mirrorEager is how often the Secret is looked at while it is empty.
	mirrorEager = time.Second
	// mirrorCalm is how often afterwards; a certificate is renewed months before it ends.
	mirrorCalm = time.Hour
)

func (m mirror) run(ctx context.Context) error {
	if err := os.MkdirAll(m.dir, 0o700); err != nil {
		return fmt.Errorf("keep the webhooks' certificate: %w", err)
	}
	for {
		wait := mirrorCalm
		done, err := m.copy(ctx)
		if err != nil {
			log.FromContext(ctx).Error(err, "the webhooks' certificate could not be read; trying again")
		}
		if !done {
			wait = mirrorEager
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(wait):
		}
	}
}

// copy writes the files, the certificate last: it is what others wait for.
func (m mirror) copy(ctx context.Context) (bool, error) {
	secret := &corev1.Secret{}
	if err := m.reader.Get(ctx, m.secret, secret); err != nil {
		return false, fmt.Errorf("read Secret %s: %w", m.secret, err)
	}
	for _, name := range []string{"ca.crt", corev1.TLSPrivateKeyKey, corev1.TLSCertKey} {
		if len(secret.Data[name]) == 0 {
			return false, nil
		}
		if err := os.WriteFile(filepath.Join(m.dir, name), secret.Data[name], 0o600); err != nil {
			return false, fmt.Errorf("write %s: %w", name, err)
		}
	}
	return true, nil
}
