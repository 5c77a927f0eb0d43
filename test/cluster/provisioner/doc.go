// Command provisioner serves the StorageClasses of the test cluster with volumes of the type local: directories below one root,
// bound to the node. Local volumes honour fsGroup, which hostPath volumes do not. The requested size is not enforced.
//
// It also grows them, in the place of a CSI driver and its resizer: it writes the new size into the volume and the claim's status. On
// the node there is nothing to do, as a directory has no size.
package main
