// Command provisioner serves the StorageClasses of the test cluster with volumes of the type local: directories below one root,
// bound to the node. Local volumes honour fsGroup, which hostPath volumes do not. The requested size is not enforced.
//
// It also grows them, in the place of a CSI driver and its resizer: it writes the new size into the volume and leaves the rest to the
// kubelet, which has nothing to do on the node, as a directory has no size, and tells the claim's new capacity.
package main
