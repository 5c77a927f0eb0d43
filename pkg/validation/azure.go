package validation

import (
	"errors"
	"fmt"
	"net/url"
	"strings"

	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

const maxDomainLength = 253

// blobService reads the URL of a blob service. Its path is the account where the host is not called after it.
func blobService(s string) (*url.URL, error) {
	u, err := url.Parse(s)
	switch {
	case err != nil:
		return nil, errors.New("it cannot be read as a URL")
	case u.Scheme != "https" && u.Scheme != "http":
		return nil, errors.New("it begins with neither https:// nor http://")
	case u.User != nil:
		return nil, errors.New("it holds a user name or password, which belong into the Secret")
	case u.RawQuery != "" || u.ForceQuery || strings.Contains(s, "#"):
		return nil, errors.New("it has more than a host, a port and a path; a shared access signature cannot be used")
	case !isHost(u.Hostname()):
		return nil, fmt.Errorf("%q is no host name in lower case and no IP address", u.Hostname())
	case !hasPortOrNone(u):
		return nil, errors.New("its port is no number from 1 to 65535")
	}
	return u, nil
}

func azureServiceURL(in Input) field.ErrorList {
	azure := value(value(in.spec().Storage).Azure)
	return blobServiceURL(storagePath.Child("azure", "serviceURL"), azure.ServiceURL, azure.CredentialsSecret)
}

// blobServiceURL judges the address of a blob service. Without one the cloud's own serves.
func blobServiceURL(path *field.Path, got, credentialsSecret string) field.ErrorList {
	if got == "" {
		return nil
	}
	errs := maxLength(path, got, maxEndpointLength)
	u, err := blobService(got)
	switch {
	case err != nil:
		errs = append(errs, field.Invalid(path, got, fmt.Sprintf("%s is no address of a blob service: %v; write a URL, for example"+
			" https://myaccount.privatelink.blob.core.windows.net, and the container in a field of its own", path, err)))
	case u.Scheme == "http" && credentialsSecret == "":
		errs = append(errs, field.Invalid(path, got, fmt.Sprintf("%s cannot be plain http without credentialsSecret: Azure's library sends"+
			" the token of the pod's identity by https only; write https://, or name a Secret with an account key", path)))
	}
	return errs
}

func azureRealm(in Input) field.ErrorList {
	path, got := storagePath.Child("azure", "realm"), value(value(in.spec().Storage).Azure).Realm
	if got == "" {
		return nil
	}
	errs := maxLength(path, got, maxDomainLength)
	if len(validation.IsDNS1123Subdomain(got)) > 0 || strings.HasPrefix(got, "blob.") {
		errs = append(errs, field.Invalid(path, got, "spec.storage.azure.realm is no domain of a cloud's storage: write what follows"+
			" <account>.blob. in the address of the container, for example core.usgovcloudapi.net"))
	}
	return errs
}
