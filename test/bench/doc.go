// Command bench measures what stores cost: requests to the API server, time, memory and processor time of the operator. `make bench`
// runs it.
//
// A real etcd, kube-apiserver and kube-controller-manager run, and the operator's own binary as the user that config/ gives its
// permissions to. The API server's audit log counts its requests. What is not there is a node: the type node binds volumes and pods
// and tells what a kubelet tells, in the same steps, and the type agents answers as the config agents of its pods. So stores become
// Ready as on a cluster, and 200 of them need no containers. The webhooks are off: they cost requests to the operator, not of it.
//
// Times depend on the machine and on what else it does. Each is therefore given a second time as a multiple of a plain apply, which
// the same run measures, and nothing fails for a time. What fails are counts: see type limits.
package main
