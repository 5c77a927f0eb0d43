// Package host looks after what a cluster needs of the machine: privileges, programs, control groups, mounts and processes.
package host
