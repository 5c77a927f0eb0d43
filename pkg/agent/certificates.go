package agent

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/zot-artifact-store/operator/pkg/handover"
)

const certificateBlock = "CERTIFICATE"

// tls takes a certificate only with the key that fits. If the two come from two Secrets, a renewed pair so waits by itself until
// both halves are there. One that has expired is taken: zot starts with it, and the state tells until when it is valid.
func (l *lookup) tls() grant {
	certificate := l.value(handover.PurposeCertificate, isCertificate)
	key := l.value(handover.PurposePrivateKey, isPrivateKey)
	if !l.refused && !fits([]byte(certificate), []byte(key)) {
		cert, _ := l.credential.Find(handover.PurposeCertificate)
		private, _ := l.credential.Find(handover.PurposePrivateKey)
		name, _ := l.find(cert)
		l.refuse(private, fmt.Sprintf("it does not fit the certificate in key %q of %s", name, origin(cert)),
			"Put a certificate and its own key there; if you have just renewed both, the other one arrives within two minutes.")
	}
	if authority, _ := l.credential.Find(handover.PurposeAuthority); !l.refused && l.has(handover.PurposeAuthority) {
		// Clients are served one certificate more than they need, which does no harm; what is none is left out.
		name, _ := l.find(authority)
		certificate += "\n" + string(authorities(l.content(authority)[name]))
	}
	return grant{files: []file{text(handover.TLSCertFile, []byte(certificate)), text(handover.TLSKeyFile, []byte(key))}}
}

// fits is zot's own way to load a pair.
func fits(certificate, key []byte) bool {
	_, err := tls.X509KeyPair(certificate, key)
	return err == nil
}

func isCertificate(value string) error {
	_, err := parseCertificate([]byte(value))
	return err
}

func isPrivateKey(value string) error {
	block := nextBlock([]byte(value), func(kind string) bool { return strings.HasSuffix(kind, "PRIVATE KEY") })
	switch {
	case block == nil:
		return errors.New("it holds no private key in PEM form (-----BEGIN PRIVATE KEY-----)")
	case block.Type == "ENCRYPTED PRIVATE KEY" || block.Headers["DEK-Info"] != "":
		return errors.New("it is encrypted with a passphrase, which zot cannot ask for; store it without one")
	}
	_, pkcs8 := x509.ParsePKCS8PrivateKey(block.Bytes)
	_, pkcs1 := x509.ParsePKCS1PrivateKey(block.Bytes)
	_, sec1 := x509.ParseECPrivateKey(block.Bytes)
	if pkcs8 != nil && pkcs1 != nil && sec1 != nil {
		return errors.New("the private key cannot be read; it may be cut off")
	}
	return nil
}

func nextBlock(data []byte, wanted func(kind string) bool) *pem.Block {
	for {
		block, rest := pem.Decode(data)
		if block == nil || wanted(block.Type) {
			return block
		}
		data = rest
	}
}

// ca writes certificates only: comments that change are no reason to start zot again, and a private key that happens to be in
// the same file has nothing to do there.
func (l *lookup) ca() grant {
	bundle := l.value(handover.PurposeCertificates, func(value string) error {
		if len(authorities([]byte(value))) == 0 {
			return errors.New("it holds no certificate in PEM form (-----BEGIN CERTIFICATE-----) that can be read")
		}
		return nil
	})
	return grant{files: []file{text(handover.CAFile, authorities([]byte(bundle)))}}
}

// authorities leaves out what Go leaves out: public bundles hold certificates of forms that it does not support.
func authorities(data []byte) []byte {
	var out bytes.Buffer
	for block, rest := pem.Decode(data); block != nil; block, rest = pem.Decode(rest) {
		if block.Type != certificateBlock || len(block.Headers) > 0 {
			continue
		}
		if _, err := x509.ParseCertificate(block.Bytes); err == nil {
			out.Write(pem.EncodeToMemory(block))
		}
	}
	return out.Bytes()
}

// validity is until when the first certificate is valid, and for which hosts: the zero time and none if there is none.
func validity(certificate []byte) (until time.Time, hosts []string) {
	parsed, err := parseCertificate(certificate)
	if err != nil {
		return time.Time{}, nil
	}
	hosts = slices.Clone(parsed.DNSNames)
	for _, address := range parsed.IPAddresses {
		hosts = append(hosts, address.String())
	}
	return parsed.NotAfter.UTC(), hosts
}

// parseCertificate reads the first certificate of PEM text.
func parseCertificate(text []byte) (*x509.Certificate, error) {
	block := nextBlock(text, func(kind string) bool { return kind == certificateBlock })
	if block == nil {
		return nil, errors.New("it holds no certificate in PEM form (-----BEGIN CERTIFICATE-----)")
	}
	parsed, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		return nil, errors.New("its first certificate cannot be read; it may be cut off")
	}
	return parsed, nil
}
