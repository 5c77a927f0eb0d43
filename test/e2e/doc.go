// Package e2e holds the tests of the cluster tier: the operator runs as a pod of a real cluster with its own permissions, and the
// tests do what its users do and what goes wrong there.
//
// The cluster is the one of KUBECONFIG, with the operator deployed (hack/deploy.sh); without KUBECONFIG the suite is skipped. Other
// settings, all optional:
//
//	E2E_OPERAND=zot|stand-in     what the zot image really holds (default stand-in)
//	E2E_OPERATOR_UPGRADE_IMAGE   a second image of the operator, with another digest, for the upgrade
//	E2E_OPERAND_UPGRADE_TAG      a second image of zot, with another digest, to roll to
//	E2E_SERVERS=1                the images of hack/servers.sh can be pulled
//	E2E_OLM=<versions>           Operator Lifecycle Manager installs the operator: hack/olm.sh made the cluster, for specs of label olm
//	E2E_EMPTY=1                  nothing is installed: hack/empty.sh made the cluster, for one of the specs of label installs
//	OC_BIN=<file>                the program oc, which then runs must-gather; else the specs do what it does
//	CLUSTER_AUDIT_LOG            the apiserver's audit log, for the figures
//
// The specs labelled smoke are the main paths; full is the rest. Each spec has a namespace of its own in which the restricted pod
// security standard is enforced, and removes it at its end; what an interrupted run left behind is removed first.
package e2e
