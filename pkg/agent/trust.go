package agent

import (
	"bytes"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/zot-artifact-store/operator/pkg/handover"
)

// trustPrefix begins the names of the files that the agent writes beside those that people send to zot itself, which it leaves alone.
const trustPrefix = "spec-"

// trust makes a file of each source. Its name is made of its content: another content is another file.
func (l *lookup) trust() grant {
	given := grant{trust: map[string][]byte{}}
	for _, source := range l.credential.Sources {
		check, ending := isAuthorities, ".crt"
		if source.Purpose == handover.PurposeTrustCosign {
			check, ending = isPublicKey, ".pub"
		}
		content := []byte(l.valueOf(source, check) + "\n")
		name := trustPrefix + handover.ShortHash(content) + ending
		given.trust[path.Join(handover.TrustDirs[source.Purpose], name)] = content
	}
	return given
}

func isPublicKey(value string) error {
	block := nextBlock([]byte(value), func(kind string) bool { return kind == "PUBLIC KEY" })
	if block == nil {
		return errors.New("it holds no public key in PEM form (-----BEGIN PUBLIC KEY-----)")
	}
	if _, err := x509.ParsePKIXPublicKey(block.Bytes); err != nil {
		return errors.New("the public key cannot be read; it may be cut off")
	}
	return nil
}

// isAuthorities wants what notation wants: one certificate that is neither of an authority nor signed by itself, and it trusts none.
func isAuthorities(value string) error {
	rest := []byte(strings.TrimSpace(value))
	if len(rest) == 0 {
		return errors.New("it is empty")
	}
	for len(rest) > 0 {
		var block *pem.Block
		if block, rest = pem.Decode(rest); block == nil || block.Type != certificateBlock {
			return errors.New("it holds something that is no certificate in PEM form (-----BEGIN CERTIFICATE-----)")
		}
		rest = bytes.TrimSpace(rest)
		parsed, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return errors.New("one of its certificates cannot be read; it may be cut off")
		}
		if !parsed.IsCA && parsed.CheckSignature(parsed.SignatureAlgorithm, parsed.RawTBSCertificate, parsed.Signature) != nil {
			return errors.New("one of its certificates is neither that of an authority nor signed by itself")
		}
	}
	return nil
}

// trust makes the files of earlier times those of now, and gives the paths of what it has changed. Nil changes nothing.
func (l Layout) trust(wanted map[string][]byte) ([]string, error) {
	if wanted == nil {
		return nil, nil
	}
	var changed []string
	for _, dir := range handover.TrustDirs {
		entries, err := os.ReadDir(filepath.Join(l.DataDir, dir))
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("look at what is trusted: %w", err)
		}
		for _, entry := range entries {
			name := path.Join(dir, entry.Name())
			if _, ok := wanted[name]; ok || !strings.HasPrefix(entry.Name(), trustPrefix) {
				continue
			}
			if err := os.Remove(filepath.Join(l.DataDir, name)); err != nil {
				return nil, fmt.Errorf("take away what is not trusted any more: %w", err)
			}
			changed = append(changed, name)
		}
	}
	for name, content := range wanted {
		file := filepath.Join(l.DataDir, name)
		if found, err := os.ReadFile(file); err == nil && bytes.Equal(found, content) {
			continue
		}
		if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
			return nil, fmt.Errorf("make a folder for what is trusted: %w", err)
		}
		if err := os.WriteFile(file, content, 0o600); err != nil {
			return nil, fmt.Errorf("write what is trusted: %w", err)
		}
		changed = append(changed, name)
	}
	return changed, nil
}
