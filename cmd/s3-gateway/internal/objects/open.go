package objects

import (
	"context"
	"fmt"
	"os"

	"github.com/versity/versitygw/backend"
	"github.com/versity/versitygw/backend/azure"
	"github.com/versity/versitygw/backend/s3proxy"

	"github.com/zot-artifact-store/operator/cmd/s3-gateway/internal/guard"
	"github.com/zot-artifact-store/operator/cmd/s3-gateway/internal/mounted"
	"github.com/zot-artifact-store/operator/pkg/handover"
	"github.com/zot-artifact-store/operator/pkg/s3gateway"
)

// copyLimit is S3's own limit of a copy in one piece, in bytes.
const copyLimit = 5 << 30

// Open gives the backend that a configuration names, with the guards before it. refused is called for each upload above the limit.
func Open(
	ctx context.Context, config s3gateway.Config, dataDir string, dirs mounted.Dirs, refused func(),
) (backend.Backend, error) {
	var be backend.Backend
	var err error
	switch {
	case config.S3 != nil:
		be, err = openS3(ctx, *config.S3, dirs)
	case config.Azure != nil:
		be, err = openAzure(*config.Azure, dirs)
	default:
		be, err = openFilesystem(dataDir)
	}
	if err != nil {
		return nil, err
	}
	return guard.NewLimit(guard.NewNames(be), config.MaxUploadSize, refused), nil
}

func openS3(ctx context.Context, config s3gateway.S3, dirs mounted.Dirs) (backend.Backend, error) {
	var access, secret string
	if config.AccessKeySecret != "" {
		values, err := dirs.Values(handover.AWS(config.AccessKeySecret, config.SecretKeySecret))
		if err != nil {
			return nil, err
		}
		access, secret = values[handover.PurposeAccessKey], values[handover.PurposeSecretKey]
	}
	const no = false
	// Amazon's own endpoint takes a bucket as a part of the host's name and checksums behind a body; of other servers neither can be
	// expected, and behind plain http the SDK cannot send them.
	other := config.Endpoint != ""
	be, err := s3proxy.New(ctx, access, secret, config.Endpoint, config.Region, "", no, other, other, no, other, no, no)
	if err != nil {
		return nil, fmt.Errorf("set up the S3 client for bucket %q: %w", config.Bucket, err)
	}
	return guard.NewOnly(be, config.Bucket), nil
}

// The environment from which the Azure SDK takes a service principal.
const (
	azureTenant = "AZURE_TENANT_ID"
	azureClient = "AZURE_CLIENT_ID"
	azureSecret = "AZURE_CLIENT_SECRET" // #nosec G101 -- a name
)

func openAzure(config s3gateway.Azure, dirs mounted.Dirs) (backend.Backend, error) {
	key := ""
	if config.CredentialsSecret != "" {
		values, err := azureValues(config.CredentialsSecret, dirs)
		if err != nil {
			return nil, err
		}
		key = values[handover.PurposeAccountKey]
		for name, purpose := range map[string]handover.Purpose{
			azureTenant: handover.PurposeTenantID, azureClient: handover.PurposeClientID, azureSecret: handover.PurposeClientSecret,
		} {
			if value, ok := values[purpose]; ok && key == "" {
				if err := os.Setenv(name, value); err != nil {
					return nil, fmt.Errorf("set up the service principal: %w", err)
				}
			}
		}
	}
	be, err := azure.New(config.Account, key, config.ServiceURL, "", copyLimit, "")
	if err != nil {
		// The SDK quotes the key in none of its errors.
		return nil, fmt.Errorf("set up the Azure client for container %q: %w", config.Container, err)
	}
	return guard.NewOnly(be, config.Container), nil
}

// azureValues gives the account key, or the three values of a service principal.
func azureValues(secret string, dirs mounted.Dirs) (map[handover.Purpose]string, error) {
	credential := handover.Azure(secret)
	principal := []handover.Purpose{handover.PurposeTenantID, handover.PurposeClientID, handover.PurposeClientSecret}
	values, err := dirs.Values(credential, append(principal, handover.PurposeAccountKey)...)
	if err != nil {
		return nil, err
	}
	if _, ok := values[handover.PurposeAccountKey]; ok {
		return values, nil
	}
	for _, purpose := range principal {
		if _, ok := values[purpose]; ok {
			// One of the three is there: the others have to be.
			return dirs.Values(credential, handover.PurposeAccountKey)
		}
	}
	return dirs.Values(credential, principal...)
}
