package s3code

import "slices"

var (
	wrongKeys = []string{
		"InvalidAccessKeyId", "SignatureDoesNotMatch", "InvalidToken", "ExpiredToken", "InvalidSecurity", "NotSignedUp",
		"XAdminUserNotFound", // versitygw's with root alone, and with status 404
	}
	wrongRegion = []string{"AuthorizationHeaderMalformed", "PermanentRedirect", "TemporaryRedirect", "IllegalLocationConstraintException"}
)

// WrongKeys is true for codes which say that the server does not take the keys.
func WrongKeys(code string) bool { return slices.Contains(wrongKeys, code) }

// WrongRegion is true for codes which say that the bucket is asked for in another region than its own.
func WrongRegion(code string) bool { return slices.Contains(wrongRegion, code) }
