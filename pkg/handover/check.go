package handover

// Subject is something that zot depends on and that the agent looks at from time to time.
type Subject string

// The subjects of checks.
const (
	// SubjectStorage is the bucket or container of an object store.
	SubjectStorage Subject = "storage"
	// SubjectCache is the database of an object store's metadata.
	SubjectCache Subject = "cache"
	// SubjectIssuer is the OpenID Connect provider with which people sign in.
	SubjectIssuer Subject = "issuer"
	// SubjectCertificate is the certificate that zot serves, as its clients see it.
	SubjectCertificate Subject = "certificate"
)

// Fault is the class of what is wrong with a subject.
type Fault string

// The faults of subjects.
const (
	// FaultUnreachable means that there is no connection: a wrong host or port, a firewall, a server that is away.
	FaultUnreachable Fault = "Unreachable"
	// FaultNotTrusted means that the server's certificate is of no authority that is trusted here, or not for that host.
	FaultNotTrusted Fault = "NotTrusted"
	// FaultCredentialsRefused means that the server does not know the key, the user or the password.
	FaultCredentialsRefused Fault = "CredentialsRefused"
	// FaultAccessDenied means that the server knows who asks, and does not let him do what a registry must do.
	FaultAccessDenied Fault = "AccessDenied"
	// FaultNotFound means that the server is there, and has no such bucket, container or realm.
	FaultNotFound Fault = "NotFound"
	// FaultUnfit means that it answers, and not as what it should be.
	FaultUnfit Fault = "Unfit"
	// FaultExpired means that a certificate is not valid any more, or not yet.
	FaultExpired Fault = "Expired"
	// FaultExpiring means that a certificate ends soon. Everything works still.
	FaultExpiring Fault = "Expiring"
)

// Check is what the agent has found when it looked at a subject last. It holds no content of a Secret.
type Check struct {
	Subject Subject `json:"subject"`
	// Fault is empty if nothing is wrong.
	Fault Fault `json:"fault,omitempty"`
	// Message says what is wrong, in the server's own words where it has some, and what to do. It does not change while the fault
	// stays: it ends in a condition.
	Message string `json:"message,omitempty"`
}
