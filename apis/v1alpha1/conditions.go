package v1alpha1

// Condition types. All are positive: True is good. Every one is always present once a store was looked at.
const (
	// ConditionReady is True when everything that the spec asks for is there and serves.
	ConditionReady = "Ready"
	// ConditionStorageReady is about the volume. Its verdict comes from the storage controller.
	ConditionStorageReady = "StorageReady"
	// ConditionExtensionsReady is about the extensions beside zot. Its verdict comes from the extensions controller.
	ConditionExtensionsReady = "ExtensionsReady"
	// ConditionNetworkingReady is about the Service and every way in from outside that is asked for. Its verdict comes from the
	// networking controller.
	ConditionNetworkingReady = "NetworkingReady"
	// ConditionWorkloadReady is about the zot pods. Its verdict comes from the workload controller.
	ConditionWorkloadReady = "WorkloadReady"
	// ConditionConfigurationApplied is True when every zot pod runs with the configuration that the spec asks for. Its verdict
	// comes from the workload controller, which asks the config agents.
	ConditionConfigurationApplied = "ConfigurationApplied"
	// ConditionBackendsReachable is True when zot gets at what it depends on outside of its pods: the bucket or container, the
	// database, the provider with which people sign in. Its verdict comes from the workload controller, which asks the config agents.
	ConditionBackendsReachable = "BackendsReachable"
	// ConditionCertificateValid is about the certificate that zot serves. Its verdict comes from the workload controller, which asks
	// the config agents.
	ConditionCertificateValid = "CertificateValid"
)

// Reasons of conditions.
const (
	// ReasonAllPodsReady: every pod serves.
	ReasonAllPodsReady = "AllPodsReady"
	// ReasonProgressing: objects are written and the cluster is at work; nothing needs to be done.
	ReasonProgressing = "Progressing"
	// ReasonNotReported: a controller has not looked at this generation of the store yet.
	ReasonNotReported = "NotReported"
	// ReasonPaused: spec.paused is true; nothing is changed or mended.
	ReasonPaused = "Paused"
	// ReasonInvalidSpec: the spec breaks a rule; the webhook would have refused it.
	ReasonInvalidSpec = "InvalidSpec"
	// ReasonNameConflict: an object of the name that the store needs belongs to somebody else.
	ReasonNameConflict = "NameConflict"
	// ReasonApplyFailed: the API server refused an object.
	ReasonApplyFailed = "ApplyFailed"

	// ReasonVolumeBound: the claim has its volume.
	ReasonVolumeBound = "VolumeBound"
	// ReasonEphemeral: the store keeps everything in its pod and has no volume.
	ReasonEphemeral = "Ephemeral"
	// ReasonNoVolume: several pods share the store, and keep everything outside of them.
	ReasonNoVolume = "NoVolume"
	// ReasonClaimNotFound: the claim that spec.storage.existingClaim names does not exist.
	ReasonClaimNotFound = "ClaimNotFound"
	// ReasonVolumeCannotGrow: the spec asks for a larger volume, and its StorageClass does not let volumes grow, or its provisioner does
	// not grow it.
	ReasonVolumeCannotGrow = "VolumeCannotGrow"
	// ReasonWaitingForVolume: the cluster has not provided the volume yet.
	ReasonWaitingForVolume = "WaitingForVolume"
	// ReasonVolumeLost: the volume behind the claim is gone.
	ReasonVolumeLost = "VolumeLost"
	// ReasonVolumeBeingDeleted: somebody deleted the claim; it goes when no pod uses it any more.
	ReasonVolumeBeingDeleted = "VolumeBeingDeleted"

	// ReasonServiceReady: the Service, and every way in from outside that is asked for, are in place.
	ReasonServiceReady = "ServiceReady"
	// ReasonRouteAPIMissing: a Route is asked for, but the cluster does not serve route.openshift.io.
	ReasonRouteAPIMissing = "RouteAPIMissing"
	// ReasonRouteNotAdmitted: the router has not accepted the Route.
	ReasonRouteNotAdmitted = "RouteNotAdmitted"
	// ReasonHTTPRouteAPIMissing: an HTTPRoute is asked for, but the cluster does not serve those of gateway.networking.k8s.io.
	ReasonHTTPRouteAPIMissing = "HTTPRouteAPIMissing"
	// ReasonHTTPRouteNotAccepted: a Gateway has not accepted the HTTPRoute.
	ReasonHTTPRouteNotAccepted = "HTTPRouteNotAccepted"
	// ReasonBackendTLSPolicyAPIMissing: a BackendTLSPolicy is asked for, but the cluster does not serve those of gateway.networking.k8s.io.
	ReasonBackendTLSPolicyAPIMissing = "BackendTLSPolicyAPIMissing"
	// ReasonBackendTLSPolicyNotAccepted: a Gateway has not accepted the BackendTLSPolicy.
	ReasonBackendTLSPolicyNotAccepted = "BackendTLSPolicyNotAccepted"
	// ReasonCertificateAPIMissing: a certificate of an issuer is asked for, but the cluster does not have cert-manager.io.
	ReasonCertificateAPIMissing = "CertificateAPIMissing"
	// ReasonServiceCAMissing: a certificate of OpenShift's service CA is asked for, but this cluster is no OpenShift.
	ReasonServiceCAMissing = "ServiceCAMissing"
	// ReasonCertificateNotIssued: the issuer has not made the certificate.
	ReasonCertificateNotIssued = "CertificateNotIssued"
	// ReasonWaitingForLoadBalancer: the cluster has not given the Service an address yet; inside of the cluster it works.
	ReasonWaitingForLoadBalancer = "WaitingForLoadBalancer"

	// ReasonNotRequested: the spec asks for nothing of this kind.
	ReasonNotRequested = "NotRequested"
	// ReasonExtensionsConfigured: every extension that is on is part of zot's configuration.
	ReasonExtensionsConfigured = "ExtensionsConfigured"

	// ReasonObjectAPINotReady: the S3 API is on and does not serve; the message says why.
	ReasonObjectAPINotReady = "ObjectAPINotReady"

	// ReasonWaitingForStorage: the pods wait for the claim.
	ReasonWaitingForStorage = "WaitingForStorage"
	// ReasonWaitingForCertificate: the pods wait for the certificate that somebody else makes.
	ReasonWaitingForCertificate = "WaitingForCertificate"
	// ReasonWaitingForExternalURL: sign-in needs the address from outside, which the cluster has not given yet.
	ReasonWaitingForExternalURL = "WaitingForExternalURL"
	// ReasonResizing: the number of pods changes; those of the old number end before the first one of the new starts.
	ReasonResizing = "Resizing"
	// ReasonPodsNotReady: pods exist that do not serve.
	ReasonPodsNotReady = "PodsNotReady"
	// ReasonPodCreationFailed: the API server refuses the pods; the message has its words.
	ReasonPodCreationFailed = "PodCreationFailed"
	// ReasonPodUnschedulable: no node takes a pod.
	ReasonPodUnschedulable = "PodUnschedulable"
	// ReasonImagePullFailed: a node cannot pull an image.
	ReasonImagePullFailed = "ImagePullFailed"
	// ReasonCrashLooping: a container ends again and again.
	ReasonCrashLooping = "CrashLooping"
	// ReasonSecretProblem: a Secret is missing, lacks a key or cannot be read; the message names it.
	ReasonSecretProblem = "SecretProblem"

	// ReasonConfigurationCurrent: zot runs with what the spec asks for.
	ReasonConfigurationCurrent = "ConfigurationCurrent"
	// ReasonConfigurationPending: the pods have not taken up the newest configuration yet.
	ReasonConfigurationPending = "ConfigurationPending"
	// ReasonConfigurationRefused: the agent refused the newest configuration; the last good one is in place.
	ReasonConfigurationRefused = "ConfigurationRefused"
	// ReasonSignInWithheld: zot has started without the provider with which people sign in, as that did not answer.
	ReasonSignInWithheld = "SignInWithheld"

	// ReasonBackendsReachable: everything that zot depends on answers as it should.
	ReasonBackendsReachable = "BackendsReachable"
	// ReasonUnreachable: there is no connection to something that zot depends on.
	ReasonUnreachable = "Unreachable"
	// ReasonNotTrusted: the certificate of something that zot depends on is not trusted.
	ReasonNotTrusted = "NotTrusted"
	// ReasonCredentialsRefused: something that zot depends on does not know its key or password.
	ReasonCredentialsRefused = "CredentialsRefused"
	// ReasonAccessDenied: something that zot depends on does not let it do what a registry must do.
	ReasonAccessDenied = "AccessDenied"
	// ReasonBackendNotFound: the server is there, and has no such bucket, container or realm.
	ReasonBackendNotFound = "BackendNotFound"
	// ReasonBackendUnfit: what answers is not what it should be.
	ReasonBackendUnfit = "BackendUnfit"

	// ReasonCertificateValid: the certificate is valid, and for the names of the registry.
	ReasonCertificateValid = "CertificateValid"
	// ReasonCertificatePartly: the certificate is valid for the names from outside, and not for that of the Service.
	ReasonCertificatePartly = "CertificatePartly"
	// ReasonCertificateExpiring: the certificate is valid, and ends soon.
	ReasonCertificateExpiring = "CertificateExpiring"
	// ReasonCertificateExpired: clients refuse the certificate, as its time is over or has not come.
	ReasonCertificateExpired = "CertificateExpired"
	// ReasonCertificateUnfit: clients refuse the certificate, as it is not for the name by which they call the registry.
	ReasonCertificateUnfit = "CertificateUnfit"
)
