package serve

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/zot-artifact-store/operator/cmd/s3-gateway/internal/mounted"
	"github.com/zot-artifact-store/operator/pkg/handover"
)

// watch looks after what is mounted.
type watch struct {
	dirs mounted.Dirs
	log  *slog.Logger
	// fixed are the credentials that are read at the start only, and fixedHash what they were.
	fixed     []handover.Credential
	fixedHash string
	// certificate is the credential with the certificate, nil without TLS; the files are where versitygw reads it.
	certificate       *handover.Credential
	certificateHash   string
	certFile, keyFile string
	// renewed tells versitygw to read the files again.
	renewed chan struct{}
}

func newWatch(options Options) (*watch, error) {
	w := &watch{dirs: options.Dirs, log: options.Log, renewed: make(chan struct{})}
	for _, credential := range options.Config.Credentials() {
		if credential.Kind == handover.KindTLS {
			w.certificate = &credential
			continue
		}
		w.fixed = append(w.fixed, credential)
	}
	var err error
	if w.fixedHash, err = w.dirs.Hash(w.fixed); err != nil {
		return nil, err
	}
	if w.certificate == nil {
		return w, nil
	}
	w.certFile, w.keyFile = filepath.Join(options.RunDir, handover.TLSCertFile), filepath.Join(options.RunDir, handover.TLSKeyFile)
	return w, w.takeCertificate()
}

// run ends with ErrRotated when keys have changed, with nil when the context ends.
func (w *watch) run(ctx context.Context) error {
	ticker := time.NewTicker(look)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
		}
		hash, err := w.dirs.Hash(w.fixed)
		switch {
		case err != nil:
			w.log.Error("what is mounted cannot be read", "error", err)
		case hash != w.fixedHash:
			return ErrRotated
		}
		if w.certificate != nil {
			w.renew(ctx)
		}
	}
}

// renew takes up another certificate. One that cannot be used is told once, and the one before it is served on.
func (w *watch) renew(ctx context.Context) {
	hash, err := w.dirs.Hash([]handover.Credential{*w.certificate})
	if err != nil || hash == w.certificateHash {
		return
	}
	if err := w.takeCertificate(); err != nil {
		w.certificateHash = hash
		w.log.Error("the new certificate cannot be used, the one before is served", "error", err)
		return
	}
	select {
	case w.renewed <- struct{}{}:
		w.log.Info("the new certificate is served")
	case <-ctx.Done():
	}
}

// takeCertificate puts the pair where versitygw reads it. An unusable pair leaves what is there.
func (w *watch) takeCertificate() error {
	hash, err := w.dirs.Hash([]handover.Credential{*w.certificate})
	if err != nil {
		return err
	}
	values, err := w.dirs.Values(*w.certificate)
	if err != nil {
		return err
	}
	cert, key := []byte(values[handover.PurposeCertificate]), []byte(values[handover.PurposePrivateKey])
	if _, err := tls.X509KeyPair(cert, key); err != nil {
		return fmt.Errorf("certificate and key in %s: %w", w.secrets(), err)
	}
	if err := errors.Join(os.WriteFile(w.certFile, cert, 0o600), os.WriteFile(w.keyFile, key, 0o600)); err != nil {
		return fmt.Errorf("write the certificate: %w", err)
	}
	w.certificateHash = hash
	return nil
}

func (w *watch) secrets() string {
	names := []string{}
	for _, source := range w.certificate.Sources {
		names = append(names, fmt.Sprintf("Secret %q", source.Secret))
	}
	return fmt.Sprint(slices.Compact(names))
}
