// Package forward reaches pods of a cluster from the machine of the tests, as kubectl port-forward does.
package forward
